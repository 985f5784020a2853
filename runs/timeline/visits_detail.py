"""One visit of a run in full: what the state was given, what came of it, what it changed, how it went."""

from __future__ import annotations

from typing import Any, Final, cast

import orjson

from flowlang.events import FLOW_STARTED
from flowlang.problems import JSON
from runs import access, documents, programs
from runs.models import Run, RunEvent
from runs.retries import retry_points
from runs.timeline import visits
from runs.timeline.visits_change import change
from runs.timeline.visits_links import links
from runs.timeline.visits_waiting import waiting
from wire.errors import NotFound

MOST_ENTRIES: Final = 100


def detail(run: Run, user: access.Person, first: int, as_of: int | None = None) -> dict[str, Any]:
    """Return the visit that event `first` began, as it stood at event `as_of`.

    entries         its log entries: the first and the newest; `left_out` is how many are between them
    before, after   the run data without what is hidden; null where they are not known
    waiting         why the run does not come on, if it stands in this visit
    Raises          NotFound when the event began no visit
    """
    last = run.last_seq if as_of is None else min(as_of, run.last_seq)
    opened, following = _opened(run, first, last)
    until = following.seq - 1 if following else last
    [visit] = visits.fold(visits.steps_of(run, first, until)).visits
    entries = _entries(run, opened, visit)
    newest = entries[-1]
    is_last = following is None and last == run.last_seq
    present = _present(run) if is_last and visit.status != "succeeded" else None  # it has stored nothing
    before = _or(retry_points.shown_at(run, opened), present)
    after = _after(run, visit, newest, following, present)
    return {
        "first": first,
        "result_path": _state(run, visit.state).get("ResultPath", "$"),
        "entries": [documents.entry(event) for event in entries],
        "left_out": visit.last - first + 1 - len(entries),
        "before": before,
        "after": after,
        "change": None if before is None or after is None else change(before, after),
        "waiting": waiting(run) if visit.ended is None and last == run.last_seq else None,
        "links": links(user, *(orjson.loads(event.details) for event in (opened, newest))),
    }


def _opened(run: Run, first: int, last: int) -> tuple[RunEvent, RunEvent | None]:
    """Return the event that begins the visit, and the one that begins the next."""
    entered = run.events.filter(seq__gte=max(first, 2), seq__lte=last, code__endswith="Started")
    entered = entered.exclude(code=FLOW_STARTED)  # a forged bundle may have it anywhere
    found = list(entered.order_by("seq")[:2]) if first <= last else []
    if not found or found[0].seq != first:
        raise NotFound(f"Event {first} of run {run.pk} does not begin a visit of a state.")
    return found[0], found[1] if len(found) > 1 else None


def _entries(run: Run, opened: RunEvent, visit: visits.Visit) -> list[RunEvent]:
    rows = run.events.filter(seq__range=(visit.first, visit.last)).order_by("-seq")
    newest = list(reversed(rows[:MOST_ENTRIES]))
    return newest if newest[0].seq == visit.first else [opened, *newest]


def _present(run: Run) -> JSON:
    """The run data as people may see them now."""
    return programs.program(run.flow_id, run.version_id).shown(orjson.loads(run.data))


def _or(known: JSON, otherwise: JSON) -> JSON:
    return otherwise if known is None else known


def _state(run: Run, name: str) -> dict[str, Any]:
    state = run.version.definition.get("States", {}).get(name)
    return state if isinstance(state, dict) else {}


def _after(
    run: Run, visit: visits.Visit, newest: RunEvent, following: RunEvent | None, present: JSON
) -> JSON:
    if visit.status == "succeeded":
        return cast("JSON", orjson.loads(newest.details).get("output"))
    if following is not None:
        return retry_points.shown_at(run, following)
    return present if visit.ended is not None else None
