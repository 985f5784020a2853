"""What an expression calls: functions, and methods of values."""

from __future__ import annotations

import ast

from flowlang.dataflow import guards, kinds
from flowlang.dataflow.compiler import Code, Compiler
from flowlang.dataflow.joining import join
from flowlang.dataflow.places import NO, YES, member
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import (
    ANY,
    ARRAY,
    NULL,
    OBJECT,
    OBJECTS,
    TEXT,
    Value,
    constant,
    list_of,
    words,
)


def call(compiler: Compiler, node: ast.Call) -> Code:
    arguments = compiler.codes(node.args)
    if isinstance(node.func, ast.Attribute):
        return _method(compiler, node.func, arguments)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "is_present":
        return guards.as_value(compiler, node)
    if name == "getattr":
        return _getattr(compiler, node, arguments)
    offset = compiler.place(node)

    def run(scene: Scene) -> Value:
        values = [argument(scene) for argument in arguments]
        return _function(scene, name, values, offset)

    return run


def _function(scene: Scene, name: str, values: list[Value], offset: int) -> Value:
    takes = kinds.ARGUMENTS.get(name)
    for value in values[:1] if takes else ():
        scene.use(value, TEXT if name == "pathsplit" else 0)
        if value.kinds and takes and not value.kinds & takes:
            scene.wrong("operator", f"calls {name}() with {words(value.kinds)}", offset)
    first = values[0] if values else None
    if name in ("list", "tuple", "set") and first is not None and first.kinds == ARRAY and first.items:
        return list_of(first.items.each)
    if name == "dict":
        return first if first is not None and first.kinds == OBJECT else OBJECTS
    return kinds.FUNCTIONS.get(name, ANY)


def _method(compiler: Compiler, function: ast.Attribute, arguments: list[Code]) -> Code:
    owner, name = compiler.code(function.value), function.attr
    offset = compiler.source.place((function.end_col_offset or 0) - len(name.encode()))

    def run(scene: Scene) -> Value:
        value = owner(scene)
        given = [argument(scene) for argument in arguments]
        if value.kinds and not value.kinds & kinds.ITERABLE:
            scene.wrong("operator", f"calls {name}() of {words(value.kinds)}", offset)
        if name == "get" and value.kinds & OBJECT:
            return _get(value, given)
        scene.use(value, TEXT if name in kinds.TEXT_METHODS and name not in ("index", "count") else 0)
        if value.origins and name in kinds.TEXT_METHODS and name not in ("index", "count"):
            return kinds.TEXT_METHODS[name]
        return kinds.method(value, name)

    return run


def _get(value: Value, given: list[Value]) -> Value:
    key = next(iter(given[0].constants or ()), (0, None))[1] if given else None
    if not isinstance(key, str) or value.kinds != OBJECT:
        return ANY
    presence, found = member(value, key)
    otherwise = given[1] if len(given) > 1 else constant(None)
    return found if presence == YES else otherwise if presence == NO else join(found, otherwise)


def _getattr(compiler: Compiler, node: ast.Call, arguments: list[Code]) -> Code:
    path = guards.named_path(node)
    otherwise = arguments[1] if len(arguments) > 1 else None

    def run(scene: Scene) -> Value:
        default = otherwise(scene) if otherwise else constant(None)
        if path is None:
            return guards.found_anywhere(scene, arguments[:1])
        found = scene.find(path)
        if found.value.origins and default.constants:
            scene.use(found.value, default.kinds & ~NULL)
        return (
            found.value
            if found.presence == YES
            else default
            if found.presence == NO
            else join(found.value, default)
        )

    return run
