"""The run data at every state, worked out before anything runs: along all ways, until nothing changes."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from flowlang.dataflow.joining import widened
from flowlang.dataflow.kept import Kept
from flowlang.dataflow.scene import Record, Use
from flowlang.dataflow.steps import Step, Way
from flowlang.dataflow.values import ANY, OBJECT, Names, Value
from flowlang.graph import Graph
from flowlang.problems import JSON

# After so many visits of one state, what still changes there can be anything.
_VISITS_BEFORE_WIDENING: Final = 3
_MAX_VISITS: Final = 12
# Joins, ways and rules that one analysis may take up; some ten times what the largest real flows need.
_MAX_WORK: Final = 60_000


class Analysis(NamedTuple):
    """What is known.

    entered  state -> the run data with which it is entered; states that are never entered are missing
    ways     state -> the ways on from it
    records  state -> what was noted there
    """

    entered: dict[str, Value]
    ways: dict[str, list[Way]]
    records: dict[str, Record]
    start: Value


def analyse(
    graph: Graph,
    start: Value,
    ids: Names,
    details: Mapping[str, JSON] | None = None,
    uses: dict[str, list[Use]] | None = None,
    *,
    kept: Kept | None = None,
) -> Analysis:
    """Return what is known of the run data at every state.

    1. States are taken in reverse post-order: one after all that lead to it, but for the arrows that go back.
    2. What enters one is joined from all ways to it; where that is new, it is applied, and those it leads to
       are taken (again).
    3. What still changes after three visits is widened, so that loops come to rest. What changes after twelve
       may hold anything; so may what is still to be visited when very much has been done.

    start    what can be the input
    details  address of a provider -> JSON schema of its actions' details
    uses     state -> uses of the input, filled if given
    kept     what analyses before this one have left, made with these ids and details
    """
    found = Analysis({}, {}, {}, start)
    if graph.start is not None:
        _Walk(graph, found, kept or Kept(ids, details or {})).run(uses)
    return found


class _Walk:
    """One analysis under way.

    incoming  for each state, the data of every way to it, by its source
    left      how much work may still be done; then all that is visited is taken to hold anything
    """

    def __init__(self, graph: Graph, found: Analysis, kept: Kept) -> None:
        self.graph, self.found, self.kept = graph, found, kept
        self.order = _order(graph)
        self.visits = dict.fromkeys(self.order, 0)
        self.memo, self.left = kept.memo, _MAX_WORK
        kept.begin()
        self.incoming: dict[str, dict[tuple[Any, ...], Value]] = {name: {} for name in self.order}

    def run(self, uses: dict[str, list[Use]] | None) -> None:
        """Visit states until nothing is new."""
        names, steps = list(self.order), dict[str, Step]()
        self.incoming[names[0]][()] = self.found.start
        waiting = [0]
        while waiting:
            name = names[heapq.heappop(waiting)]
            if not self._enter(name):
                continue
            if name not in steps:
                steps[name] = self.kept.step(self.graph, name)
            ways = self._apply(name, steps[name], uses)
            self.left -= len(ways) + 2 * len(steps[name].rules)
            for way in ways:
                self._lead_on(name, way, waiting)
        self.kept.end()

    def _apply(self, name: str, step: Step, uses: dict[str, list[Use]] | None) -> list[Way]:
        data, context, ids = self.found.entered[name], self.kept.context, self.kept.ids
        if uses is None:
            ways, record = self.kept.visit(step, data)
        else:
            # What an earlier visit has seen on one way still holds where more ways have come together.
            record = Record(uses.setdefault(name, []))
            ways = step.apply(data, context, ids, record)
        self.found.records[name], self.found.ways[name] = record, ways
        return ways

    def _lead_on(self, name: str, way: Way, waiting: list[int]) -> None:
        target = way.arrow.target
        at = self.order.get(target)
        if at is None:
            return
        key = (name, *way.arrow.loc)
        if self.incoming[target].get(key) is not way.data:
            self.incoming[target][key] = way.data
            if at not in waiting:
                heapq.heappush(waiting, at)

    def _enter(self, name: str) -> bool:
        """Work out what enters the state; False when that is nothing new."""
        before = self.found.entered.get(name)
        self.left -= len(self.incoming[name])
        if self.left < 0:
            self.found.entered[name] = self.kept.anything
            return before is not self.kept.anything
        ways = tuple(self.incoming[name].values())
        data = self.memo.all_joined(ways, self.left) if len(ways) > 1 else ways[0]
        self.left -= self.memo.work
        self.memo.work = 0
        if data is None or self.left < 0:
            return self._enter(name)
        self.visits[name] += 1
        if before is None or len(self.incoming[name]) == 1:
            # Where one way leads in, it alone says what enters; whether loops rest is seen where ways meet.
            self.found.entered[name] = data
            return before is not data
        both = before if data is before else self.memo.joined(before, data, 0)
        rested = self.found.entered[name] = self._rested(name, before, both)
        return both is not before and rested is not before

    def _rested(self, name: str, before: Value, both: Value) -> Value:
        """Return what enters a state where ways meet, so that it changes a few times only."""
        if self.visits[name] > _MAX_VISITS:
            return self.kept.anything if both.kinds == OBJECT else ANY
        return widened(before, both) if self.visits[name] > _VISITS_BEFORE_WIDENING else both


def _order(graph: Graph) -> dict[str, int]:
    """Return the states that are reached, with their number in reverse post-order."""
    done: list[str] = []
    seen = {graph.start or ""}
    trail = [(graph.start or "", iter(graph.targets(graph.start or "")))]
    while trail:
        name, rest = trail[-1]
        below = next((target for target in rest if target not in seen), None)
        if below is None:
            done.append(name)
            trail.pop()
        else:
            seen.add(below)
            trail.append((below, iter(graph.targets(below))))
    return {name: index for index, name in enumerate(reversed(done))}
