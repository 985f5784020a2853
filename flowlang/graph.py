"""The states of a definition as a graph: what is reached, what leads to an end, how many ways there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from flowlang.definition import Transition, is_end, transitions
from flowlang.parts import NO_PARTS, Parts
from flowlang.problems import JSON

MAX_POSSIBILITIES: Final = 1_000_000
# Ways through a knot of loops are counted by walking them; beyond this many steps the answer is "very many".
_MAX_STEPS: Final = 20_000


class Graph(NamedTuple):
    """States and arrows.

    states  the states by name, malformed ones included
    arrows  for each state, its transitions; their targets need not exist
    ends    names of the states where a run ends
    start   StartAt; None when it names no state
    parts   the states with what is known of each alone, where the text was read state by state
    """

    states: Mapping[str, JSON]
    arrows: Mapping[str, list[Transition]]
    ends: frozenset[str]
    start: str | None
    parts: Parts = NO_PARTS

    def targets(self, name: str) -> list[str]:
        """Return the states that the arrows of `name` lead to, one for each arrow."""
        return [arrow.target for arrow in self.arrows.get(name, []) if arrow.target in self.states]


def build(definition: JSON, parts: Parts = NO_PARTS) -> Graph:
    """Return the graph of any JSON; one without states for what is not a definition."""
    states = definition.get("States") if isinstance(definition, dict) else None
    states = states if isinstance(states, dict) else {}
    start = definition.get("StartAt") if isinstance(definition, dict) else None
    start = start if isinstance(start, str) and start in states else None
    if parts:
        arrows = {name: part.arrows for name, part in parts.items()}
        ends = frozenset(name for name, part in parts.items() if part.is_end)
        return Graph(states, arrows, ends, start, parts)
    return Graph(
        states=states,
        arrows={name: transitions(state) for name, state in states.items()},
        ends=frozenset(name for name, state in states.items() if is_end(state)),
        start=start,
    )


def reachable(edges: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Return all that is reached from `starts` along `edges`, themselves included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def lost(built: Graph) -> list[str]:
    """Return the states that are not reached from the start, in the order of the text; [] without a start."""
    if built.start is None:
        return []
    reached = reachable({name: built.targets(name) for name in built.states}, [built.start])
    return [name for name in built.states if name not in reached]


def ranks(edges: Mapping[str, list[str]]) -> dict[str, int]:
    """Return for each name how far down a layered drawing it stands: one below the lowest that leads to it.

    Arrows that close a loop, seen in the order of `edges`, count for nothing.
    """
    done: dict[str, int] = {}
    open_names: set[str] = set()
    order: list[str] = []
    for root in edges:
        trail = [root] if root not in done else []
        while trail:
            name = trail[-1]
            if name in done or name in open_names:
                trail.pop()
                open_names.discard(name)
                if name not in done:
                    done[name] = len(order)
                    order.append(name)
                continue
            open_names.add(name)
            trail += [target for target in edges[name] if target not in done and target not in open_names]
    found = dict.fromkeys(edges, 0)
    for name in reversed(order):
        for target in edges[name]:
            if done[target] < done[name]:
                found[target] = max(found[target], found[name] + 1)
    return found


def components(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the strongly connected components (Tarjan), each before those that lead to it."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        trail = [(root, iter(edges[root]))] if root not in order else []
        while trail:
            name, rest = trail[-1]
            if name not in order:
                order[name] = low[name] = len(order)
                stack.append(name)
                on_stack.add(name)
            below = next((t for t in rest if t not in order or _lower(low, order, name, t, on_stack)), None)
            if below is not None:
                trail.append((below, iter(edges[below])))
                continue
            trail.pop()
            if trail:
                low[trail[-1][0]] = min(low[trail[-1][0]], low[name])
            if low[name] == order[name]:
                found.append(_cut(stack, on_stack, name))
    return found


def _lower(low: dict[str, int], order: dict[str, int], name: str, target: str, on_stack: set[str]) -> bool:
    """Note an arrow back to a state on the stack. Always False: there is nothing to visit."""
    if target in on_stack:
        low[name] = min(low[name], order[target])
    return False


def _cut(stack: list[str], on_stack: set[str], name: str) -> list[str]:
    members = [stack.pop()]
    while members[-1] != name:
        members.append(stack.pop())
    on_stack.difference_update(members)
    return members


def number_of_possibilities(definition: JSON) -> int:
    """Return how many ways lead from StartAt to an end, none using an arrow twice; at most a million.

    1. States that lie on a common loop form a knot; ways inside a knot are counted by walking them.
    2. Between knots the ways are multiplied, from the ends backwards.
    Source  validation is documented to answer "possible state traversals"; the rule is ours
    """
    graph = build(definition)
    if graph.start is None:
        return 0
    edges = {name: graph.targets(name) for name in graph.states}
    reached = reachable(edges, [graph.start])
    edges = {name: targets for name, targets in edges.items() if name in reached}
    ways: dict[str, int] = {}
    steps = _MAX_STEPS
    for knot in components(edges):
        inner = set(knot)
        leaving = {
            name: (name in graph.ends) + sum(ways[target] for target in edges[name] if target not in inner)
            for name in knot
        }
        loops = {name: [target for target in edges[name] if target in leaving] for name in knot}
        for name in knot:
            count, steps = _walk(name, loops, leaving, steps)
            ways[name] = min(count, MAX_POSSIBILITIES)
        if steps <= 0:
            return MAX_POSSIBILITIES
    return ways[graph.start]


def _walk(
    start: str, loops: Mapping[str, list[str]], leaving: Mapping[str, int], steps: int
) -> tuple[int, int]:
    """Return the ways from `start` out of its knot and on to an end, and the steps that are left."""
    count, used = leaving[start], set[tuple[str, int]]()
    trail = [(start, iter(enumerate(loops[start])))]
    arrows: list[tuple[str, int]] = []
    while trail and steps > 0:
        name, rest = trail[-1]
        arrow = next(((index, target) for index, target in rest if (name, index) not in used), None)
        if arrow is None:
            trail.pop()
            if arrows:
                used.discard(arrows.pop())
            continue
        index, target = arrow
        arrows.append((name, index))
        used.add(arrows[-1])
        count += leaving[target]
        steps -= len(loops[target]) + 1
        trail.append((target, iter(enumerate(loops[target]))))
    return count, steps
