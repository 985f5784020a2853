"""What the buttons inside a form do: add, remove and move rows. They change the posted pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from flowlang.forms.values import child, entry, parent

Pairs: TypeAlias = "list[tuple[str, str]]"


def apply(items: Sequence[tuple[str, str]], action: str) -> tuple[Pairs, frozenset[str]]:
    """Return the posted pairs after `action`, and the places that are new and want their defaults.

    action   "add:<list>" a row, "enter:<group>" a free member, "remove:<row>", "up:<row>", "down:<row>",
             "reset:<place>" to its default,
             "include:<place>" and "omit:<place>" a part of a tree, "paste:<list>" what its `#paste` holds,
             "page-<row>:<list>" draws that row of a long list; any other changes nothing
    """
    verb, _, name = action.partition(":")
    pairs = list(items)
    if verb == "add":
        return _added(pairs, name, f"{name}#item", row=True)
    if verb == "enter":
        return _added(pairs, name, f"{name}#entry", row=False)
    if verb == "paste" or verb.startswith("page-"):
        return [*pairs, (f"{name}#look", verb.removeprefix("page-"))], frozenset()
    if verb == "reset":
        return _without(pairs, name), frozenset({name})
    if verb == "include":
        return [*pairs, (f"{name}#was", "")], frozenset({name})
    if verb == "omit":
        return _without(pairs, name), frozenset()
    if verb == "remove":
        return _removed(pairs, name), frozenset()
    if verb in ("up", "down"):
        return _moved(pairs, name, -1 if verb == "up" else 1), frozenset()
    return pairs, frozenset()


def _without(pairs: Pairs, name: str) -> Pairs:
    below = (f"{name}/", f"{name}#")
    return [pair for pair in pairs if pair[0] != name and not pair[0].startswith(below)]


def _added(pairs: Pairs, name: str, marker: str, *, row: bool) -> tuple[Pairs, frozenset[str]]:
    taken = [int(key) for mark, key in pairs if mark == marker and key.isdecimal() and len(key) < 10]
    key = str(max(taken, default=-1) + 1)
    place = child(name, key) if row else entry(name, key)
    return [*pairs, (marker, key)], frozenset({place})


def _rows(pairs: Pairs, name: str) -> tuple[list[int], str]:
    """Return where the keys of the rows beside `name` stand in `pairs`, and the key of `name`."""
    group, step = parent(name)
    is_entry = step.startswith("#")
    marker = f"{group}#entry" if is_entry else f"{group}#item"
    return [at for at, (mark, _) in enumerate(pairs) if mark == marker], step[is_entry:]


def _removed(pairs: Pairs, name: str) -> Pairs:
    places, key = _rows(pairs, name)
    gone = {at for at in places if pairs[at][1] == key}
    return [pair for at, pair in enumerate(pairs) if at not in gone]


def _moved(pairs: Pairs, name: str, step: int) -> Pairs:
    places, key = _rows(pairs, name)
    keys = [pairs[at][1] for at in places]
    at = keys.index(key) if key in keys else -1
    if at < 0 or not 0 <= at + step < len(keys):
        return pairs
    keys[at], keys[at + step] = keys[at + step], keys[at]
    moved = list(pairs)
    for place, changed in zip(places, keys, strict=True):
        moved[place] = (pairs[place][0], changed)
    return moved
