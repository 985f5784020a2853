"""The methods that an expression may call: of text, lists and objects, none of which changes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from flowlang.expression.budget import (
    MAX_TEXT,
    ExpressionError,
    Scope,
    Value,
    as_key,
    check_room,
    equal,
    name_kind,
)
from flowlang.expression.functions import items_of, need, text_argument

Method: TypeAlias = Callable[[Scope, Value, list[Value]], Value]
_LISTS: Final = (list, tuple)


def method(name: str) -> Method:
    """Return what calls the method `name` of a value; that raises ExpressionError if it is not allowed."""
    of_text, of_objects, of_lists = _text_method(name), _OBJECT_METHODS.get(name), _LIST_METHODS.get(name)

    def call(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
        if isinstance(owner, str):
            found = of_text
        elif isinstance(owner, dict):
            found = of_objects
        else:
            found = of_lists if isinstance(owner, _LISTS) else None
        if found is None:
            raise ExpressionError(f"{name_kind(owner)} has no method {name}() that can be used here")
        return found(scope, owner, arguments)

    return call


def _text_method(name: str) -> Method | None:
    check = _BOUNDED_TEXT_METHODS.get(name)
    if check is None and name not in _TEXT_METHODS:
        return None
    apply: Callable[..., Value] = getattr(str, name)

    def call(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
        if check is not None:
            check(scope, owner, arguments)
        scope.spend(len(owner) // 24)
        made = apply(owner, *arguments)
        if isinstance(made, str):
            return scope.made_text(made, max(MAX_TEXT, len(owner)))
        if isinstance(made, _LISTS):
            scope.spend(len(made))
        return made

    return call


_TEXT_METHODS: Final = frozenset(
    {
        *("split", "rsplit", "splitlines", "partition", "rpartition"),
        *("upper", "lower", "title", "capitalize", "swapcase", "casefold"),
        *("removeprefix", "removesuffix"),
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
    scope.spend(4)
    check_room(len(owner) + owner.count(old) * max(len(new) - len(old), 0), MAX_TEXT, "a text")


def _check_join(scope: Scope, owner: str, arguments: list[Value]) -> None:
    need(arguments, "join", 1)
    arguments[0] = items = items_of(scope, arguments[0])
    scope.spend(len(items))
    total = sum(len(text_argument(item, "join")) + len(owner) for item in items)
    check_room(total, MAX_TEXT, "a text")


def _check_alternatives(scope: Scope, owner: str, arguments: list[Value]) -> None:
    for argument in arguments:
        if isinstance(argument, tuple):
            scope.spend(len(argument) * (1 + len(owner) // 1_024))


def _check_stripped(scope: Scope, owner: str, arguments: list[Value]) -> None:
    # Each character of the text may be looked for among all that are to go.
    if arguments and isinstance(arguments[0], str):
        scope.spend(len(owner) // 16 * (1 + len(set(arguments[0])) // 8))


_BOUNDED_TEXT_METHODS: Final[dict[str, Callable[[Scope, str, list[Value]], None]]] = {
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), _check_padding),
    "expandtabs": _check_tabs,
    "replace": _check_replacement,
    "join": _check_join,
    **dict.fromkeys(("startswith", "endswith"), _check_alternatives),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), _check_stripped),
}


def _get(scope: Scope, owner: dict[Value, Value], arguments: list[Value]) -> Value:
    need(arguments, "get", 1, 2)
    return owner.get(as_key(scope, arguments[0]), arguments[1] if len(arguments) > 1 else None)


def _view(name: str, read: Callable[[dict[Value, Value]], Value], steps_each: int) -> Method:
    def method(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
        need(arguments, name, 0)
        scope.spend(steps_each * len(owner))
        return list(read(owner))

    return method


def _copy(scope: Scope, owner: Value, arguments: list[Value]) -> Value:
    need(arguments, "copy", 0)
    return scope.made_items(owner.copy() if isinstance(owner, dict) else owner[:])


def _index(scope: Scope, owner: Value, arguments: list[Value]) -> int:
    places = _places(scope, owner, arguments, "index")
    if not places:
        raise ExpressionError("index() does not find the item in the list")
    return places[0]


def _count(scope: Scope, owner: Value, arguments: list[Value]) -> int:
    return len(_places(scope, owner, arguments, "count"))


def _places(scope: Scope, owner: Value, arguments: list[Value], name: str) -> list[int]:
    need(arguments, name, 1)
    scope.spend(3 * len(owner))
    return [place for place, item in enumerate(owner) if equal(scope, item, arguments[0])]


_OBJECT_METHODS: Final[dict[str, Method]] = {
    "get": _get,
    "keys": _view("keys", lambda owner: owner.keys(), 2),
    "values": _view("values", lambda owner: owner.values(), 2),
    # Each pair is a new object, which the garbage collector of a busy worker looks at more than once.
    "items": _view("items", lambda owner: owner.items(), 5),
    "copy": _copy,
}
_LIST_METHODS: Final[dict[str, Method]] = {"index": _index, "count": _count, "copy": _copy}
METHODS: Final = _TEXT_METHODS | _BOUNDED_TEXT_METHODS.keys() | _OBJECT_METHODS.keys() | _LIST_METHODS.keys()

_CHANGES: Final = "an expression changes nothing"
ABSENT_METHODS: Final = {
    **dict.fromkeys(("format", "format_map"), "put texts together with + or an f-string"),
    **dict.fromkeys(("append", "extend", "insert"), f"{_CHANGES}; put lists together with +"),
    **dict.fromkeys(("pop", "remove", "clear"), f"{_CHANGES}; take a part such as [1:]"),
    **dict.fromkeys(("update", "setdefault"), f"{_CHANGES}; put objects together with |"),
    **dict.fromkeys(("sort", "reverse"), _CHANGES),
}
"""Methods that one may look for here, and what to do instead."""
