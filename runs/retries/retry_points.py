"""Where a run that failed can be taken up again: at which state, with which data, after which events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

import orjson

from flowlang import events
from flowlang.problems import JSON
from runs import secrets
from runs.models import Run, RunEvent, RunRetry
from wire.errors import StateConflict, Unprocessable

AT_THE_END, BEFORE_ITS_LAST_VISIT, AT_THE_START, GIVEN = "end_of_run", "last_visit", "input", "given"
BEGAN_WITH: Final = "run_data"  # in the first event of a retried run
_SHOW_ALL_DATA: Final = (
    "PassStarted",
    "ExpressionEvalStarted",
    "ChoiceStarted",
    "WaitStarted",
    "FailStarted",
)
_STORING: Final = frozenset({"Pass", "ExpressionEval", "Action", "CreateWebInput", "AwaitWebInput"})
_COMPLETED: Final = re.compile(r"State (.*) of type \w+ completed", re.DOTALL)
_MOST_COMPLETED: Final = 1_000
MOST_RETRIES: Final = 100  # of retries of retries; nobody looks back further


@dataclass(frozen=True, slots=True)
class Point:
    """Where a retried run begins.

    state          the state that it enters first
    data           the run data with which it enters it, hidden members and all
    events_before  the first events of the run that stand for what is not done again
    source         where the data come from: "end_of_run", "last_visit", "input" or "given"
    """

    state: str
    data: dict[str, JSON]
    events_before: int
    source: str


def point(run: Run, state: str | None = None, data: dict[str, JSON] | None = None) -> Point:
    """Return where to take the run up: at `state`, by default at the one that failed, before it did anything.

    data    run data to begin with, as a person saw and perhaps edited them; hidden members are added
    Raises  Unprocessable when the data before `state` are not known, and none are given
    """
    name = state or failed_state(run)
    entered = last_visit(run, name)
    before = entered.seq - 1 if entered else run.last_seq - 1
    if data is not None:
        return Point(name, _kept(run, data, before), before, GIVEN)
    if entered is None or (name == run.state and not _has_left(run, entered)):
        return Point(name, as_object(run.data), before, AT_THE_END)
    known, source = _data_before(run, entered)
    return Point(name, known, before, source)


def failed_state(run: Run) -> str:
    """Return the state whose doing again may help: not the Fail state that only reports what had failed.

    An answer is waited for where the question is asked again: it belonged to the run that is over.
    """
    kind = _kinds(run).get(run.state)
    if kind == "AwaitWebInput":
        return _last_state(run, code="CreateWebInputStarted") or run.state
    if kind != "Fail":
        return run.state
    failed = _last_state(run, code=events.ACTION_FAILED) or _last_state(run, code="ActionStarted")
    return failed or _last_state(run, code__endswith="Started", exclude=run.state) or run.state


def _kinds(run: Run) -> dict[str, str]:
    states = run.version.definition.get("States", {})
    return {name: str(state.get("Type")) for name, state in states.items() if isinstance(state, dict)}


def _last_state(run: Run, exclude: str = "", **filters: str) -> str | None:
    found = run.events.filter(**filters).exclude(code=events.FLOW_STARTED).order_by("-seq")
    names = (_details(event).get("state_name") for event in found[:50].iterator())
    return next((name for name in names if isinstance(name, str) and name != exclude), None)


def last_visit(run: Run, state: str) -> RunEvent | None:
    """Return the event with which the run last entered `state`; None when it never did."""
    opening = f"State {state} of type "
    found = run.events.filter(code__endswith="Started", description__startswith=opening).order_by("-seq")
    return next((each for each in found.iterator() if _details(each).get("state_name") == state), None)


def _has_left(run: Run, entered: RunEvent) -> bool:
    later = run.events.filter(seq__gt=entered.seq, code__endswith="Started")
    return later.exists()


def _data_before(run: Run, entered: RunEvent) -> tuple[dict[str, JSON], str]:
    """Return the run data as they were when the event `entered` happened.

    The log has them without hidden members; these come from what the run has stored, never from the log.
    """
    before = run.events.get(seq=entered.seq - 1)
    if before.code == events.FLOW_STARTED and BEGAN_WITH not in _details(before):
        return as_object(run.input), AT_THE_START
    shown = _shown_before(entered, before)
    if not isinstance(shown, dict):
        name = _details(entered).get("state_name")
        message = (
            f'The run data before state "{name}" are not known: it was entered after a caught error. '
            'Choose another state, or give the data as "run_data".'
        )
        raise Unprocessable([{"loc": ["state_name"], "msg": message, "type": "value_error"}], message)
    return _kept(run, shown, before.seq), BEFORE_ITS_LAST_VISIT


def shown_at(run: Run, entered: RunEvent) -> JSON:
    """Return the run data at the event `entered` as the log shows them; None where it does not show them."""
    before = run.events.get(seq=entered.seq - 1)
    if before.code == events.FLOW_STARTED and BEGAN_WITH not in _details(before):
        return events.visible(as_object(run.input))
    return _shown_before(entered, before)


def _shown_before(entered: RunEvent, before: RunEvent) -> JSON:
    """Return what the log shows of the run data at `entered`, the event after `before`; None: nothing."""
    if entered.code in _SHOW_ALL_DATA:
        return _details(entered).get("input")
    if before.code == events.FLOW_STARTED:
        return _details(before).get(BEGAN_WITH)
    return _details(before).get("output") if before.code.endswith("Completed") else None


def _kept(run: Run, shown: dict[str, JSON], events_before: int) -> dict[str, JSON]:
    """Return `shown` with the hidden members that the run ended with, else those of its input.

    Those of the input are gone where a state before has replaced the run data as a whole; a retried run
    began with other data than its input.
    """
    kept = secrets.restored(shown, as_object(run.data))
    return (
        kept
        if hasattr(run, "retry") or _is_replaced(run, events_before)
        else secrets.restored(kept, as_object(run.input))
    )


def _is_replaced(run: Run, events_before: int) -> bool:
    states = run.version.definition.get("States", {})
    done = (states.get(name, {}) for name in completed(run, events_before))
    return any(state.get("Type") in _STORING and state.get("ResultPath", "$") == "$" for state in done)


def completed(run: Run, most_seq: int) -> list[str]:
    """Return the states that were completed up to that event, each once, in the order of the last time."""
    rows = run.events.filter(code__endswith="Completed", seq__lte=most_seq).order_by("-seq")
    said = list(rows.values_list("description", flat=True)[:_MOST_COMPLETED])
    return _once(match[1] for text in reversed(said) if (match := _COMPLETED.fullmatch(text)))


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def refuse_unless_over(run: Run) -> None:
    """Raise StateConflict (409) unless the run has failed or was cancelled."""
    if run.status == Run.SUCCEEDED:
        raise StateConflict(f"Run {run.pk} has succeeded: there is nothing to retry. Start the flow again.")
    if run.status not in Run.TERMINAL:
        raise StateConflict(
            f"Run {run.pk} has status '{run.status}': it has not ended. Cancel it, then retry it."
        )


def _details(event: RunEvent) -> dict[str, Any]:
    return cast("dict[str, Any]", orjson.loads(event.details))


def as_object(text: str) -> dict[str, JSON]:
    """Return stored run data or input; anything but an object has no members."""
    value = orjson.loads(text)
    return value if isinstance(value, dict) else {}


def ancestry(run_id: UUID) -> list[tuple[UUID, int]]:
    """Return the run that this one retries, the one that that one retried ..., each with `events_before`."""
    found: list[tuple[UUID, int]] = []
    while len(found) < MOST_RETRIES:
        row = RunRetry.objects.filter(run=run_id).values_list("original", "events_before").first()
        if row is None or row[0] is None:
            break
        run_id = row[0]
        found.append((run_id, row[1]))
    return found
