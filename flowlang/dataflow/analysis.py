"""The run data at every state, worked out before anything runs: along all ways, until nothing changes."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from flowlang.dataflow import results
from flowlang.dataflow.joining import join, widened
from flowlang.dataflow.scene import Record, Use
from flowlang.dataflow.steps import Given, Step, Way
from flowlang.dataflow.values import Names, Value
from flowlang.graph import Graph
from flowlang.problems import JSON

# After so many visits of one state, what still changes there can be anything.
_VISITS_BEFORE_WIDENING: Final = 3
_MAX_VISITS: Final = 12


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
) -> Analysis:
    """Return what is known of the run data at every state.

    1. States are taken in reverse post-order: one after all that lead to it, but for the arrows that go back.
    2. Each is applied to what enters it; where that adds to what enters another state, that is taken again.
    3. What still changes after three visits is widened, so that loops come to rest.

    start    what can be the input
    details  address of a provider -> JSON schema of its actions' details
    uses     state -> uses of the input, filled if given
    """
    found = Analysis({}, {}, {}, start)
    if graph.start is None:
        return found
    order = _order(graph)
    errors = (results.caught(ids, ""), results.caught(ids, "AwaitWebInput"))
    given, context = Given(ids, details or {}, errors), results.context(ids)
    leading = Counter(target for name in order for target in graph.targets(name))
    leading[graph.start] += 1
    steps: dict[str, Step] = {}
    visits = dict.fromkeys(order, 0)
    found.entered[graph.start] = start
    waiting, names = [order[graph.start]], list(order)
    while waiting:
        name = names[heapq.heappop(waiting)]
        if visits[name] >= _MAX_VISITS:
            continue
        visits[name] += 1
        if name not in steps:
            state = graph.states[name]
            fields = state if isinstance(state, dict) else {}
            steps[name] = Step(name, fields, graph.arrows[name], given)
        record = found.records[name] = Record([] if uses is not None else None)
        ways = found.ways[name] = steps[name].apply(found.entered[name], context, ids, record)
        if uses is not None:
            uses[name] = record.uses or []
        for arrow, data in ways:
            at = order.get(arrow.target)
            if at is None:
                continue
            is_only_way = leading[arrow.target] == 1
            is_more = _enter(found, arrow.target, data, visits[arrow.target], is_only_way=is_only_way)
            if is_more and at not in waiting:
                heapq.heappush(waiting, at)
    return found


def _enter(found: Analysis, target: str, data: Value, visits: int, *, is_only_way: bool) -> bool:
    """Add to what enters `target`; False when that says nothing new."""
    before = found.entered.get(target)
    if before is None or is_only_way:
        # Where one way leads in, it alone says what enters; whether loops rest is seen where ways meet.
        found.entered[target] = data
        return before is not data
    both = join(before, data)
    if both is before:
        return False
    found.entered[target] = widened(before, both) if visits >= _VISITS_BEFORE_WIDENING else both
    return True


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
