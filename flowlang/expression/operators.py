"""The operators of expressions: those of Python, within bounds."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from flowlang.expression.budget import (
    MAX_INTEGER_BITS,
    MAX_ITEMS,
    MAX_TEXT,
    ExpressionError,
    Scope,
    Value,
    as_key,
    check_room,
    equal,
    is_number,
    name_kind,
    number,
    to_text,
)

Operator: TypeAlias = Callable[[Scope, Value, Value], Value]
_FORMAT: Final = re.compile(r"%(?:(?P<plain>[-+ 0#]*[0-9]{0,3}(?:\.[0-9]{1,3})?[sdifeEgGxXo])|%)", re.ASCII)
_SETS: Final = (set, frozenset)


def _unfit(verb: str, left: Value, right: Value) -> ExpressionError:
    return ExpressionError(f"it cannot {verb} {name_kind(left)} and {name_kind(right)}")


def _add(scope: Scope, left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        check_room(len(left) + len(right), MAX_TEXT, "a text")
        return scope.made_text(left + right)
    if is_number(left) and is_number(right):
        return number(left + right)
    if isinstance(left, (list, tuple)) and type(left) is type(right):
        check_room(len(left) + len(right), MAX_ITEMS, "a list")
        joined: Value = (*left, *right) if isinstance(left, tuple) else [*left, *right]
        return scope.made_items(joined)
    raise _unfit("add", left, right)


def _multiply(scope: Scope, left: Value, right: Value) -> Value:
    if is_number(left) and is_number(right):
        return number(left * right)
    if isinstance(left, int):
        left, right = right, left
    if not isinstance(right, int) or not isinstance(left, (str, list, tuple)):
        raise _unfit("multiply", left, right)
    length = len(left) * max(right, 0)
    if isinstance(left, str):
        check_room(length, MAX_TEXT, "a text")
        return scope.made_text(left * right)
    check_room(length, MAX_ITEMS, "a list")
    return scope.made_items(left * right)


def _numeric(verb: str, calculate: Callable[[Value, Value], Value]) -> Operator:
    def apply(scope: Scope, left: Value, right: Value) -> Value:
        if not is_number(left) or not is_number(right):
            raise _unfit(verb, left, right)
        return number(calculate(left, right))

    return apply


def _on_sets(of_sets: Callable[[Value, Value], Value], otherwise: Operator) -> Operator:
    def apply(scope: Scope, left: Value, right: Value) -> Value:
        if isinstance(left, _SETS) and isinstance(right, _SETS):
            scope.spend(len(left) + len(right))
            return of_sets(left, right)
        return otherwise(scope, left, right)

    return apply


def _bitwise(calculate: Callable[[Value, Value], Value]) -> Operator:
    def apply(scope: Scope, left: Value, right: Value) -> Value:
        if not isinstance(left, int) or not isinstance(right, int):
            raise _unfit("combine the bits of", left, right)
        return number(calculate(left, right))

    return apply


def _shift_left(left: int, right: int) -> int:
    if right > MAX_INTEGER_BITS:
        raise ExpressionError("a number becomes too large")
    return left << right


def _merge(scope: Scope, left: Value, right: Value) -> Value:
    if isinstance(left, dict) and isinstance(right, dict):
        scope.spend(len(left) + len(right))
        return left | right
    return _bitwise(operator.or_)(scope, left, right)


def _power(left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        if left.bit_length() * right > 2 * MAX_INTEGER_BITS and left not in (0, 1, -1):
            raise ExpressionError("a number becomes too large")
        if right > MAX_INTEGER_BITS:
            return left ** (right % 2 + 2)
    return left**right


def _modulo(scope: Scope, left: Value, right: Value) -> Value:
    if isinstance(left, str):
        return _format(scope, left, right)
    return _numeric("divide", operator.mod)(scope, left, right)


def _format(scope: Scope, text: str, values: Value) -> str:
    """Return `text % values` for the plain forms; widths have at most three digits and are never values."""
    pieces = _FORMAT.findall(text)
    scope.spend(len(text) // 64 + 8 * (1 + len(pieces)))
    if "%" in _FORMAT.sub("", text):
        raise ExpressionError("the % operator knows only plain forms such as %s, %d and %.2f")
    given = values if isinstance(values, tuple) else (values,)
    if len(given) != len([piece for piece in pieces if piece]):
        raise ExpressionError("the text before % does not ask for as many values as are given")
    check_room(len(text) + 1_000 * len(pieces), MAX_TEXT, "a text")
    return scope.made_text(text % tuple(v if is_number(v) else to_text(scope, v) for v in given))


def _contains(scope: Scope, left: Value, right: Value) -> bool:
    if isinstance(right, str):
        if not isinstance(left, str):
            raise _unfit('look with "in" for', left, right)
        scope.spend(len(right) // 32)
        return left in right
    if isinstance(right, (dict, *_SETS)):
        return as_key(scope, left) in right
    if isinstance(right, (list, tuple)):
        return any(_same(scope, left, item) for item in right)
    raise ExpressionError(f'it cannot look with "in" into {name_kind(right)}')


def _same(scope: Scope, left: Value, right: Value) -> bool:
    scope.spend(4)
    return equal(scope, left, right)


def _is(scope: Scope, left: Value, right: Value) -> bool:
    return type(left) is type(right) and equal(scope, left, right)


def _ordered(compare: Callable[[Value, Value], Value]) -> Operator:
    def apply(scope: Scope, left: Value, right: Value) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            scope.spend(min(len(left), len(right)) // 1_024)
        elif isinstance(left, (list, tuple)) and type(left) is type(right):
            return _ordered_lists(scope, left, right)
        elif not (is_number(left) and is_number(right)):
            raise _unfit("compare", left, right)
        return bool(compare(left, right))

    def _ordered_lists(scope: Scope, left: Value, right: Value) -> bool:
        for one, other in zip(left, right, strict=False):
            if not _same(scope, one, other):
                return bool(apply(scope, one, other))
        return bool(compare(len(left), len(right)))

    return apply


def _negated(test: Operator) -> Operator:
    return lambda scope, left, right: not test(scope, left, right)


BINARY: Final[dict[type[ast.operator], Operator]] = {
    ast.Add: _add,
    ast.Sub: _on_sets(operator.sub, _numeric("subtract", operator.sub)),
    ast.Mult: _multiply,
    ast.Div: _numeric("divide", operator.truediv),
    ast.FloorDiv: _numeric("divide", operator.floordiv),
    ast.Mod: _modulo,
    ast.Pow: _numeric("raise to a power", _power),
    ast.BitAnd: _on_sets(operator.and_, _bitwise(operator.and_)),
    ast.BitOr: _on_sets(operator.or_, _merge),
    ast.BitXor: _on_sets(operator.xor, _bitwise(operator.xor)),
    ast.LShift: _bitwise(_shift_left),
    ast.RShift: _bitwise(operator.rshift),
}
COMPARISONS: Final[dict[type[ast.cmpop], Operator]] = {
    ast.Eq: equal,
    ast.NotEq: _negated(equal),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _contains,
    ast.NotIn: _negated(_contains),
    ast.Is: _is,
    ast.IsNot: _negated(_is),
}


def negate(scope: Scope, value: Value) -> Value:
    """Return -value."""
    return -_number_for_sign(value)


def affirm(scope: Scope, value: Value) -> Value:
    """Return +value."""
    return +_number_for_sign(value)


def invert(scope: Scope, value: Value) -> Value:
    """Return ~value."""
    if not isinstance(value, int):
        raise ExpressionError(f"it cannot invert the bits of {name_kind(value)}")
    return ~int(value)


def _number_for_sign(value: Value) -> Value:
    if not is_number(value):
        raise ExpressionError(f"it cannot give a sign to {name_kind(value)}")
    return value


UNARY: Final[dict[type[ast.unaryop], Callable[[Scope, Value], Value]]] = {
    ast.USub: negate,
    ast.UAdd: affirm,
    ast.Invert: invert,
    ast.Not: lambda scope, value: not value,
}
