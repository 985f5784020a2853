"""Calls of providers: start an action, look at it, stop it. Never within a transaction."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, cast

from django.db import connection

from flowlang.machine import ActionRefused, ActionReported, ActionUnknown, Call, Outcome, Poll, Raised
from flowlang.problems import JSON, FlowError
from providers import registry
from providers.breaker import LeftAlone
from providers.models import Action
from providers.provider import ActionError, ActionRequest, Provider
from runs import failpoints, programs
from runs.context import caller
from runs.lease import Hold
from runs.models import RunRole
from runs.transactions import LOST
from wire.principals import Caller

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS: Final = 60.0
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_MISSES: Final = 3  # looks at an action that the provider does not know, before it counts as failed
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing came of an intent yet: try it again at `due_at`.

    web_input_id  the web input that the run waits for, if that is why
    reason        what the provider said, or that it did not answer, if that is why
    counts        whether it was a try; it was none when nobody was asked
    """

    due_at: datetime
    web_input_id: str | None = None
    reason: str = ""
    counts: bool = True


def call(hold: Hold, intent: Call) -> Outcome | Later:
    """Start the action, or learn of the one that an earlier try has started: the request id is the same."""
    try:
        failpoints.reach("before_call")
        status = _asked(hold, intent, lambda provider, who: provider.run(_request(hold, intent), who))
        failpoints.reach("after_call")
    except FlowError as error:
        return Raised(error.name, error.cause)
    except ActionError as error:
        return _refused(hold, intent, error)
    return ActionReported(cast("dict[str, JSON]", status), is_first=True)


def look(hold: Hold, intent: Poll) -> Outcome | Later:
    """Ask where the action stands."""
    try:
        status = _asked(hold, intent, lambda provider, who: provider.status(intent.action_id, who))
    except FlowError as error:
        return Raised(error.name, error.cause)
    except ActionError as error:
        return _unseen(hold, intent, error)
    return ActionReported(cast("dict[str, JSON]", status))


def stop(hold: Hold, intent: Call | Poll) -> None:
    """Ask the provider to cancel the action. Advisory: whatever comes of it, the run is past it.

    Of a call nothing has come; what a try of it has begun all the same is known of our own providers only.
    """
    try:
        _asked(hold, intent, lambda provider, who: _cancel(hold, intent, provider, who))
    except (FlowError, ActionError) as error:
        logger.info("run %s: its action was not cancelled: %s", hold.run.pk, error)


def _cancel(hold: Hold, intent: Call | Poll, provider: Provider, who: Caller) -> None:
    if isinstance(intent, Poll):
        provider.cancel(intent.action_id, who)
        return
    mine = Action.objects.filter(creator=who.urn, provider=provider.path, request_id=_request_id(hold))
    for action_id in mine.filter(status__in=Action.UNFINISHED).values_list("pk", flat=True):
        provider.cancel(str(action_id), who)


def resume(hold: Hold) -> None:
    """Tell the provider that the person has done what its action waited for. The next poll shows the effect.

    Source  Action providers, "resume" is optional: whoever has none finds out by itself
    """
    intent = hold.intent
    if not isinstance(intent, Poll):
        return
    try:
        _asked(hold, intent, lambda provider, who: provider.resume(intent.action_id, who))
    except (FlowError, ActionError) as error:
        logger.info("run %s: action %s was not resumed: %s", hold.run.pk, intent.action_id, error)


def _asked(hold: Hold, intent: Call | Poll, ask: Callable[[Provider, Caller], T]) -> T:
    try:
        who = caller(hold, intent.run_as)
        return ask(registry.resolve(intent.url), who)
    except LOST as error:
        # Our own providers and rights are rows. The run did not cause this, so it must not pay for it.
        connection.close()
        raise ActionError(
            "DatabaseLost", f"The database failed: {error}", permanent=False, status=503
        ) from error


def _request(hold: Hold, intent: Call) -> ActionRequest:
    run, people = hold.run, _people(hold)
    return ActionRequest(
        request_id=_request_id(hold),
        body=intent.body,
        label=run.label or None,
        private=_private_members(hold, intent.body),
        monitor_by=people[RunRole.MONITOR],
        manage_by=people[RunRole.MANAGER],
    )


def _request_id(hold: Hold) -> str:
    return f"{hold.run.pk}:{hold.cursor.visit}"


def _people(hold: Hold) -> dict[str, tuple[str, ...]]:
    """Return who has each role of the run, as it was when it was first asked for."""
    if not hold.people:
        entries = sorted(RunRole.objects.filter(run=hold.run).values_list("role", "principal"))
        for role in (RunRole.MONITOR, RunRole.MANAGER):
            hold.people[role] = tuple(urn for of, urn in entries if of == role)
    return hold.people


def _private_members(hold: Hold, body: dict[str, JSON]) -> frozenset[str]:
    """The members that hold something private, so that a provider does not repeat them in messages."""
    state = programs.program(hold.run.flow_id, hold.run.version_id).state(hold.cursor.state)
    masked = state.mask(body)
    shown = masked if isinstance(masked, dict) else {}
    return frozenset(name for name, value in body.items() if name not in shown or shown[name] != value)


def _refused(hold: Hold, intent: Call, error: ActionError) -> Outcome | Later:
    now = hold.clock.now()
    if error.permanent:
        return ActionRefused(str(error), {"code": error.code, "description": error.description})
    if now >= intent.deadline_at:
        said = f"{error.description} (tried {hold.attempts + 1} times until WaitTime was over)"
        return ActionRefused(f"{error.code}: {said}", {"code": error.code, "description": said})
    return _later(hold, intent, error, now)


def _unseen(hold: Hold, intent: Poll, error: ActionError) -> Outcome | Later:
    if error.permanent and hold.attempts + 1 >= _MISSES:
        return ActionReported(_forgotten(intent, error))
    now = hold.clock.now()
    if error.retry_after_seconds and now < _deadline(intent):
        return _later(hold, intent, error, now)
    return ActionUnknown(str(error))


def _deadline(intent: Call | Poll) -> datetime:
    """When WaitTime is over, which does not count while the action waits for a person."""
    waits = isinstance(intent, Poll) and intent.inactive_since is not None
    return _NEVER if waits else intent.deadline_at


def _forgotten(intent: Poll, error: ActionError) -> dict[str, JSON]:
    details: JSON = {"code": error.code, "description": error.description}
    return {**intent.status, "status": "FAILED", "display_status": "FAILED", "details": details}


def _later(hold: Hold, intent: Call | Poll, error: ActionError, now: datetime) -> Later:
    if isinstance(error, LeftAlone):
        due_at = now + timedelta(seconds=error.retry_after_seconds or 0.0)
        return Later(min(due_at, _deadline(intent)), reason=str(error), counts=False)
    return Later(min(now + _pause(hold, error), _deadline(intent)), reason=str(error))


def _pause(hold: Hold, error: ActionError) -> timedelta:
    """1, 2, 4 ... 60 s, a little off so that not all come back at once; or what the provider asked for."""
    seconds = min(LONGEST_PAUSE_SECONDS, 2.0 ** min(hold.attempts, 10)) * random.uniform(0.75, 1.25)
    asked_for = (error.retry_after_seconds or 0.0) * random.uniform(1.0, 1.1)
    return timedelta(seconds=max(seconds, asked_for))
