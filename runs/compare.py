"""Two runs side by side: what they were given, which way they went, how long it took, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import orjson

from flowlang.differences import Difference, differences
from flowlang.problems import JSON
from runs.models import Run, RunEvent
from runs.redaction import public_input, redaction_of
from runs.report import seconds_of
from runs.timeline import visits
from runs.timeline.visits import Visit

MOST_VISITS: Final = 500
MOST_DIFFERENCES: Final = 200


@dataclass(frozen=True)
class Pair:
    """A stay of the one run beside that of the other; None where only one of them was in the state.

    parts   whether the runs part here for the first time
    """

    one: Visit | None
    other: Visit | None
    parts: bool = False

    @property
    def state(self) -> str:
        visit = self.one or self.other
        return visit.state if visit else ""

    @property
    def delta(self) -> float | None:
        """Return by how many seconds the other took longer; None unless both are over."""
        if self.one is None or self.other is None:
            return None
        mine, theirs = seconds_of(self.one), seconds_of(self.other)
        return None if mine is None or theirs is None else theirs - mine


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    parting     in words, where they part for the first time; "" when both went the same way
    left_out    whether a run has more stays than are compared
    """

    inputs: list[Difference]
    outputs: list[Difference]
    pairs: list[Pair]
    parting: str
    left_out: bool


def comparison(one: Run, other: Run) -> Comparison:
    """Return what differs between two runs, without their secrets."""
    mine, theirs = visits.summary_of(one).visits, visits.summary_of(other).visits
    pairs = aligned(mine[:MOST_VISITS], theirs[:MOST_VISITS])
    mine_hidden, theirs_hidden = redaction_of(one), redaction_of(other)
    inputs = public_input(one, mine_hidden), public_input(other, theirs_hidden)
    outputs = mine_hidden.shown(_output(one)), theirs_hidden.shown(_output(other))
    return Comparison(
        inputs=differences(*inputs),
        outputs=differences(*outputs),
        pairs=pairs,
        parting=parting(mine[:MOST_VISITS], theirs[:MOST_VISITS], (_end(one), _end(other))),
        left_out=max(len(mine), len(theirs)) > MOST_VISITS,
    )


def _output(run: Run) -> JSON:
    """Return the run data at the end of a run that succeeded; of another there is no output."""
    if run.status != Run.SUCCEEDED:
        return None
    said = RunEvent.objects.filter(run=run.pk, seq=run.last_seq).values_list("details", flat=True).first()
    output: JSON = orjson.loads(said).get("output") if said else None
    return output


def aligned(one: Sequence[Visit], other: Sequence[Visit]) -> list[Pair]:
    """Return the stays of both in rows: those in the same state beside each other, in the order of both."""
    start = _together(one, other)
    rows: list[tuple[Visit | None, Visit | None]] = list(zip(one[:start], other[:start], strict=True))
    rows += _matched(one[start:], other[start:])
    at = next((number for number, row in enumerate(rows) if None in row), None)
    return [Pair(mine, theirs, number == at) for number, (mine, theirs) in enumerate(rows)]


def _together(one: Sequence[Visit], other: Sequence[Visit]) -> int:
    """Return how many stays both have in common before they part for the first time."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine.state != theirs.state), min(len(one), len(other)))


def _matched(one: Sequence[Visit], other: Sequence[Visit]) -> Iterator[tuple[Visit | None, Visit | None]]:
    names, others = [visit.state for visit in one], [visit.state for visit in other]
    for tag, start, end, from_, to in SequenceMatcher(None, names, others, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(one[start:end], other[from_:to], strict=True)
        else:
            yield from ((visit, None) for visit in one[start:end])
            yield from ((None, visit) for visit in other[from_:to])


def parting(one: Sequence[Visit], other: Sequence[Visit], ends: tuple[str, str] = ("ended", "ended")) -> str:
    """Return in words where two runs part for the first time; "" when they do not.

    ends   what each does that was in no further state
    """
    start = _together(one, other)
    if start == len(one) == len(other):
        return ""
    where = f"After {one[start - 1].state}" if start else "At the start"
    mine, theirs = (
        f"went to {stays[start].state}" if start < len(stays) else end
        for stays, end in zip((one, other), ends, strict=True)
    )
    return f"{where} the first run {mine}, the second {theirs}."


def _end(run: Run) -> str:
    return "ended" if run.status in Run.TERMINAL else "has gone no further yet"
