"""How an expression makes values: operators, f-strings, lists and objects."""

from __future__ import annotations

import ast
from typing import Any, Final, TypeAlias

from flowlang.dataflow import guards, kinds
from flowlang.dataflow.compiler import Code, Compiler, Maker
from flowlang.dataflow.joining import array, join
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import (
    ANY,
    ARRAY,
    BOOLEAN,
    NUMBER,
    NUMBERS,
    TEXTS,
    Bucket,
    Value,
    closed,
    constant,
    list_of,
    of_kinds,
    words,
)

_Rows: TypeAlias = "tuple[tuple[int, int, int], ...]"


def _constant(compiler: Compiler, node: ast.Constant) -> Code:
    value: Any = node.value
    if isinstance(value, str):
        value = compiler.source.restore(value)
    found = constant(value) if value is None or isinstance(value, (str, int, float)) else ANY
    return lambda scene: found


def _binary(compiler: Compiler, node: ast.BinOp) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    verb, rows = kinds.BINARY.get(type(node.op), ("combine", ()))
    offset = compiler.place(node)

    def run(scene: Scene) -> Value:
        return _combine(scene, left(scene), right(scene), (verb, rows, offset))

    return run


def _combine(scene: Scene, a: Value, b: Value, operator: tuple[str, _Rows, int]) -> Value:
    verb, rows, offset = operator
    if not a.kinds or not b.kinds:
        return ANY
    made = kinds.combined(rows, a.kinds, b.kinds)
    if not made and rows:
        scene.wrong("operator", f"cannot {verb} {words(a.kinds)} and {words(b.kinds)}", offset)
    for one, other in ((a, b), (b, a)):
        if one.origins:
            scene.use(one, _partners(rows, other.kinds))
    if made == ARRAY and a.items and b.items and verb == "add":
        return list_of(join(a.items.each, b.items.each), a.items.least + b.items.least)
    return of_kinds(made) if made else ANY


def _partners(rows: _Rows, other: int) -> int:
    """Return the kinds that can be combined with `other`; 0 when that says nothing."""
    found = 0
    for lefts, rights, _ in rows:
        found |= (lefts if rights & other else 0) | (rights if lefts & other else 0)
    return found & ~BOOLEAN if found & NUMBER else found


def _unary(compiler: Compiler, node: ast.UnaryOp) -> Code:
    if isinstance(node.op, ast.Not):
        return guards.as_value(compiler, node)
    operand = compiler.code(node.operand)

    def run(scene: Scene) -> Value:
        value = operand(scene)
        scene.use(value, NUMBER)
        if value.constants and len(value.constants) == 1 and isinstance(node.op, ast.USub):
            ((kind, number),) = value.constants
            if kind == NUMBER and isinstance(number, (int, float)):
                return constant(-number)
        return NUMBERS

    return run


def _joined(compiler: Compiler, node: ast.JoinedStr) -> Code:
    parts = [compiler.code(part) for part in node.values]

    def run(scene: Scene) -> Value:
        for part in parts:
            part(scene)
        return TEXTS

    return run


def _list(compiler: Compiler, node: ast.List | ast.Tuple) -> Code:
    members = compiler.codes(node.elts)
    return lambda scene: array([member(scene) for member in members])


def _set(compiler: Compiler, node: ast.Set) -> Code:
    members = compiler.codes(node.elts)

    def run(scene: Scene) -> Value:
        each = array([member(scene) for member in members]).items
        return list_of(each.each if each else ANY, 1)

    return run


def _dict(compiler: Compiler, node: ast.Dict) -> Code:
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    names = [compiler.source.restore(key) if isinstance(key, str) else None for key in keys]
    others = compiler.codes([key for key in node.keys if key is not None])
    values = compiler.codes(node.values)

    def run(scene: Scene) -> Value:
        for other in others:
            other(scene)
        made = [value(scene) for value in values]
        if None in names:
            # A name that is worked out may be any of the others.
            return closed(scene.ids, {name: ANY for name in names if name is not None}, ANY)
        plain: Bucket = {name: value for name, value in zip(names, made, strict=True) if name is not None}
        return closed(scene.ids, plain)

    return run


MAKERS: Final[dict[type[ast.expr], Maker]] = {
    ast.Constant: _constant,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.JoinedStr: _joined,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _set,
    ast.Dict: _dict,
}
