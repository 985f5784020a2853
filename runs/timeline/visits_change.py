"""What a state changed in the run data: places added, changed and removed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from flowlang.forms.keywords import key
from flowlang.forms.values import item_loc, member_loc
from flowlang.problems import JSON

MOST_PLACES: Final = 400
LONGEST_BYTES: Final = 4_000
DEEPEST: Final = 60
_NOTHING: Final = object()
Kind = Literal["added", "changed", "removed", "same"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the run data, before and after.

    path       its JSONPath
    old, new   as JSON values; `_NOTHING` where there was or is none
    """

    kind: Kind
    path: str
    old: Any = _NOTHING
    new: Any = _NOTHING


def change(before: JSON, after: JSON) -> dict[str, Any]:
    """Return what is in `after` and not in `before`, and the other way round.

    places   [{"kind", "path", "old", "new"}], the first MOST_PLACES; what is too long to show is told by its
             size: {"old_bytes"} or {"new_bytes"}
    same     [{"path", "bytes"}]: what stayed as it was, each as far up as it is whole
    more     how many places are left out
    """
    found = list(_between(before, after, "$", 0))
    differing = [place for place in found if place.kind != "same"]
    same = [place for place in found if place.kind == "same"]
    return {
        "places": [_told(place) for place in differing[:MOST_PLACES]],
        "same": [{"path": place.path, "bytes": _size(place.old)} for place in same[:MOST_PLACES]],
        "more": max(len(differing) - MOST_PLACES, 0),
    }


def _between(old: Any, new: Any, path: str, depth: int) -> Iterator[Place]:
    if old is _NOTHING:
        yield Place("added", path, new=new)
    elif new is _NOTHING:
        yield Place("removed", path, old=old)
    elif key(old) == key(new):
        yield Place("same", path, old, new)
    elif depth < DEEPEST and isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            below = member_loc(path, name)
            yield from _between(old.get(name, _NOTHING), new.get(name, _NOTHING), below, depth + 1)
    elif depth < DEEPEST and isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _between(_item(old, index), _item(new, index), item_loc(path, index), depth + 1)
    else:
        yield Place("changed", path, old, new)


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _NOTHING


def _told(place: Place) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": place.kind, "path": place.path}
    for name, value in (("old", place.old), ("new", place.new)):
        if value is _NOTHING:
            continue
        size = _size(value)
        told |= {name: value} if size <= LONGEST_BYTES else {f"{name}_bytes": size}
    return told


def _size(value: JSON) -> int:
    return len(orjson.dumps(value))
