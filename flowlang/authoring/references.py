"""What a definition refers to: states by name, places of the run data by path or in expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from flowlang import expressions
from flowlang.definition import transitions
from flowlang.expressions import Expression, ExpressionSyntaxError
from flowlang.graph import Graph
from flowlang.path_syntax import PathSyntaxError, Step, read_steps, step_offsets
from flowlang.problems import JSON, Loc
from flowlang.rules import CONNECTIVES, OPERATORS, STATES

_CARE: Final = ("is_present", "getattr")
_BRACKET: Final = re.compile(r"""\[\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\]""")
_MAX_DEPTH: Final = 64


_WRITING: Final = frozenset({"result", "catchers"})
_ALL: Final = _WRITING | {"path", "template", "rules"}


class Reference(NamedTuple):
    """A place of the run data that some text names.

    state       the state whose text it is; loc: of the text, from the document's root
    steps       the place
    start, end  its first step in the text, in code points; with brackets and quotes, where it has them
    writes      it is stored there, and not read
    """

    state: str
    loc: Loc
    steps: tuple[Step, ...]
    start: int
    end: int
    writes: bool = False


def to_states(definition: JSON) -> Iterator[tuple[str, Loc]]:
    """Yield (name, loc) of every text that names a state."""
    if not isinstance(definition, dict):
        return
    if isinstance(start := definition.get("StartAt"), str):
        yield start, ("StartAt",)
    states = definition.get("States")
    for name, state in states.items() if isinstance(states, dict) else ():
        for arrow in transitions(state):
            yield arrow.target, ("States", name, *arrow.loc)


def to_places(graph: Graph, *, writes_only: bool = False) -> Iterator[Reference]:
    """Yield every reference to a place of the run data; texts that are no path or expression have none."""
    for name, state in graph.states.items():
        if isinstance(state, dict):
            yield from _of_state(name, _WRITING if writes_only else _ALL, state)


def overlap(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Whether one of two places is the other or holds it."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _of_state(name: str, wanted: frozenset[str], state: dict[str, JSON]) -> Iterator[Reference]:
    kind = state.get("Type")
    fields = STATES[kind].fields if isinstance(kind, str) and kind in STATES else {}
    root: Loc = ("States", name)
    for key, value in state.items():
        syntax = fields[key].syntax if key in fields else ""
        if syntax not in wanted:
            continue
        if syntax in ("path", "result"):
            if isinstance(value, str):
                yield from _of_path(name, (*root, key), value, writes=syntax == "result")
        elif syntax == "template":
            yield from _of_template(name, (*root, key), value)
        elif syntax == "rules":
            yield from _of_rules(name, (*root, key), value)
        elif syntax == "catchers":
            yield from _of_catchers(name, (*root, key), value)


def _of_catchers(name: str, loc: Loc, catchers: JSON) -> Iterator[Reference]:
    for index, catcher in enumerate(catchers if isinstance(catchers, list) else ()):
        path = catcher.get("ResultPath") if isinstance(catcher, dict) else None
        if isinstance(path, str):
            yield from _of_path(name, (*loc, index, "ResultPath"), path, writes=True)


def _of_rules(name: str, loc: Loc, rules: JSON) -> Iterator[Reference]:
    stack: list[tuple[Loc, JSON]] = [(loc, rules)]
    while stack:
        here, value = stack.pop()
        if isinstance(value, list):
            stack += [((*here, index), item) for index, item in enumerate(value)]
        for key, member in value.items() if isinstance(value, dict) else ():
            is_path = key == "Variable" or (key in OPERATORS and OPERATORS[key].syntax == "path")
            if is_path and isinstance(member, str):
                yield from _of_path(name, (*here, key), member)
            elif key in CONNECTIVES:
                stack.append(((*here, key), member))


def _of_template(name: str, loc: Loc, template: JSON) -> Iterator[Reference]:
    stack: list[tuple[Loc, JSON]] = [(loc, template)]
    while stack:
        here, value = stack.pop()
        if isinstance(value, list):
            stack += [((*here, index), item) for index, item in enumerate(value)]
        for key, member in value.items() if isinstance(value, dict) else ():
            if isinstance(member, str) and key.endswith(".$"):
                yield from _of_path(name, (*here, key), member)
            elif isinstance(member, str) and key.endswith(".="):
                yield from _of_expression(name, (*here, key), member)
            elif len(here) < _MAX_DEPTH:
                stack.append(((*here, key), member))


def _of_path(name: str, loc: Loc, text: str, *, writes: bool = False) -> Iterator[Reference]:
    found = _first(text)
    if found:
        yield Reference(name, loc, *found, writes=writes)


def _first(text: str) -> tuple[tuple[Step, ...], int, int] | None:
    """Return the steps of a path, and where its first one stands."""
    try:
        steps, offsets = read_steps(text), step_offsets(text)
    except PathSyntaxError:
        return None
    if not steps:
        return None
    start = offsets[0]
    bracket = _BRACKET.match(text, start)
    if bracket is not None:
        return steps, start, bracket.end()
    return steps, start, start + len(str(steps[0]))


def _of_expression(name: str, loc: Loc, text: str) -> Iterator[Reference]:
    try:
        parsed = expressions.parse(text)
    except ExpressionSyntaxError:
        return
    for at, path in parsed.source.paths.items():
        inside = parsed.source.indent + at + 1
        if found := _first(path.text):
            yield Reference(name, loc, found[0], inside + found[1], inside + found[2])
    bound = _bound(parsed.tree)
    parents = {child: node for node in ast.walk(parsed.tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Name) and node.id in parsed.names and node.id not in bound:
            start = parsed.source.place(node.col_offset)
            yield Reference(name, loc, _chain(parsed, node, parents), start, start + len(node.id))
        elif isinstance(node, ast.Call):
            yield from _asked(name, loc, parsed, node)


def _bound(tree: ast.expr) -> set[str]:
    """Return the names that comprehensions give a meaning of their own."""
    targets = (node.target for node in ast.walk(tree) if isinstance(node, ast.comprehension))
    return {
        name.id
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }  # fmt: skip


def _chain(parsed: Expression, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[Step, ...]:
    steps: list[Step] = [node.id] if isinstance(node, ast.Name) else []
    while True:
        parent = parents.get(node)
        if isinstance(parent, ast.Attribute):
            called = parents.get(parent)
            if isinstance(called, ast.Call) and called.func is parent:
                return tuple(steps)
            steps.append(parent.attr)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            key = parent.slice.value if isinstance(parent.slice, ast.Constant) else None
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                return tuple(steps)
            steps.append(parsed.source.restore(key) if isinstance(key, str) else key)
        else:
            return tuple(steps)
        node = parent


def _asked(name: str, loc: Loc, parsed: Expression, node: ast.Call) -> Iterator[Reference]:
    """Yield the place that is_present('a.b') or getattr('a.b') asks for, where it is written plainly."""
    first = node.args[0] if node.args else None
    if not (isinstance(node.func, ast.Name) and node.func.id in _CARE and isinstance(first, ast.Constant)):
        return
    start = parsed.source.place(first.col_offset) + 1
    text = first.value
    if not isinstance(text, str) or not parsed.text.startswith(text, start):
        return
    shift = 0 if text.startswith("$") else 1 if text.startswith("[") else 2
    found = _first("$."[:shift] + text)
    if found:
        yield Reference(name, loc, found[0], start + found[1] - shift, start + found[2] - shift)
