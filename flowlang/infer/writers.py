"""Which states have written each member of the run data, as every state sees it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Final, TypeAlias

from flowlang.dataflow.analysis import Analysis
from flowlang.dataflow.steps import Way
from flowlang.dataflow.wording import steps_of
from flowlang.graph import Graph
from flowlang.problems import JSON

INPUT: Final = "input"
Writers: TypeAlias = "dict[str, frozenset[str]]"


def writers(graph: Graph, found: Analysis, *, is_summed: bool) -> dict[str, Writers]:
    """Return state -> member -> who has written it: states, or "input"; if summed, "" is all states at once.

    A member that is not listed is the input's.
    """
    order = {name: index for index, name in enumerate(found.ways)}
    names = list(order)
    known: dict[str, Writers] = {"": {}}
    if not names:
        return known
    known[names[0]] = {}
    waiting = [0]
    while waiting:
        name = names[heapq.heappop(waiting)]
        for way in found.ways[name]:
            after = _after(name, graph.states[name], way, known[name])
            target = way.arrow.target
            if _add(known, target, after) and target in order and order[target] not in waiting:
                heapq.heappush(waiting, order[target])
            if is_summed:
                _add(known, "", after)
    return known


def _add(known: dict[str, Writers], target: str, more: Writers) -> bool:
    """Add to what is known at `target`; False when it was known."""
    have = known.get(target)
    if have is None:
        known[target] = dict(more)
        return True
    is_new = False
    for key in have.keys() | more.keys():
        ours, theirs = have.get(key, _FROM_INPUT), more.get(key, _FROM_INPUT)
        if not ours >= theirs:
            have[key] = ours | theirs
            is_new = True
        elif key not in have:
            have[key] = ours
    return is_new


_FROM_INPUT: Final = frozenset([INPUT])


def _after(name: str, state: JSON, way: Way, before: Writers) -> Writers:
    fields: Mapping[str, JSON] = state if isinstance(state, dict) else {}
    if way.arrow.kind == "catch":
        fields = way.arrow.source or {}
    elif fields.get("Type") in ("Choice", "Wait", "Fail"):
        return before
    steps = steps_of(fields.get("ResultPath", "$"))
    mine = frozenset([name])
    if not steps:
        if way.arrow.kind != "catch" and not fields.keys() - {"Type", "Next", "End", "Comment", "ResultPath"}:
            return before
        return dict.fromkeys(way.data.members.possible() if way.data.members else (), mine)
    first = steps[0]
    if not isinstance(first, str):
        return before
    # Written below: what was there before stays beside it.
    return {**before, first: mine if len(steps) == 1 else before.get(first, frozenset()) | mine}
