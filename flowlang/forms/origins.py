"""Where the values of a form come from: the flow's defaults, what it was filled with, or the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, TypeAlias

from flowlang.forms.field import Field
from flowlang.forms.keywords import key
from flowlang.forms.values import item_loc, member_loc

DEFAULT: Final = "default"
YOU: Final = "you"
_NONE: Final = object()
_Places: TypeAlias = "dict[str, Any]"


def with_origins(root: Field, value: Any, defaults: Any, filled: Any, word: str) -> Field:
    """Return the form with the origin of each single value, and whether it has a default to go back to.

    value      what the form holds; `defaults` what it began with; all three as JSON
    filled     what a run, a link or a sample put in, and `word` what that was; "" when nothing did
    """
    places = dict(_places(value, "$"))
    begun, given = dict(_places(defaults, "$")), dict(_places(filled, "$")) if word else {}
    return _told(root, places, begun, given, word)


def _places(value: Any, loc: str) -> Iterator[tuple[str, Any]]:
    yield loc, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _places(member, member_loc(loc, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, item_loc(loc, index))


def _told(
    one: Field, places: dict[str, Any], begun: dict[str, Any], given: dict[str, Any], word: str
) -> Field:
    children = tuple(_told(inner, places, begun, given, word) for inner in one.children)
    if not one.is_leaf or one.kind in ("const", "fixed"):
        return replace(one, children=children)
    value = key(places[one.loc]) if one.loc in places else _NONE
    default = key(begun[one.loc]) if one.loc in begun else _NONE
    if value is _NONE:
        origin = ""
    elif one.loc in given and key(given[one.loc]) == value:
        origin = word
    else:
        origin = DEFAULT if value == default else YOU
    return replace(one, children=children, origin=origin, can_reset=default is not _NONE and value != default)
