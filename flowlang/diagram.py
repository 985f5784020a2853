"""A definition as a Graphviz graph: one source for the editor, the viewer and the command line.

Only the text is written here; it is laid out by Graphviz in the browser or in a process of its own. Whatever
an author calls a state, it is text: never markup, a link, an escape or another node.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypedDict, cast

import graphviz

from flowlang import graph
from flowlang.definition import Kind, Transition
from flowlang.graph import Graph
from flowlang.problems import JSON

# Above so many states a layout takes seconds unless Graphviz is told to stop refining.
FAST_ABOVE_STATES: Final = 300
_FAST: Final = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3", "splines": "line"}

_LINE: Final = 24
_LABEL_LINES: Final = 3
_GLOBUS_HOST: Final = re.compile(r"(?:([\w-]+)\.)?actions(?:\.automate)?\.globus\.org", re.ASCII)
_NOT_A_NAME: Final = re.compile(r"v\d+|[0-9a-f]{8}-[0-9a-f-]{27}")
_BREAKS: Final = re.compile(r"(?<=[ _\-./])|(?<=[a-z0-9])(?=[A-Z])")

_GRAPH: Final = {"rankdir": "TB", "bgcolor": "transparent", "nodesep": "0.35", "ranksep": "0.45"}
_NODE: Final = {
    "shape": "box",
    "style": "rounded",
    "width": "2.44",
    "height": "0.61",
    "margin": "0.12,0.05",
    "fontname": "Helvetica",
    "fontsize": "11",
    "color": "#8c959f",
}
_EDGE: Final = {
    "fontname": "Helvetica",
    "fontsize": "9",
    "color": "#8c959f",
    "arrowsize": "0.7",
}
_START: Final = {"shape": "point", "width": "0.14", "id": "diagram-start", "class": "start"}
_END: Final = {
    "shape": "doublecircle",
    "width": "0.12",
    "height": "0.12",
    "style": "filled",
    "fillcolor": "#8c959f",
    "id": "diagram-end",
    "class": "end",
}


class StateEntry(TypedDict):
    """What scripts need to know of a node: its element is `state-<index>`."""

    index: int
    name: str
    type: str
    provider: str


def states(definition: JSON) -> list[StateEntry]:
    """Return the states in the order of the text, with the index that the diagram's ids carry."""
    found = graph.build(definition).states
    return [
        {"index": index, "name": name, "type": _type(state), "provider": _provider(state)}
        for index, (name, state) in enumerate(found.items())
    ]


def to_dot(definition: JSON, *, catches: bool = False) -> str:
    """Return the DOT source of the diagram; of a definition with mistakes, what is there.

    definition  any JSON
    catches     draw the arrows of Catch too, outside the layout; else they are a count in the state's box
    Ids         "state-<index>", "edge-<from index>-<to index>-<kind>", "diagram-start", "diagram-end"
    Classes     "state type-<type>", "transition kind-<kind>"; states out of reach are in "unreachable"
    """
    built = graph.build(definition)
    index = {name: at for at, name in enumerate(built.states)}
    dot = graphviz.Digraph("flow", graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)
    if len(index) > FAST_ABOVE_STATES:
        dot.attr("graph", _FAST)
    lost = _lost(built)
    for name in index:
        if name not in lost:
            _state(dot, built, name, index[name])
    if lost:
        with dot.subgraph(name="cluster_unreachable") as cluster:
            cluster.attr("graph", {"label": "not reachable", "style": "dashed", "class": "unreachable"})
            cluster.attr("graph", {"color": "#8c959f", "fontname": _NODE["fontname"], "fontsize": "10"})
            for name in lost:
                _state(cluster, built, name, index[name])
    _ends(dot, built, index)
    for name in index:
        _edges(dot, built, name, index, catches=catches)
    _anchors(dot, built, index)
    return str(dot.source)


def _lost(built: Graph) -> list[str]:
    if built.start is None:
        return []
    reached = graph.reachable({name: built.targets(name) for name in built.states}, [built.start])
    return [name for name in built.states if name not in reached]


def _state(dot: graphviz.Digraph, built: Graph, name: str, index: int) -> None:
    state = built.states[name]
    kind = _type(state)
    count = sum(arrow.kind == "catch" for arrow in built.arrows[name])
    second = [kind or "?", _provider(state), f"catch {count}" if count else ""]
    lines = [*_wrapped(_clean(name)), " · ".join(part for part in second if part)]
    dot.node(
        f"s{index}",
        label=_label(lines),
        **{"id": f"state-{index}", "class": f"state type-{_css(kind)}"},
    )


def _ends(dot: graphviz.Digraph, built: Graph, index: Mapping[str, int]) -> None:
    if built.start is not None:
        dot.node("start", label="", **_START)
        dot.edge("start", f"s{index[built.start]}", id=f"edge-start-{index[built.start]}")
    last = [
        name for name, state in built.states.items() if isinstance(state, dict) and state.get("End") is True
    ]
    if last:
        dot.node("end", label="", **_END)
    for name in last:
        attributes = {"id": f"edge-{index[name]}-end", "class": "transition kind-end"}
        dot.edge(f"s{index[name]}", "end", **attributes)


def _edges(
    dot: graphviz.Digraph, built: Graph, name: str, index: Mapping[str, int], *, catches: bool
) -> None:
    """Draw one arrow for each target and kind; several rules that lead to one state share an arrow."""
    arrows: dict[tuple[int, Kind], list[Transition]] = {}
    for arrow in built.arrows[name]:
        if arrow.target in index and (catches or arrow.kind != "catch"):
            arrows.setdefault((index[arrow.target], arrow.kind), []).append(arrow)
    for (target, kind), same in arrows.items():
        words = [_clean(arrow.label) for arrow in same if arrow.label]
        if len(words) > _LABEL_LINES:
            words = [*words[: _LABEL_LINES - 1], f"or {len(words) - _LABEL_LINES + 1} more"]
        attributes = {
            "id": f"edge-{index[name]}-{target}-{kind}",
            "class": f"transition kind-{kind}",
            **({"style": "dashed", "constraint": "false", "color": "#cf222e"} if kind == "catch" else {}),
        }
        dot.edge(f"s{index[name]}", f"s{target}", label=_label(words) if words else None, **attributes)


def _anchors(dot: graphviz.Digraph, built: Graph, index: Mapping[str, int]) -> None:
    """Hang states that only a Catch leads to below the first state that it is in, by an arrow nobody sees."""
    arrows = [(name, arrow) for name in index for arrow in built.arrows[name]]
    placed = {arrow.target for _, arrow in arrows if arrow.kind != "catch"} | {built.start}
    for name, arrow in arrows:
        if arrow.target in index and arrow.target not in placed and arrow.target != name:
            placed.add(arrow.target)
            dot.edge(f"s{index[name]}", f"s{index[arrow.target]}", style="invis", weight="0")


# --- words


def _type(state: JSON) -> str:
    kind = state.get("Type") if isinstance(state, dict) else None
    return _clean(kind)[:_LINE] if isinstance(kind, str) else ""


def _css(kind: str) -> str:
    return re.sub(r"[^a-z]+", "", kind.lower()) or "unknown"


def _provider(state: JSON) -> str:
    """Return a short name of what an Action calls, e.g. "transfer ls"; "" for other states."""
    if not isinstance(state, dict):
        return ""
    handler = state.get("Handler")
    if isinstance(handler, dict) and "Id" in handler:
        return "registered API"
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl", handler)
    if not isinstance(url, str):
        return ""
    host, *path = url.partition("://")[2].split("?")[0].split("/") if "://" in url else url.split(":")[-1:]
    known = _GLOBUS_HOST.fullmatch(host)
    words = [(known[1] or "") if known else host, *(part for part in path if not _NOT_A_NAME.fullmatch(part))]
    distinct = dict.fromkeys(word for word in words if word)
    name = _clean(" ".join(distinct))
    return name if len(name) <= _LINE else name[: _LINE - 1] + "…"


def _clean(text: str) -> str:
    """Return the text without what cannot be printed: controls, bidi marks, lone surrogates."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _wrapped(name: str) -> list[str]:
    """Return the name in at most two lines, broken at blanks, dashes or between words, cut if need be."""
    if len(name) <= _LINE:
        return [name or " "]
    first = ""
    for part in _BREAKS.split(name):
        if len(first) + len(part) > _LINE:
            break
        first += part
    first = first or name[:_LINE]
    rest = name[len(first) :].strip()
    return [first.strip(), rest if len(rest) <= _LINE else rest[: _LINE - 1] + "…"]


def _label(lines: list[str]) -> str:
    """Return a label that shows these lines as they are.

    Graphviz would decode entities and read backslashes in it, and take it for markup between < and >; the
    type of what is returned (a str) tells the writer that it is not.
    """
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\") for line in lines)
    return cast("str", graphviz.nohtml("\\n".join(escaped)))
