"""What an expression may call: some functions, and methods of text, lists and objects that change nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from flowlang import paths
from flowlang.expression.budget import (
    MAX_TEXT,
    ExpressionError,
    Scope,
    Value,
    as_key,
    check_room,
    equal,
    in_order,
    is_number,
    name_kind,
    number,
    to_text,
)

Function: TypeAlias = Callable[[Scope, list[Value]], Value]
Method: TypeAlias = Callable[[Scope, Value, list[Value]], Value]
MAX_NUMERAL: Final = 100
_HOME: Final = "/~"
_LISTS: Final = (list, tuple)
_SETS: Final = (set, frozenset)

ABSENT: Final = {
    "rand": "a run must come out the same when it is repeated",
    "randint": "a run must come out the same when it is repeated",
    "range": "go through a list of the run data",
}
"""Functions that one may look for here, and why they are not there or what to do instead."""


def _need(arguments: list[Value], name: str, least: int, most: int | None = None) -> None:
    if not least <= len(arguments) <= (least if most is None else most):
        raise ExpressionError(f"{name}() is called with {len(arguments)} arguments")


def _text_argument(value: Value, name: str) -> str:
    if not isinstance(value, str):
        raise ExpressionError(f"{name}() needs text, not {name_kind(value)}")
    return value


@lru_cache(maxsize=1_024)
def _run_data_path(text: str) -> paths.Path:
    return paths.parse(text if text.startswith("$") else f"${text}" if text.startswith("[") else f"$.{text}")


def _find(scope: Scope, text: Value, name: str) -> Value:
    try:
        path = _run_data_path(_text_argument(text, name))
    except paths.PathSyntaxError as error:
        raise ExpressionError(
            f"{name}() takes a path such as 'result.details[0].name': {str(error).rstrip('.')}"
        ) from error
    scope.spend(len(path.steps))
    return paths.find(path, scope.data, scope.context)


def _is_present(scope: Scope, arguments: list[Value]) -> bool:
    _need(arguments, "is_present", 1)
    return _find(scope, arguments[0], "is_present") is not paths.MISSING


def _getattr(scope: Scope, arguments: list[Value]) -> Value:
    _need(arguments, "getattr", 1, 2)
    value = _find(scope, arguments[0], "getattr")
    if value is paths.MISSING:
        return arguments[1] if len(arguments) > 1 else None
    return value


def _pathsplit(scope: Scope, arguments: list[Value]) -> list[str]:
    """Return [head, tail], split at the last slash; the home prefix "/~/" stays whole.

    Source  Flows documentation, "Expressions", pathsplit
    """
    _need(arguments, "pathsplit", 1)
    path = _text_argument(arguments[0], "pathsplit")
    head, tail = posixpath.split(path)
    if head == _HOME:
        head += "/"
    return [scope.made_text(head), scope.made_text(tail)]


def _str(scope: Scope, arguments: list[Value]) -> str:
    _need(arguments, "str", 0, 1)
    return to_text(scope, arguments[0]) if arguments else ""


def _int(scope: Scope, arguments: list[Value]) -> Value:
    return number(int(_numeral(arguments, "int")))


def _float(scope: Scope, arguments: list[Value]) -> Value:
    return number(float(_numeral(arguments, "float")))


def _numeral(arguments: list[Value], name: str) -> Value:
    _need(arguments, name, 1)
    value = arguments[0]
    if isinstance(value, str) and len(value) <= MAX_NUMERAL:
        return value
    if not is_number(value):
        raise ExpressionError(f"{name}() cannot read {name_kind(value)} as a number")
    return value


def _len(scope: Scope, arguments: list[Value]) -> int:
    _need(arguments, "len", 1)
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
    _need(arguments, "list", 0, 1)
    items = items_of(scope, arguments[0]) if arguments else ()
    scope.spend(len(items) // 2)
    return list(items)


def _tuple(scope: Scope, arguments: list[Value]) -> tuple[Value, ...]:
    return tuple(_list(scope, arguments))


def _set(scope: Scope, arguments: list[Value]) -> set[Value]:
    return {as_key(scope, item) for item in _list(scope, arguments)}


def _dict(scope: Scope, arguments: list[Value]) -> dict[Value, Value]:
    _need(arguments, "dict", 0, 1)
    if not arguments:
        return {}
    if isinstance(arguments[0], dict):
        scope.spend(len(arguments[0]))
        return dict(arguments[0])
    pairs = _list(scope, arguments)
    if not all(isinstance(pair, _LISTS) and len(pair) == 2 for pair in pairs):
        raise ExpressionError("dict() needs a list of pairs")
    return {as_key(scope, key): value for key, value in pairs}


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
}


def call_method(scope: Scope, owner: Value, name: str, arguments: list[Value]) -> Value:
    """Return what the method `name` of `owner` answers. Raises ExpressionError if it is not allowed."""
    if isinstance(owner, str):
        return _call_text_method(scope, owner, name, arguments)
    methods = _OBJECT_METHODS if isinstance(owner, dict) else _LIST_METHODS
    if not isinstance(owner, (dict, *_LISTS)) or name not in methods:
        raise ExpressionError(f"{name_kind(owner)} has no method {name}() that can be used here")
    return methods[name](scope, owner, arguments)


def _call_text_method(scope: Scope, owner: str, name: str, arguments: list[Value]) -> Value:
    if name in _BOUNDED_TEXT_METHODS:
        _BOUNDED_TEXT_METHODS[name](scope, owner, arguments)
    elif name not in _TEXT_METHODS:
        raise ExpressionError(f"text has no method {name}() that can be used here")
    alternatives = sum(len(argument) for argument in arguments if isinstance(argument, tuple))
    scope.spend(len(owner) // 32 + alternatives * (1 + len(owner) // 1_024))
    made = getattr(owner, name)(*arguments)
    if isinstance(made, str):
        return scope.made_text(made, max(MAX_TEXT, len(owner)))
    if isinstance(made, _LISTS):
        scope.spend(len(made) // 2)
    return made


_TEXT_METHODS: Final = frozenset(
    {
        *("strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "partition", "rpartition"),
        *("upper", "lower", "title", "capitalize", "swapcase", "casefold"),
        *("startswith", "endswith", "removeprefix", "removesuffix"),
        *("find", "rfind", "index", "rindex", "count"),
        *("isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isnumeric", "isidentifier"),
        *("islower", "isupper", "isspace", "istitle", "isprintable"),
    }
)


def _check_padding(scope: Scope, owner: str, arguments: list[Value]) -> None:
    if not arguments or not isinstance(arguments[0], int):
        raise ExpressionError("the width must be a whole number")
    check_room(max(arguments[0], len(owner)), MAX_TEXT, "a text")


def _check_tabs(scope: Scope, owner: str, arguments: list[Value]) -> None:
    width = arguments[0] if arguments else 8
    if not isinstance(width, int):
        raise ExpressionError("the width must be a whole number")
    check_room(len(owner) + owner.count("\t") * max(width, 0), MAX_TEXT, "a text")


def _check_replacement(scope: Scope, owner: str, arguments: list[Value]) -> None:
    if len(arguments) < 2 or not all(isinstance(argument, str) for argument in arguments[:2]):
        raise ExpressionError("replace() needs two texts")
    old, new = arguments[:2]
    check_room(len(owner) + owner.count(old) * max(len(new) - len(old), 0), MAX_TEXT, "a text")


def _check_join(scope: Scope, owner: str, arguments: list[Value]) -> None:
    _need(arguments, "join", 1)
    arguments[0] = items = items_of(scope, arguments[0])
    scope.spend(len(items))
    total = sum(len(_text_argument(item, "join")) + len(owner) for item in items)
    check_room(total, MAX_TEXT, "a text")


_BOUNDED_TEXT_METHODS: Final[dict[str, Callable[[Scope, str, list[Value]], None]]] = {
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), _check_padding),
    "expandtabs": _check_tabs,
    "replace": _check_replacement,
    "join": _check_join,
}


def _get(scope: Scope, owner: dict[Value, Value], arguments: list[Value]) -> Value:
    _need(arguments, "get", 1, 2)
    return owner.get(as_key(scope, arguments[0]), arguments[1] if len(arguments) > 1 else None)


def _view(name: str, read: Callable[[dict[Value, Value]], Value]) -> Method:
    def method(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
        _need(arguments, name, 0)
        scope.spend(2 * len(owner))
        return list(read(owner))

    return method


def _copy(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
    _need(arguments, "copy", 0)
    return scope.made_items(owner.copy() if isinstance(owner, dict) else owner[:])


def _index(scope: Scope, owner: Value, arguments: list[Value]) -> int:
    places = _places(scope, owner, arguments, "index")
    if not places:
        raise ExpressionError("index() does not find the item in the list")
    return places[0]


def _count(scope: Scope, owner: Value, arguments: list[Value]) -> int:
    return len(_places(scope, owner, arguments, "count"))


def _places(scope: Scope, owner: Value, arguments: list[Value], name: str) -> list[int]:
    _need(arguments, name, 1)
    scope.spend(2 * len(owner))
    return [place for place, item in enumerate(owner) if equal(scope, item, arguments[0])]


_OBJECT_METHODS: Final[dict[str, Method]] = {
    "get": _get,
    "keys": _view("keys", lambda owner: owner.keys()),
    "values": _view("values", lambda owner: owner.values()),
    "items": _view("items", lambda owner: owner.items()),
    "copy": _copy,
}
_LIST_METHODS: Final[dict[str, Method]] = {"index": _index, "count": _count, "copy": _copy}
