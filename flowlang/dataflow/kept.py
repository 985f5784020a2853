"""What one analysis leaves to the next: flows are checked again and again, with few states that differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Final, TypeAlias

from flowlang.dataflow import effects, results, schemas
from flowlang.dataflow.given import Given
from flowlang.dataflow.joining import Memo, is_same
from flowlang.dataflow.scene import Record
from flowlang.dataflow.steps import Step, Way
from flowlang.dataflow.values import Names, Value
from flowlang.graph import Graph
from flowlang.parts import Part
from flowlang.problems import JSON

# Names are never forgotten; so much more of them than at first, and all is begun anew.
_MAX_GROWTH: Final = 2
_MORE_NAMES: Final = 500
Visit: TypeAlias = "tuple[list[Way], Record]"


class Kept:
    """What the analyses of one flow share; none but one at a time may use it.

    Values that are the same stay the same objects from one analysis to the next, and what was worked out of
    them is found again by identity. That saves time and changes no answer.

    ids      the numbers of names; all values are made with these
    given    what the analysis is given beside the definition; so are context and anything
    memo     what was joined
    """

    def __init__(self, ids: Names, details: Mapping[str, JSON], *, is_lasting: bool = False) -> None:
        self.ids, self.is_lasting = ids, is_lasting
        errors = results.caught(ids, ""), results.caught(ids, "AwaitWebInput")
        self.given = Given(ids, details, errors, {})
        self.context, self.anything = results.context(ids), results.anything(ids)
        self.memo = Memo()
        # With the marks of steps, which know this: a circle would last until Python looks for circles.
        self._visits: dict[tuple[str, Value], tuple[object, Visit]] = {}
        self._before: dict[tuple[str, Value], tuple[object, Visit]] = {}
        self.lock = Lock()
        self._start: tuple[str | None, Value] = None, results.anything(ids)
        self._names_at_first = 0

    def begin(self) -> None:
        """Begin an analysis."""
        self.memo.begin()
        self._before, self._visits = self._visits, {}

    def end(self) -> None:
        """End an analysis; forget what the one before it had found."""
        self.memo.end()
        self._before = {}

    def visit(self, step: Step, data: Value) -> Visit:
        """Return what comes of a state that is entered with this run data: its ways, and what was noted."""
        key = step.name, data
        known = self._visits.get(key) or self._before.get(key)
        if known is None or known[0] is not step.mark:
            ways, record = effects.apply(step, data, self.context, self.ids)
            # After many an edit a state does what it did: then nothing is new for those that follow.
            known = step.mark, (_shared(ways, known[1][0], data) if known else ways, record)
        self._visits[key] = known
        return known[1]

    def start(self, schema: JSON) -> Value:
        """Return what the input can be; anything, if the schema is None."""
        text = None if schema is None else json.dumps(schema)
        if text != self._start[0]:
            self._start = (
                text,
                results.anything(self.ids) if text is None else schemas.of_schema(schema, self.ids),
            )
        return self._start[1]

    def step(self, graph: Graph, name: str) -> Step:
        """Return the state made ready, with what it remembers of earlier visits."""
        part = graph.parts.get(name)
        if part is not None and isinstance(part.step, Step) and part.step.owner is self:
            return part.step
        state = graph.states[name]
        step = Step(name, state if isinstance(state, dict) else {}, graph.arrows[name], self.given)
        if part is not None and self.is_lasting:
            step.owner, part.step = self, step
        return step

    def is_fit(self, details: Mapping[str, JSON]) -> bool:
        """Whether it can be used for one more analysis."""
        self._names_at_first = self._names_at_first or len(self.ids)
        most = _MAX_GROWTH * self._names_at_first + _MORE_NAMES
        return len(self.ids) <= most and self.given.details == details


def _shared(ways: list[Way], before: list[Way], data: Value) -> list[Way]:
    """Return the ways with the run data of before where that is the same; all as they are if it is mixed up.

    What is one object in the ways is one afterwards, and what are two are two; so with what came in.
    """
    earlier = {way.arrow.loc: way.data for way in before}
    found = {data: data}
    for way in ways:
        known = earlier.get(way.arrow.loc)
        meant = known if known is not None and is_same(known, way.data) else way.data
        if found.setdefault(way.data, meant) is not meant:
            return ways
    if len(set(found.values())) < len(found):
        return ways
    return [Way(way.arrow, found[way.data]) for way in ways]


@contextmanager
def taken(parts: Collection[Part], details: Mapping[str, JSON]) -> Iterator[Kept]:
    """Give what was kept with half of these states or more, for as long as nobody else may use it.

    Where another thread is using it, or there is none, or it has become too much, it is a new one.
    """
    known = _most_used(parts)
    if known is None or not known.lock.acquire(blocking=False):
        yield Kept({}, details, is_lasting=known is None)
        return
    try:
        yield known if known.is_fit(details) else Kept({}, details, is_lasting=True)
    finally:
        known.lock.release()


def _most_used(parts: Collection[Part]) -> Kept | None:
    owners = Counter(part.step.owner for part in parts if part.step is not None)
    for owner, states in owners.most_common(1):
        if isinstance(owner, Kept) and 2 * states >= len(parts):
            return owner
    return None
