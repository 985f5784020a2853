"""A definition as a Graphviz graph: one source for the editor, the viewer and the command line.

Only the text is written here; it is laid out by Graphviz in the browser or in a process of its own. Whatever
an author calls a state, it is text: never markup, a link, an escape or another node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypedDict, cast

import graphviz

from flowlang import captions, graph
from flowlang.definition import Kind, Transition
from flowlang.graph import Graph
from flowlang.problems import JSON

# Above so many states, or with arrows across so many ranks in all, Graphviz is told to refine less.
FAST_ABOVE_STATES: Final = 300
FAST_ABOVE_RANKS: Final = 1_500
# And above so many, arrows across that many ranks become words: each rank costs as much as a state.
FOLD_ABOVE_RANKS: Final = 5_000
LONG_RANKS: Final = 30
_LABEL_LINES: Final = 3

_GREY: Final = "#8c959f"
_FONT: Final = "Helvetica"
_FAST: Final = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3", "splines": "line"}
_GRAPH: Final = {"rankdir": "TB", "bgcolor": "transparent", "nodesep": "0.35", "ranksep": "0.45"}
_NODE: Final = {
    "shape": "box",
    "style": "rounded",
    "width": "2.44",
    "height": "0.61",
    "margin": "0.12,0.05",
    "fontname": _FONT,
    "fontsize": "11",
    "color": _GREY,
}
_EDGE: Final = {"fontname": _FONT, "fontsize": "9", "color": _GREY, "arrowsize": "0.7"}
_START: Final = {"shape": "point", "width": "0.14", "id": "diagram-start", "class": "start"}
_END: Final = {
    "shape": "doublecircle",
    "width": "0.12",
    "height": "0.12",
    "style": "filled",
    "fillcolor": _GREY,
    "id": "diagram-end",
    "class": "end",
}
_CLUSTER: Final = {
    "label": "not reachable",
    "style": "dashed",
    "class": "unreachable",
    "color": _GREY,
    "fontname": _FONT,
    "fontsize": "10",
}


class StateEntry(TypedDict):
    """What scripts need to know of a node: its element is `state-<index>`."""

    index: int
    name: str
    type: str
    provider: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn: the states by index, and for each pair of states and kind one arrow.

    lost    states out of reach
    folded  for a state, the targets of long arrows that are written into its box instead
    """

    graph: Graph
    index: dict[str, int]
    lost: list[str]
    is_fast: bool
    arrows: dict[tuple[str, str, Kind], list[Transition]] = field(default_factory=dict)
    folded: dict[str, list[str]] = field(default_factory=dict)


def states(definition: JSON) -> list[StateEntry]:
    """Return the states in the order of the text, with the index that the diagram's ids carry."""
    found = graph.build(definition).states
    return [
        {"index": index, "name": name, "type": captions.kind(state), "provider": captions.provider(state)}
        for index, (name, state) in enumerate(found.items())
    ]


def to_dot(definition: JSON, *, catches: bool = False) -> str:
    """Return the DOT source of the diagram; of a definition with mistakes, what is there.

    definition  any JSON
    catches     draw the arrows of Catch too, outside the layout; else they are a count in the state's box
    Ids         "state-<index>", "edge-<from index>-<to index>-<kind>", "diagram-start", "diagram-end"
    Classes     "state type-<type>", "transition kind-<kind>"; states out of reach are in "unreachable"
    In a large diagram arrows right across it are words in the state's box: the layout would take minutes.
    """
    plan = _plan(definition, catches=catches)
    dot = graphviz.Digraph("flow", graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)
    if plan.is_fast:
        dot.attr("graph", **_FAST)
    lost = set(plan.lost)
    for name in plan.index:
        if name not in lost:
            _state(dot, plan, name)
    if lost:
        with dot.subgraph(name="cluster_unreachable") as cluster:
            cluster.attr("graph", **_CLUSTER)
            for name in plan.lost:
                _state(cluster, plan, name)
    _ends(dot, plan)
    for (source, target, kind), same in plan.arrows.items():
        _arrow(dot, plan, f"{plan.index[source]}-{plan.index[target]}-{kind}", same)
    _anchors(dot, plan)
    return str(dot.source)


def _plan(definition: JSON, *, catches: bool) -> _Plan:
    built = graph.build(definition)
    index = {name: at for at, name in enumerate(built.states)}
    drawn = [
        (name, arrow)
        for name in index
        for arrow in built.arrows[name]
        if arrow.target in index and (catches or arrow.kind != "catch")
    ]
    edges = {name: built.targets(name) for name in index}
    ranks = graph.ranks(edges)
    spans = [abs(ranks[arrow.target] - ranks[name]) for name, arrow in drawn]
    reached = graph.reachable(edges, [built.start] if built.start is not None else index)
    plan = _Plan(
        graph=built,
        index=index,
        lost=[name for name in index if name not in reached],
        is_fast=len(index) > FAST_ABOVE_STATES or sum(spans) > FAST_ABOVE_RANKS,
    )
    for (name, arrow), span in zip(drawn, spans, strict=True):
        if span > LONG_RANKS and sum(spans) > FOLD_ABOVE_RANKS:
            plan.folded.setdefault(name, []).append(arrow.target)
        else:
            plan.arrows.setdefault((name, arrow.target, arrow.kind), []).append(arrow)
    return plan


def _state(dot: graphviz.Digraph, plan: _Plan, name: str) -> None:
    state, index = plan.graph.states[name], plan.index[name]
    kind = captions.kind(state)
    count = sum(arrow.kind == "catch" for arrow in plan.graph.arrows[name])
    second = [kind or "?", captions.provider(state), f"catch {count}" if count else ""]
    lines = [*captions.wrapped(name), " · ".join(part for part in second if part)]
    folded = list(dict.fromkeys(plan.folded.get(name, ())))
    lines += [f"→ {captions.wrapped(target)[0]}" for target in folded[:_LABEL_LINES]]
    attributes = {"id": f"state-{index}", "class": f"state type-{captions.css(kind)}"}
    dot.node(f"s{index}", label=_label(lines), **attributes)


def _ends(dot: graphviz.Digraph, plan: _Plan) -> None:
    start, index = plan.graph.start, plan.index
    if start is not None:
        dot.node("start", label="", **_START)
        dot.edge("start", f"s{index[start]}", id=f"edge-start-{index[start]}")
    last = [
        n for n, state in plan.graph.states.items() if isinstance(state, dict) and state.get("End") is True
    ]
    if last:
        dot.node("end", label="", **_END)
    for name in last:
        attributes = {"id": f"edge-{index[name]}-end", "class": "transition kind-end"}
        dot.edge(f"s{index[name]}", "end", **attributes)


def _arrow(dot: graphviz.Digraph, plan: _Plan, name: str, same: list[Transition]) -> None:
    """Draw one arrow for each target and kind; several rules that lead to one state share it."""
    source, target, kind = name.split("-")
    words = [captions.clean(arrow.label) for arrow in same if arrow.label]
    if len(words) > _LABEL_LINES:
        words = [*words[: _LABEL_LINES - 1], f"or {len(words) - _LABEL_LINES + 1} more"]
    attributes = {"id": f"edge-{name}", "class": f"transition kind-{kind}"}
    if kind == "catch":
        attributes |= {"style": "dashed", "constraint": "false", "color": "#cf222e"}
    if words:
        # A label takes a rank of its own in the layout; an xlabel is set beside the arrow afterwards.
        attributes["xlabel" if plan.is_fast else "label"] = _label(words)
    dot.edge(f"s{source}", f"s{target}", **attributes)


def _anchors(dot: graphviz.Digraph, plan: _Plan) -> None:
    """Hang states that only a Catch leads to below the first state it is in, by an arrow nobody sees."""
    index = plan.index
    arrows = [(name, arrow) for name in index for arrow in plan.graph.arrows[name]]
    placed = {arrow.target for _, arrow in arrows if arrow.kind != "catch"} | {plan.graph.start}
    for name, arrow in arrows:
        if arrow.target in index and arrow.target not in placed and arrow.target != name:
            placed.add(arrow.target)
            dot.edge(f"s{index[name]}", f"s{index[arrow.target]}", style="invis", weight="0")


def _label(lines: list[str]) -> str:
    """Return a label that shows these lines as they are.

    Graphviz would decode entities and read backslashes in it, and take it for markup between < and >; the
    type of what is returned (a str) tells the writer that it is not.
    """
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\") for line in lines)
    return cast("str", graphviz.nohtml("\\n".join(escaped)))
