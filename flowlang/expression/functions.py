"""The functions that an expression may call."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from flowlang import paths
from flowlang.expression.budget import (
    ExpressionError,
    Scope,
    Value,
    as_key,
    in_order,
    is_number,
    name_kind,
    number,
    to_text,
)

Function: TypeAlias = Callable[[Scope, list[Value]], Value]
MAX_NUMERAL: Final = 100
_HOME: Final = "/~"
_LISTS: Final = (list, tuple)
_SETS: Final = (set, frozenset)

_NOT_GLOBUS: Final = "Globus has no such function, so the flow would run only here"
ABSENT: Final = {
    "range": "go through a list of the run data",
    **dict.fromkeys(("min", "max", "sum", "sorted", "abs", "round", "bool", "any", "all"), _NOT_GLOBUS),
    **dict.fromkeys(("zip", "enumerate", "reversed", "map", "filter"), _NOT_GLOBUS),
}
"""Functions that one may look for here, and why they are not there or what to do instead."""

RANDOM: Final = frozenset({"rand", "randint"})
_STEPS_OF_A_DRAW: Final = 10
_STEPS_OF_A_SPLIT: Final = 4


def need(arguments: list[Value], name: str, least: int, most: int | None = None) -> None:
    """Raise ExpressionError unless there are `least` to `most` arguments."""
    if not least <= len(arguments) <= (least if most is None else most):
        raise ExpressionError(f"{name}() is called with {len(arguments)} arguments")


def text_argument(value: Value, name: str) -> str:
    """Return `value`, which is to be text. Raises ExpressionError."""
    if not isinstance(value, str):
        raise ExpressionError(f"{name}() needs text, not {name_kind(value)}")
    return value


@lru_cache(maxsize=1_024)
def _run_data_path(text: str) -> paths.Path:
    return paths.parse(text if text.startswith("$") else f"${text}" if text.startswith("[") else f"$.{text}")


def _find(scope: Scope, text: Value, name: str) -> Value:
    try:
        path = _run_data_path(text_argument(text, name))
    except paths.PathSyntaxError as error:
        raise ExpressionError(
            f"{name}() takes a path such as 'result.details[0].name': {str(error).rstrip('.')}"
        ) from error
    return paths.find(path, scope.data, scope.context, scope.spend)


def _is_present(scope: Scope, arguments: list[Value]) -> bool:
    need(arguments, "is_present", 1)
    return _find(scope, arguments[0], "is_present") is not paths.MISSING


def _getattr(scope: Scope, arguments: list[Value]) -> Value:
    need(arguments, "getattr", 1, 2)
    value = _find(scope, arguments[0], "getattr")
    if value is paths.MISSING:
        return arguments[1] if len(arguments) > 1 else None
    return value


def _pathsplit(scope: Scope, arguments: list[Value]) -> list[str]:
    """Return [head, tail], split at the last slash; the home prefix "/~/" stays whole.

    Source  Flows documentation, "Expressions", pathsplit
    """
    need(arguments, "pathsplit", 1)
    scope.spend(_STEPS_OF_A_SPLIT)
    path = text_argument(arguments[0], "pathsplit")
    head, tail = posixpath.split(path)
    if head == _HOME:
        head += "/"
    return [scope.made_text(head), scope.made_text(tail)]


def _str(scope: Scope, arguments: list[Value]) -> str:
    need(arguments, "str", 0, 1)
    return to_text(scope, arguments[0]) if arguments else ""


def _int(scope: Scope, arguments: list[Value]) -> Value:
    return number(int(_numeral(scope, arguments, "int")))


def _float(scope: Scope, arguments: list[Value]) -> Value:
    return number(float(_numeral(scope, arguments, "float")))


def _numeral(scope: Scope, arguments: list[Value], name: str) -> Value:
    need(arguments, name, 1)
    value = arguments[0]
    if isinstance(value, str) and len(value) <= MAX_NUMERAL:
        scope.spend(len(value) // 16)
        return value
    if not is_number(value):
        raise ExpressionError(f"{name}() cannot read {name_kind(value)} as a number")
    return value


def _len(scope: Scope, arguments: list[Value]) -> int:
    need(arguments, "len", 1)
    if not isinstance(arguments[0], (str, dict, *_LISTS, *_SETS)):
        raise ExpressionError(f"len() cannot measure {name_kind(arguments[0])}")
    return len(arguments[0])


def items_of(scope: Scope, value: Value) -> Value:
    """Return what can be gone through in `value`, in a fixed order. Raises ExpressionError if nothing can."""
    if isinstance(value, _SETS):
        return scope.made_items(in_order(value))
    if isinstance(value, (str, dict, *_LISTS)):
        return value
    raise ExpressionError(f"it cannot go through {name_kind(value)}")


def _list(scope: Scope, arguments: list[Value]) -> list[Value]:
    need(arguments, "list", 0, 1)
    items = items_of(scope, arguments[0]) if arguments else ()
    scope.spend(len(items) // 2)
    return list(items)


def _tuple(scope: Scope, arguments: list[Value]) -> tuple[Value, ...]:
    return tuple(_list(scope, arguments))


def _set(scope: Scope, arguments: list[Value]) -> set[Value]:
    items = _list(scope, arguments)
    scope.spend(2 * len(items))
    return {as_key(scope, item) for item in items}


def _dict(scope: Scope, arguments: list[Value]) -> dict[Value, Value]:
    need(arguments, "dict", 0, 1)
    if not arguments:
        return {}
    if isinstance(arguments[0], dict):
        scope.spend(len(arguments[0]))
        return dict(arguments[0])
    pairs = _list(scope, arguments)
    if not all(isinstance(pair, _LISTS) and len(pair) == 2 for pair in pairs):
        raise ExpressionError("dict() needs a list of pairs")
    return {as_key(scope, key): value for key, value in pairs}


def _rand(scope: Scope, arguments: list[Value]) -> float:
    need(arguments, "rand", 0)
    scope.spend(_STEPS_OF_A_DRAW)
    return scope.allowance.draw()


def _randint(scope: Scope, arguments: list[Value]) -> int:
    """Return a random whole number from 0 to one less than the argument, as simpleeval does."""
    need(arguments, "randint", 1)
    if not is_number(arguments[0]):
        raise ExpressionError(f"randint() needs a number, not {name_kind(arguments[0])}")
    scope.spend(_STEPS_OF_A_DRAW)
    return int(scope.allowance.draw() * arguments[0])


FUNCTIONS: Final[dict[str, Function]] = {
    "pathsplit": _pathsplit,
    "is_present": _is_present,
    "getattr": _getattr,
    "str": _str,
    "int": _int,
    "float": _float,
    "len": _len,
    "list": _list,
    "tuple": _tuple,
    "dict": _dict,
    "set": _set,
    "rand": _rand,
    "randint": _randint,
}
