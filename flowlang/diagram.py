"""A definition as a Graphviz graph: one source for the editor, the viewer and the command line.

Only the text is written here; it is laid out by Graphviz in the browser or in a process of its own. Whatever
an author calls a state, it is text: never markup, a link, an escape or another node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypedDict

import graphviz
from graphviz import quoting

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
_LABEL_CHARACTERS: Final = 34

_GREY: Final = "#8c959f"
_FONT: Final = "Helvetica"
_FAST: Final = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3", "splines": "line"}
_GRAPH: Final = {"rankdir": "TB", "bgcolor": "transparent", "nodesep": "0.35", "ranksep": "0.45"}
_NODE: Final = {
    "shape": "box",
    "style": "rounded",
    "width": "2.44",
    "height": "0.61",
    "margin": "0.3,0.05",
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


class Way(TypedDict):
    """A way on from a state. `to` is the index of a state, -1 the end; `words` is its condition in full."""

    to: int
    kind: str
    words: str


class StateEntry(TypedDict):
    """What scripts need to know of a node: its element is `state-<index>`."""

    index: int
    name: str
    type: str
    provider: str
    ways: list[Way]


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
    built = graph.build(definition)
    index = {name: at for at, name in enumerate(built.states)}
    return [
        {
            "index": index[name],
            "name": name,
            "type": captions.kind(state),
            "provider": captions.provider(state),
            "ways": _ways(state, built.arrows[name], index),
        }
        for name, state in built.states.items()
    ]


def _ways(state: JSON, arrows: list[Transition], index: dict[str, int]) -> list[Way]:
    found: list[Way] = [
        {"to": index[arrow.target], "kind": arrow.kind, "words": captions.clean(arrow.label)}
        for arrow in arrows
        if arrow.target in index
    ]
    if isinstance(state, dict) and state.get("End") is True:
        found.append({"to": -1, "kind": "end", "words": ""})
    return found


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
    dot.body += [_state(plan, name) for name in plan.index if name not in lost]
    if lost:
        with dot.subgraph(name="cluster_unreachable") as cluster:
            cluster.attr("graph", **_CLUSTER)
            cluster.body += [_state(plan, name) for name in plan.lost]
    _ends(dot, plan)
    dot.body += [_arrow(plan, *between, same) for between, same in plan.arrows.items()]
    dot.body += _anchors(plan)
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
    plan = _Plan(
        graph=built,
        index=index,
        lost=graph.lost(built),
        is_fast=len(index) > FAST_ABOVE_STATES or sum(spans) > FAST_ABOVE_RANKS,
    )
    is_folded = sum(spans) > FOLD_ABOVE_RANKS
    for (name, arrow), span in zip(drawn, spans, strict=True):
        if is_folded and span > LONG_RANKS:
            plan.folded.setdefault(name, []).append(arrow.target)
        else:
            plan.arrows.setdefault((name, arrow.target, arrow.kind), []).append(arrow)
    return plan


# Lines for nodes and arrows are written here, not by the library's methods: these quote each attribute anew,
# ten thousand times in a large diagram. Only labels hold what an author wrote; the library quotes those.


def _state(plan: _Plan, name: str) -> str:
    state, index = plan.graph.states[name], plan.index[name]
    kind = captions.kind(state)
    count = sum(arrow.kind == "catch" for arrow in plan.graph.arrows[name])
    second = [kind or "?", captions.provider(state), f"catch {count}" if count else ""]
    lines = [*captions.wrapped(name), " · ".join(part for part in second if part)]
    folded = dict.fromkeys(plan.folded[name]) if name in plan.folded else ()
    lines += [f"→ {captions.wrapped(target)[0]}" for target in list(folded)[:_LABEL_LINES]]
    css = f"state type-{captions.css(kind)}"
    return f'\ts{index} [label={_label(*lines)} class="{css}" id="state-{index}"]\n'


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
        at = index[name]
        dot.body.append(f'\ts{at} -> end [class="transition kind-end" id="edge-{at}-end"]\n')


def _arrow(plan: _Plan, name: str, target: str, kind: Kind, same: list[Transition]) -> str:
    """Return one arrow for each target and kind; several rules that lead to one state share it."""
    words = [captions.cut(captions.clean(arrow.label), _LABEL_CHARACTERS) for arrow in same if arrow.label]
    if len(words) > _LABEL_LINES:
        words = [*words[: _LABEL_LINES - 1], f"or {len(words) - _LABEL_LINES + 1} more"]
    start, end = plan.index[name], plan.index[target]
    # Blanks on both sides keep neighbours apart, and the words off the arrow.
    label = _label(*(f"\u00a0\u00a0{word}\u00a0\u00a0" for word in words)) if words else ""
    # A label takes a rank of its own in the layout; an xlabel is set beside the arrow afterwards.
    parts = [
        f"label={label}" if label and not plan.is_fast else "",
        f'class="transition kind-{kind}"',
        'color="#cf222e" constraint=false' if kind == "catch" else "",
        f'id="edge-{start}-{end}-{kind}"',
        "style=dashed" if kind == "catch" else "",
        f"xlabel={label}" if label and plan.is_fast else "",
    ]
    return f"\ts{start} -> s{end} [{' '.join(filter(None, parts))}]\n"


def _anchors(plan: _Plan) -> list[str]:
    """Hang states that only a Catch leads to below the first state it is in, by arrows nobody sees."""
    index, found = plan.index, list[str]()
    arrows = [(name, arrow) for name in index for arrow in plan.graph.arrows[name]]
    placed = {arrow.target for _, arrow in arrows if arrow.kind != "catch"} | {plan.graph.start}
    for name, arrow in arrows:
        if arrow.target in index and arrow.target not in placed and arrow.target != name:
            placed.add(arrow.target)
            found.append(f"\ts{index[name]} -> s{index[arrow.target]} [style=invis weight=0]\n")
    return found


@lru_cache(maxsize=4096)
def _label(*lines: str) -> str:
    """Return a label, quoted, that shows these lines as they are. Kept: while typing, few of them change.

    Graphviz would decode entities and read backslashes in it, and take it for markup between < and >; the
    type of what is quoted (`nohtml`) tells the writer that it is not.
    """
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\") for line in lines)
    return str(quoting.quote(graphviz.nohtml("\\n".join(escaped))))
