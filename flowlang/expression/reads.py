"""How an expression reaches values: constants, names, paths, members, items, slices and calls."""

from __future__ import annotations

import ast
import math
from typing import Final

from flowlang import paths
from flowlang.expression.budget import MAX_INTEGER_BITS, ExpressionError, Scope, Value, as_key, name_kind
from flowlang.expression.compiler import Code, Compiler, Maker
from flowlang.expression.functions import ABSENT, FUNCTIONS
from flowlang.expression.methods import METHODS, method

_LITERALS: Final = {"true": "True", "false": "False", "null": "None", "none": "None"}


def _constant(compiler: Compiler, node: ast.Constant) -> Code:
    value = node.value
    if isinstance(value, str):
        value = compiler.source.restore(value)
    elif value is not None and not isinstance(value, (int, float)):
        raise compiler.error("This kind of constant is not supported in an expression.", node)
    elif value is not None and not _is_kept(value):
        raise compiler.error("This number is too large.", node)
    return lambda scope: value


def _is_kept(value: int | float) -> bool:
    return math.isfinite(value) if isinstance(value, float) else value.bit_length() <= MAX_INTEGER_BITS


def _name(compiler: Compiler, node: ast.Name) -> Code:
    name = node.id
    path = compiler.path_at(node)
    if path is not None:
        compiler.used_paths[node.col_offset] = path
        return lambda scope: paths.get(path, scope.data, scope.context, scope.spend)
    if name in compiler.bound:
        return lambda scope: scope.local[name]
    if name == paths.CONTEXT_NAME:
        return lambda scope: scope.context
    compiler.names.add(name)

    def read(scope: Scope) -> Value:
        if isinstance(scope.data, dict) and name in scope.data:
            return scope.data[name]
        raise ExpressionError(_undefined(name))

    return read


def _undefined(name: str) -> str:
    if name in _LITERALS:
        return f'name "{name}" is not defined (write {_LITERALS[name]})'
    if name in FUNCTIONS:
        return f'name "{name}" is not defined (the function is called with brackets)'
    return f'name "{name}" is not defined'


def _attribute(compiler: Compiler, node: ast.Attribute) -> Code:
    owner, name = compiler.compile(node.value), _public(compiler, node)
    label = _label(node.value)

    def read(scope: Scope) -> Value:
        value = owner(scope)
        if isinstance(value, dict):
            if name in value:
                return value[name]
            raise ExpressionError(f'{label} has no member "{name}"')
        raise ExpressionError(f'{label} is {name_kind(value)}, so it has no member "{name}"')

    return read


def _public(compiler: Compiler, node: ast.Attribute) -> str:
    if node.attr.startswith("__"):
        raise compiler.error(f'"{node.attr}" cannot be read here.', node)
    return node.attr


def _label(node: ast.expr) -> str:
    if isinstance(node, ast.Name) and node.id.strip("_"):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_label(node.value)}.{node.attr}"
    return "the value"


def _subscript(compiler: Compiler, node: ast.Subscript) -> Code:
    owner, label = compiler.compile(node.value), _label(node.value)
    if isinstance(node.slice, ast.Slice):
        return _slice(compiler, node.slice, owner)
    place = compiler.compile(node.slice)

    def read(scope: Scope) -> Value:
        value, key = owner(scope), place(scope)
        if isinstance(value, dict):
            if as_key(scope, key) in value:
                return value[key]
            raise ExpressionError(f"{label} has no member of this name")
        if not isinstance(value, (list, tuple, str)):
            raise ExpressionError(f"{label} is {name_kind(value)}, so it has no items")
        if not isinstance(key, int):
            raise ExpressionError(f"an item of {label} is asked for with {name_kind(key)}")
        if not -len(value) <= key < len(value):
            raise ExpressionError(f"{label} has {len(value)} items, so it has no item [{key}]")
        return value[key]

    return read


def _slice(compiler: Compiler, node: ast.Slice, owner: Code) -> Code:
    nothing: Code = lambda scope: None  # noqa: E731
    ends = [compiler.compile(end) if end else nothing for end in (node.lower, node.upper, node.step)]

    def read(scope: Scope) -> Value:
        value = owner(scope)
        numbers = [end(scope) for end in ends]
        if not isinstance(value, (list, tuple, str)):
            raise ExpressionError(f"a part of {name_kind(value)} cannot be taken")
        if not all(each is None or isinstance(each, int) for each in numbers) or numbers[2] == 0:
            raise ExpressionError("a slice needs whole numbers, and its step cannot be 0")
        part = value[slice(*numbers)]
        return scope.made_text(part, len(value)) if isinstance(part, str) else scope.made_items(part)

    return read


def _call(compiler: Compiler, node: ast.Call) -> Code:
    if node.keywords:
        raise compiler.error("Named arguments are not supported in an expression.", node.keywords[0].value)
    arguments = compiler.all(node.args)
    if isinstance(node.func, ast.Attribute):
        name = _public(compiler, node.func)
        compiler.methods |= {name} - METHODS
        owner, call = compiler.compile(node.func.value), method(name)
        return lambda scope: call(scope, owner(scope), [code(scope) for code in arguments])
    if not isinstance(node.func, ast.Name) or compiler.path_at(node.func):
        raise compiler.error("Only functions and methods can be called.", node)
    return _function(compiler, node.func.id, arguments)


def _function(compiler: Compiler, name: str, arguments: list[Code]) -> Code:
    compiler.functions.add(name)
    function = FUNCTIONS.get(name)
    if function is None:
        reason = f" ({ABSENT[name]})" if name in ABSENT else ""

        def refuse(scope: Scope) -> Value:
            raise ExpressionError(f"there is no function {name}(){reason}")

        return refuse
    return lambda scope: function(scope, [code(scope) for code in arguments])


MAKERS: Final[dict[type[ast.AST], Maker]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
}
