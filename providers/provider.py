"""What a provider is: the five operations of the action provider protocol, as plain calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypedDict

from flowlang.problems import JSON
from wire.principals import Caller


class ActionStatus(TypedDict, total=False):
    """The action status document (source: action-providers, ActionStatus)."""

    action_id: str
    status: str
    display_status: str
    creator_id: str
    label: str | None
    monitor_by: list[str]
    manage_by: list[str]
    start_time: str
    completion_time: str | None
    release_after: str | None
    details: JSON


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What the caller of `run` sends (source: action-providers, ActionRequest)."""

    request_id: str
    body: dict[str, JSON]
    label: str | None = None
    monitor_by: tuple[str, ...] = ()
    manage_by: tuple[str, ...] = ()
    private: frozenset[str] = field(default_factory=frozenset)


class ActionError(Exception):
    """A provider's failure to answer a call.

    code, description   what went wrong, as the protocol's error document spells it
    permanent           asking again will not help: ActionUnableToRun; otherwise the call is tried again
    status              the HTTP status that the protocol gives it
    retry_after_seconds when the provider asked to be left alone for so long
    """

    def __init__(self, code: str, description: str, *, permanent: bool = True, status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.permanent, self.status = code, description, permanent, status
        self.retry_after_seconds: float | None = None


class Provider(Protocol):
    """One provider.

    path            its place under /actions/, e.g. "transfer/ls"
    details_schema  JSON schema of the details of an action that has succeeded; None where they are not known
    """

    path: str
    details_schema: JSON

    def introspect(self) -> dict[str, JSON]:
        """Return the provider description: title, scope, input_schema, synchronous, ..."""
        ...

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        """Start the action, or return the one that this request id started before. Raises ActionError."""
        ...

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        """Return where the action stands. Raises ActionError("ActionNotFound")."""
        ...

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        """Ask the action to stop (advisory)."""
        ...

    def resume(self, action_id: str, caller: Caller) -> ActionStatus:
        """Go on with an INACTIVE action, after a person has done what it waited for. Raises ActionError."""
        ...

    def release(self, action_id: str, caller: Caller) -> ActionStatus:
        """Forget a finished action."""
        ...
