"""What `advance` speaks in: cursor, outcomes, intents and its answer; and intents as JSON, to be stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from flowlang import timestamps
from flowlang.events import Event
from flowlang.problems import JSON

Status: TypeAlias = Literal["ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a run stands.

    state     name of the state it is in (or is about to enter)
    visit     how many states have been entered so far; fixes the request id of this visit's action
    data      the run data as the last state left it; never mutated in place
    context   what `$._context` reads; constant for a run
    """

    state: str
    visit: int
    data: JSON
    context: dict[str, JSON]


# --- outcomes: what came of the last intent, or what a person asked


@dataclass(frozen=True, slots=True)
class Started:
    """The run was just created, or a stretch of local states was cut at its bound: go on from the cursor."""

    input: JSON = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class ActionReported:
    """A provider answered run or status. `status` is the action status document (without state_name)."""

    status: dict[str, JSON]
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class ActionRefused:
    """The run call failed for good: nothing was started. `details`: the provider's document, if any."""

    cause: str
    details: JSON = None


@dataclass(frozen=True, slots=True)
class ActionUnknown:
    """The state of the action cannot be learnt now (network, 5xx): poll again until the deadline."""

    cause: str


@dataclass(frozen=True, slots=True)
class Woken:
    """The due time of the current intent has come: a Wait is over, a poll is due, or a deadline passed."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A person answered the web input, or it was opened (`result` goes to ResultPath)."""

    result: JSON


@dataclass(frozen=True, slots=True)
class Raised:
    """The engine raises a named, catchable error at the current state (e.g. a limit, an expired input)."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class Canceled:
    """A person cancelled the run."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A person resumed an INACTIVE run."""


Outcome: TypeAlias = (
    Started | ActionReported | ActionRefused | ActionUnknown | Woken | Answered | Raised | Canceled | Resumed
)

# --- intents: the next thing to do outside, or to wait for


@dataclass(frozen=True, slots=True)
class Call:
    """POST {url}/run with `body`. `deadline_at` is when WaitTime is over."""

    url: str
    body: dict[str, JSON]
    run_as: str
    scope: str | None
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Poll:
    """GET {url}/{action_id}/status at `due_at`.

    interval_seconds  how long it was put off this time; the next poll waits twice as long, up to a cap
    deadline_at       when WaitTime is over; while the action is INACTIVE it does not count
    status            the last action status document seen
    inactive_since    since when the action waits for a person; None while it is at work
    """

    url: str
    action_id: str
    run_as: str
    scope: str | None
    due_at: datetime
    interval_seconds: float
    deadline_at: datetime
    status: dict[str, JSON]
    inactive_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sleep:
    """Nothing to do until `due_at` (Wait)."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInput:
    """Create a web input from the evaluated `parameters` (CreateWebInput), then deliver `Answered`."""

    parameters: JSON


@dataclass(frozen=True, slots=True)
class AwaitInput:
    """Wait for the answer to a web input (AwaitWebInput)."""

    web_input_id: str


@dataclass(frozen=True, slots=True)
class Continue:
    """The bound on local states was reached: call `advance` again with Started(is_new=False)."""


Intent: TypeAlias = Call | Poll | Sleep | OpenInput | AwaitInput | Continue


@dataclass(frozen=True, slots=True)
class Advance:
    """The answer of `advance`.

    cursor   where the run stands now
    events   what happened, in order
    intent   what to do next; None when the run has ended
    status   ACTIVE, INACTIVE (needs a person), SUCCEEDED or FAILED
    abort    an action that is to be cancelled because its WaitTime is over or the run was cancelled
    """

    cursor: Cursor
    events: list[Event]
    intent: Intent | None
    status: Status
    abort: Poll | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Timing:
    """How an action is watched: first after `first_poll_seconds`, then doubling up to `max_poll_seconds`."""

    first_poll_seconds: float = 1.0
    max_poll_seconds: float = 10.0


MAX_LOCAL_STATES: Final = 100
MAX_TRANSITIONS: Final = 10_000

_KINDS: Final[dict[str, type[Intent]]] = {
    "Call": Call,
    "Poll": Poll,
    "Sleep": Sleep,
    "OpenInput": OpenInput,
    "AwaitInput": AwaitInput,
    "Continue": Continue,
}
_INSTANTS: Final = ("_at", "_since")


def intent_to_json(intent: Intent) -> dict[str, JSON]:
    """Return `intent` as an object that can be stored: its fields, and "kind"; instants as ISO text."""
    kept: dict[str, JSON] = {"kind": type(intent).__name__}
    for each in fields(intent):
        value = getattr(intent, each.name)
        kept[each.name] = timestamps.text(value) if isinstance(value, datetime) else value
    return kept


def intent_from_json(stored: dict[str, JSON]) -> Intent:
    """Return the intent that `intent_to_json` stored. Raises KeyError or TypeError for anything else."""
    values: dict[str, Any] = {name: value for name, value in stored.items() if name != "kind"}
    for name, value in values.items():
        if name.endswith(_INSTANTS) and value is not None:
            values[name] = timestamps.parse(value)
    return _KINDS[str(stored["kind"])](**values)
