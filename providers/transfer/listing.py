"""Files as Transfer tells them: the documents of ls and stat."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final

from flowlang.problems import JSON
from providers.own import ActionFailure
from providers.transfer.folders import Item

_KEYS: Final[dict[str, Callable[[Item], Any]]] = {
    "name": lambda item: item.name,
    "type": lambda item: item.kind,
    "size": lambda item: item.size,
    "last_modified": lambda item: item.modified_ns,
    "permissions": lambda item: item.mode,
    "user": lambda item: item.user_id,
    "group": lambda item: item.group_id,
}


def file_document(item: Item) -> dict[str, JSON]:
    """Return one file object (source: Transfer API, file document)."""
    return {
        "DATA_TYPE": "file",
        "name": shown_name(item.name),
        "type": "dir" if item.kind == "dir" else "file",
        "size": item.size,
        "permissions": f"{item.mode:04o}",
        "last_modified": instant(item).isoformat(" ", timespec="seconds"),
        "user": _user_name(item.user_id),
        "group": _group_name(item.group_id),
        "link_target": None,
        "link_size": None,
        "link_last_modified": None,
        "link_user": None,
        "link_group": None,
    }


def instant(item: Item) -> datetime:
    """Return when an item was changed, to the second; a date that no calendar has becomes the first one."""
    try:
        return datetime.fromtimestamp(item.modified_ns // 1_000_000_000, UTC)
    except (OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def shown_name(name: str) -> str:
    """Return a file's name as text that can be shown and stored; what cannot becomes a question mark."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def chosen(items: Iterable[Item], *, show_hidden: bool, filters: Sequence[str]) -> list[Item]:
    """Return the items that a listing shows. Links, which are never followed, are left out.

    filters  "name:a.txt,b.txt", "name:~*.txt" (a pattern), "name:!a.txt" (all others), "type:dir"
    Raises   ActionFailure for a filter that is not understood
    """
    tests = [_test(part) for text in filters for part in text.split("/") if part]
    return [
        item
        for item in items
        if item.kind in ("file", "dir")
        and (show_hidden or not item.name.startswith("."))
        and all(test(item) for test in tests)
    ]


def ordered(items: list[Item], orders: Sequence[str]) -> list[Item]:
    """Return `items` sorted by e.g. ["size DESC", "name"]. Raises ActionFailure for an unknown key."""
    result = list(items)
    for order in reversed([part for text in orders for part in text.split(",") if part.strip()]):
        name, _, direction = order.strip().partition(" ")
        if name not in _KEYS or direction.strip().upper() not in ("", "ASC", "DESC"):
            raise ActionFailure(
                "ClientError.BadRequest", f'orderby "{order}" is not one of {", ".join(_KEYS)}.'
            )
        result.sort(key=_KEYS[name], reverse=direction.strip().upper() == "DESC")
    return result


def _test(text: str) -> Callable[[Item], bool]:
    key, colon, wanted = text.partition(":")
    if key not in ("name", "type") or not colon:
        raise ActionFailure(
            "ClientError.BadRequest", f'filter "{text}" is not understood; use name: or type:.'
        )
    is_negative = wanted.startswith("!")
    patterns = wanted.removeprefix("!").split(",")

    def passes(item: Item) -> bool:
        value = _KEYS[key](item)
        return any(_matches(pattern, value) for pattern in patterns) != is_negative

    return passes


def _matches(pattern: str, value: str) -> bool:
    if pattern.startswith("~"):
        return fnmatchcase(value.lower(), pattern[1:].lower())
    return value == pattern.removeprefix("=")


@lru_cache(maxsize=256)
def _user_name(id: int) -> str:
    try:
        return pwd.getpwuid(id).pw_name
    except KeyError:
        return str(id)


@lru_cache(maxsize=256)
def _group_name(id: int) -> str:
    try:
        return grp.getgrgid(id).gr_name
    except KeyError:
        return str(id)
