"""Which known name a misspelt word stands for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_MAX_LENGTH: Final = 80


def closest(word: str, names: Iterable[str]) -> str | None:
    """Return the name nearest to `word`, or None when none is near.

    Near means: equal but for case, `-` and `_`; or at most one slip (a letter more, less, other, or two
    swapped) for each three letters.
    """
    plain = _plain(word)
    best, least = None, max(1, len(word) // 3) + 1
    if not word or len(word) > _MAX_LENGTH:
        return None
    for name in names:
        if _plain(name) == plain and name != word:
            return name
        is_long = len(name) >= 3 or len(word) >= 3
        if is_long and abs(len(name) - len(word)) < least and name != word:
            slips = _slips(word, name, least)
            if slips < least:
                best, least = name, slips
    return best


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _slips(word: str, name: str, limit: int) -> int:
    """Return how many slips make `name` of `word`; some number of at least `limit` when there are more."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(name, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and word[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) >= limit:
            return limit
    return row[-1]
