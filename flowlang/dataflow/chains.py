"""How an expression reaches values: names, members, items, slices."""

from __future__ import annotations

import ast

from flowlang import paths
from flowlang.dataflow.compiler import Code, Compiler
from flowlang.dataflow.places import MAYBE, NO, OPEN, YES, Reading, item, member
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, ARRAY, NUMBER, OBJECT, TEXT, TEXTS, Value, list_of, of_kinds


def chain(compiler: Compiler, node: ast.expr) -> Code:
    """Return the code of a.b['c'][0], seen as one path where it starts at the run data."""
    steps: list[tuple[str | int, int]] = []
    while True:
        link = _link(compiler, node)
        if link is None:
            break
        steps.append(link)
        node = node.value  # type: ignore[attr-defined]
    steps.reverse()
    path = compiler.path_at(node)
    if isinstance(node, ast.Name) and path is None:
        if node.id not in compiler.bound:
            steps.insert(0, (node.id, compiler.place(node)))
            return _rooted(tuple(steps))
        name = node.id
        return _on(lambda scene: scene.local.get(name, ANY), tuple(steps))
    if path is not None:
        offset = compiler.place(node) + 1
        return _on(lambda scene: scene.path(path, offset), tuple(steps))
    # Not a chain any more: what is left is some other form, or an item asked for by a value.
    start = _subscript(compiler, node) if isinstance(node, ast.Subscript) else compiler.code(node)
    return _on(start, tuple(steps))


def _link(compiler: Compiler, node: ast.expr) -> tuple[str | int, int] | None:
    """Return the step that `node` adds to the value before it, with its offset."""
    if isinstance(node, ast.Attribute):
        end = node.end_col_offset or 0
        return node.attr, compiler.source.place(end - len(node.attr.encode()))
    if isinstance(node, ast.Subscript):
        key = _index(compiler, node.slice)
        return None if key is None else (key, compiler.place(node.slice))
    return None


def _index(compiler: Compiler, node: ast.expr) -> str | int | None:
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        number = node.operand.value
        return -number if isinstance(number, int) and not isinstance(number, bool) else None
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str):
        return compiler.source.restore(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _rooted(steps: tuple[tuple[str | int, int], ...]) -> Code:
    names = tuple(step for step, _ in steps)
    is_context = names[0] == paths.CONTEXT_NAME

    def run(scene: Scene) -> Value:
        start = 1 if is_context else 0
        scene.touch(names)
        reading = _follow(scene.context if is_context else scene.root, names, start)
        if reading.presence != YES:
            scene.missing(names, reading, steps[reading.at][1])
        scene.used(reading)
        return reading.value if reading.presence != NO else ANY

    return run


def _on(start: Code, steps: tuple[tuple[str | int, int], ...]) -> Code:
    if not steps:
        return start
    names = tuple(step for step, _ in steps)

    def run(scene: Scene) -> Value:
        reading = _follow(start(scene), names, 0)
        if reading.presence != YES:
            scene.missing(names, reading, steps[reading.at][1], is_rooted=False)
        scene.used(reading)
        return reading.value if reading.presence != NO else ANY

    return run


def _follow(value: Value, names: tuple[str | int, ...], start: int) -> Reading:
    """Return what the steps lead to, as `places.read` does; text has items here."""
    presence, at, holder = YES, -1, value
    for index in range(start, len(names)):
        step = names[index]
        if isinstance(step, str):
            found, below = member(value, step)
        elif value.origins and value.kinds & ARRAY and value.items is None:
            found, below = item(value, step)
        elif value.kinds & TEXT:
            found, below = OPEN, of_kinds(TEXT) if value.kinds == TEXT else ANY
        elif value.kinds & OBJECT:
            found, below = OPEN, ANY
        else:
            found, below = item(value, step)
        if found == NO:
            return Reading(NO, ANY, index, value)
        if found < YES and (presence == YES or (presence == OPEN and found == MAYBE)):
            presence, at, holder = found, index, value
        value = below
    return Reading(presence, value, at, holder)


def _subscript(compiler: Compiler, node: ast.Subscript) -> Code:
    owner = compiler.code(node.value)
    if isinstance(node.slice, ast.Slice):
        ends = [compiler.code(end) for end in (node.slice.lower, node.slice.upper, node.slice.step) if end]
        return lambda scene: _slice(owner(scene), [end(scene) for end in ends], scene)
    place = compiler.code(node.slice)

    def run(scene: Scene) -> Value:
        value, key = owner(scene), place(scene)
        scene.use(key, NUMBER | TEXT)
        if value.kinds == TEXT:
            return TEXTS
        return value.items.each if value.kinds == ARRAY and value.items and value.items.each.kinds else ANY

    return run


def _slice(value: Value, ends: list[Value], scene: Scene) -> Value:
    for end in ends:
        scene.use(end, NUMBER, "integer")
    if value.kinds == TEXT:
        return TEXTS
    if value.kinds == ARRAY and value.items is not None:
        return list_of(value.items.each)
    scene.use(value, ARRAY)
    return of_kinds((value.kinds & (TEXT | ARRAY)) or ARRAY | TEXT)


def data_steps(compiler: Compiler, node: ast.expr) -> tuple[str | int, ...]:
    """Return the place of the run data that a chain of names reaches; () for anything else."""
    steps: list[str | int] = []
    while (link := _link(compiler, node)) is not None:
        steps.append(link[0])
        node = node.value  # type: ignore[attr-defined]
    if (
        not isinstance(node, ast.Name)
        or compiler.path_at(node)
        or node.id in (*compiler.bound, paths.CONTEXT_NAME)
    ):
        return ()
    return (node.id, *reversed(steps))
