"""What a form holds: JSON in which a value may be absent, and the names by which its places are called."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Final


class Absent(Enum):
    """Nothing was given: the member is left out. In a list: a row that nobody has filled in yet."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def child(name: str, key: str) -> str:
    """Return the name of the control at `key` below `name`: a JSON pointer that leaves "#" to markers."""
    return name + "/" + key.replace("~", "~0").replace("/", "~1").replace("#", "~2")


def entry(name: str, key: str) -> str:
    """Return the name of a member whose own name is typed by the person; no property's name looks like it."""
    return f"{name}/#{key}"


def parent(name: str) -> tuple[str, str]:
    """Return the name one level up, and the last step as it is spelt in `name`."""
    above, _, step = name.rpartition("/")
    return above, step


def member_loc(loc: str, key: str) -> str:
    """Return the JSONPath of member `key` below `loc`, spelt as the validator spells it."""
    if _PLAIN.fullmatch(key):
        return f"{loc}.{key}"
    escaped = key.replace("\\", "\\\\").replace("'", r"\'")
    return f"{loc}['{escaped}']"


def item_loc(loc: str, index: int) -> str:
    """Return the JSONPath of an item of the list at `loc`."""
    return f"{loc}[{index}]"


def settled(value: Any) -> Any:
    """Return `value` as it is submitted: without the rows that nobody filled in."""
    if isinstance(value, dict):
        return {key: settled(member) for key, member in value.items() if member is not ABSENT}
    if isinstance(value, list):
        return [settled(item) for item in value if item is not ABSENT]
    return value


def substance(value: Any) -> Any:
    """Return `value` without what stands there only because it must: empty groups, lists, unticked boxes."""
    if not isinstance(value, dict):
        return value
    members = {key: substance(member) for key, member in value.items()}
    return {key: member for key, member in members.items() if member not in ({}, []) and member is not False}
