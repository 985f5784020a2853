"""A run as the states that it was in: one visit for each time that a state was entered.

Pages draw from these, not from the log: there are at most 10,000 (`MAX_TRANSITIONS`), whatever the log holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func

from flowlang import events
from runs.models import Run, RunEvent

MOST_TICKS: Final = 64
WAITS: Final = {"WaitStarted": "waiting", "AwaitWebInputStarted": "needs-you"}
_ENDS: Final = {events.FLOW_FAILED: "failed", events.FLOW_CANCELED: "cancelled"}
_OPENING: Final = "State "
_TYPE: Final = re.compile(r"(\w+) [\w ]+")
_MISSED: Final = " waits for its provider"
_CHUNK: Final = 5_000


class Step(NamedTuple):
    """What the fold needs of an event.

    at         milliseconds since 1970
    state      name and type where the event opens a visit, else empty: it belongs to the visit that is open
    is_miss    an ActionPolled that tells of a provider that did not answer
    """

    seq: int
    at: int
    code: str
    state: str = ""
    type: str = ""
    is_miss: bool = False


@dataclass(slots=True)
class Visit:
    """One stay in a state. Times are milliseconds since 1970.

    first, last   numbers of its first event and of its last so far
    entered, ended   `ended` is None while the run is in it
    status        running, waiting, needs-you, succeeded, failed, cancelled
    polls         how often its action told of progress; `ticks`: when, thinned out beyond MOST_TICKS
    misses        how often the log says that its provider did not answer; `notches`: when
    pauses        (from, to) while it waited for a person; the last `to` is None while it does
    """

    state: str
    type: str
    first: int
    last: int
    entered: int
    ended: int | None = None
    status: str = "running"
    polls: int = 0
    misses: int = 0
    ticks: tuple[int, ...] = ()
    notches: tuple[int, ...] = ()
    pauses: tuple[tuple[int, int | None], ...] = ()


@dataclass(slots=True)
class Summary:
    """The visits of a run in the order of entry, as of event `as_of`.

    started, ended   milliseconds since 1970
    end              the code of the event that ended the run
    """

    as_of: int = 0
    started: int | None = None
    ended: int | None = None
    end: str | None = None
    visits: list[Visit] = field(default_factory=list)


def fold(steps: Iterable[Step], onto: Summary | None = None) -> Summary:
    """Return what the events of a run, in order, amount to. Pure; `timeline.js` folds in the same way.

    steps   all of them, or those of some visits
    onto    what the events before amount to, if it is known; it stays as it is
    """
    summary = Summary() if onto is None else _copy(onto)
    for step in steps:
        _take(summary, step)
    return summary


def _copy(summary: Summary) -> Summary:
    """A summary that can be folded onto: of its visits only the last still changes."""
    visits = [*summary.visits[:-1], *map(replace, summary.visits[-1:])]
    return replace(summary, visits=visits)


def _take(summary: Summary, step: Step) -> None:
    summary.as_of = step.seq
    visit = summary.visits[-1] if summary.visits else None
    if step.code == events.FLOW_STARTED:
        summary.started = step.at
    elif step.code in events.TERMINAL:
        summary.ended, summary.end = step.at, step.code
        _close(visit, step, _ENDS.get(step.code, "succeeded"))
    elif step.code.endswith("Started"):
        _close(visit, step, "failed", seq=step.seq - 1)  # left by a catcher without an event of its own
        summary.visits.append(_entered(step))
    elif visit is not None and visit.ended is None:
        _CHANGES.get(step.code, _completed_or_failed)(visit, step)


def _entered(step: Step) -> Visit:
    status = WAITS.get(step.code, "running")
    return Visit(step.state, step.type, step.seq, step.seq, step.at, status=status)


def _close(visit: Visit | None, step: Step, status: str, seq: int | None = None) -> None:
    if visit is None or visit.ended is not None:
        return
    _go_on(visit, step)
    visit.ended, visit.status, visit.last = step.at, status, seq or step.seq


def _completed_or_failed(visit: Visit, step: Step) -> None:
    if step.code.endswith("Completed"):
        _close(visit, step, "succeeded")
    elif step.code.endswith("Failed"):
        _close(visit, step, "failed")


def _poll(visit: Visit, step: Step) -> None:
    visit.last = step.seq
    if step.is_miss:
        visit.misses += 1
        visit.status = "waiting"
        visit.notches = _noted(visit.notches, step.at)
    else:
        visit.polls += 1
        visit.status = "running"
        visit.ticks = _noted(visit.ticks, step.at)


def _noted(times: tuple[int, ...], at: int) -> tuple[int, ...]:
    noted = (*times, at)
    return noted if len(noted) <= MOST_TICKS else noted[::2]


def _pause(visit: Visit, step: Step) -> None:
    visit.last, visit.status = step.seq, "needs-you"
    visit.pauses = (*visit.pauses, (step.at, None))


def _go_on(visit: Visit, step: Step) -> None:
    visit.last, visit.status = step.seq, "running"
    if visit.pauses and visit.pauses[-1][1] is None:
        visit.pauses = (*visit.pauses[:-1], (visit.pauses[-1][0], step.at))


_CHANGES: Final[dict[str, Callable[[Visit, Step], None]]] = {
    events.ACTION_POLLED: _poll,
    events.FLOW_INACTIVE: _pause,
    events.FLOW_RESUMED: _go_on,
}


class _Milliseconds(Func):
    """An instant in milliseconds since 1970, by the database: to make a datetime of each takes far longer."""

    output_field = BigIntegerField()
    template = "floor(extract(epoch from %(expressions)s) * 1000)::bigint"

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        # As text it is "2026-03-01 09:00:00", with ".123456" after it unless that is nothing.
        template = (
            "(cast(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS integer) * 1000"
            " + cast(substr(%(expressions)s, 21, 3) AS integer))"
        )
        return self.as_sql(compiler, connection, template=template, **context)


def steps_of(run: Run, first: int = 1, last: int | None = None) -> Iterator[Step]:
    """Yield the steps of a run's events. Their details, which hold the run data, are not read."""
    until = run.last_seq if last is None else min(last, run.last_seq)
    rows = RunEvent.objects.filter(run=run.pk, seq__range=(first, until)).order_by("seq")
    columns = rows.values_list("seq", _Milliseconds("time"), "code", "description")
    known: dict[tuple[str, str], tuple[str, str, bool]] = {}  # the states of a loop say the same each time
    for seq, at, code, description in columns.iterator(chunk_size=_CHUNK):
        said = known.get((code, description))
        if said is None:
            said = known[code, description] = _said(code, description)
        yield Step(seq, at, code, *said)


def step(seq: int, at: int, code: str, description: str) -> Step:
    """Return the step of an event."""
    return Step(seq, at, code, *_said(code, description))


def _said(code: str, description: str) -> tuple[str, str, bool]:
    if code.endswith("Started") and description.startswith(_OPENING):
        # A name may hold " of type ", too; one pattern for all would take a forged text again and again.
        name, _, rest = description.removeprefix(_OPENING).rpartition(" of type ")
        said = _TYPE.fullmatch(rest)
        return (name, said[1], False) if said else ("", "", False)
    return "", "", code == events.ACTION_POLLED and description.endswith(_MISSED)


def summary_of(run: Run, as_of: int | None = None) -> Summary:
    """Return the visits of a run, as of its last event or of an earlier one."""
    return fold(steps_of(run, last=as_of))
