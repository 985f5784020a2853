"""Checks of the way through a flow: references, states that nothing leads to, loops without a way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flowlang.definition import Kind, Transition
from flowlang.findings import Put, Remedy, Remove, Site, quote
from flowlang.graph import Graph, components, reachable
from flowlang.problems import JSON

_CODES: Final[Mapping[Kind, str]] = {
    "next": "next-unknown",
    "choice": "choice-unknown",
    "default": "default-unknown",
    "catch": "catch-unknown",
}
_FIELDS: Final[Mapping[Kind, str]] = {
    "next": "Next",
    "choice": "Next of a rule",
    "default": "Default",
    "catch": "Next of a catcher",
}


def graph(site: Site, definition: dict[str, JSON], graph: Graph) -> None:
    """Check what the states' names refer to, and where a run can go."""
    if not graph.states:
        return
    meant = _start(site, definition, graph)
    edges: dict[str, list[str]] = {}
    lost: set[str] = set()
    for name in graph.states:
        edges[name] = []
        for arrow in graph.arrows[name]:
            target = arrow.target if arrow.target in graph.states else _unknown(site, name, arrow, graph)
            if target is None:
                lost.add(name)
            else:
                edges[name].append(target)
    if meant is None:
        return
    reached = reachable(edges, [meant])
    if not lost & reached:
        # Else the unknown names may be meant for the very states that nothing leads to.
        _unreachable(site, edges, reached)
        _endless(site, graph, edges, reached, meant)


def state(site: Site, name: str) -> Site:
    """Return the place of a state."""
    return Site(site.findings, ("States", name))


def _start(site: Site, definition: dict[str, JSON], graph: Graph) -> str | None:
    start = definition.get("StartAt")
    if not isinstance(start, str) or start in graph.states:
        return start if isinstance(start, str) else None
    here = site.at("StartAt")
    close = site.findings.closest(start, graph.states)
    first = next(iter(graph.states))
    remedy = Remedy(f"Write {quote(close or first)}", Put(here.loc, close or first))
    advice = f" Did you mean {quote(close)}?" if close else f" The first state is {quote(first)}."
    here.error("start-unknown", f"StartAt names {quote(start)}, which is not a state.{advice}", remedy)
    return close


def _unknown(site: Site, name: str, arrow: Transition, graph: Graph) -> str | None:
    """Report a name that no state has. Returns the state that is probably meant."""
    here = state(site, name).at(*arrow.loc)
    close = site.findings.closest(arrow.target, [other for other in graph.states if other != name])
    remedies = [Remedy(f"Write {quote(close)}", Put(here.loc, close))] if close else []
    added = Remedy(
        f"Add a state {quote(arrow.target)}", Put(("States", arrow.target), {"Type": "Pass", "End": True})
    )
    advice = f" Did you mean {quote(close)}?" if close else " Add that state, or correct the name."
    message = f"{_FIELDS[arrow.kind]} names {quote(arrow.target)}, which is not a state.{advice}"
    here.error(_CODES[arrow.kind], message, *remedies, added)
    return close


def _unreachable(site: Site, edges: dict[str, list[str]], reached: set[str]) -> None:
    if len(reached) == len(edges):
        return
    sources: dict[str, list[str]] = {name: [] for name in edges}
    for name, targets in edges.items():
        for target in targets:
            sources[target].append(name)
    for name in edges:
        if name in reached:
            continue
        here = state(site, name)
        remedy = Remedy("Remove the state", Remove(here.loc))
        others = [source for source in sources[name] if source != name]
        if others:
            tail = f"only {quote(others[0])} leads here, and nothing leads there from StartAt."
            here.warn("state-unreachable", f"It is never reached: {tail}", on_key=True)
        elif sources[name]:
            here.warn(
                "state-unreachable", "It is never reached: only it leads to itself.", remedy, on_key=True
            )
        else:
            message = "It is never reached: nothing leads here. Name it in a Next, or remove it."
            here.warn("state-unreachable", message, remedy, on_key=True)


def _endless(site: Site, graph: Graph, edges: dict[str, list[str]], reached: set[str], start: str) -> None:
    """Warn, once for each closed loop, of states from which no end is reached."""
    backwards: dict[str, list[str]] = {name: [] for name in edges}
    for name in reached:
        for target in edges[name]:
            backwards[target].append(name)
    # A state without any way on is reported by itself; here it counts as an end.
    ends = [name for name in reached if name in graph.ends or not graph.arrows[name]]
    stuck = reached - reachable(backwards, ends)
    if not stuck:
        return
    if start in stuck and not any(name in graph.ends for name in graph.states):
        message = 'No state ends the run. Give one "End": true, or add a Fail state.'
        site.at("States").warn("flow-endless", message, on_key=True)
        return
    order = {name: index for index, name in enumerate(edges)}
    for knot in components({name: [t for t in edges[name] if t in stuck] for name in edges if name in stuck}):
        members = set(knot)
        if any(target not in members for name in knot for target in edges[name]):
            continue
        first = min(knot, key=order.__getitem__)
        message = "A run that comes here never ends: it goes round and round."
        if len(knot) > 1:
            names = ", ".join(quote(name) for name in sorted(members)[:4])
            message = f"A run that comes here never ends: it goes round through {names}."
        state(site, first).warn("flow-endless", f"{message} Lead one arrow to an end.", on_key=True)
