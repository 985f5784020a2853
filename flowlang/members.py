"""Where the members of an object or array stand in a text, and what a text may hold."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

MAX_DEPTH: Final = 64
# The JSON writer that everything goes through holds 64-bit integers.
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**64 - 1


class Member(NamedTuple):
    """Where a member of an object or array stands; see `element` for the key of an array's."""

    key_start: int
    key_end: int
    start: int
    end: int


Members: TypeAlias = "dict[str | int, Member]"


def element(text: str, start: int, end: int) -> Member:
    """Return the place of an array's element: its key is the value, or its opening bracket."""
    return Member(start, start + 1 if text[start] in "{[" else end, start, end)
