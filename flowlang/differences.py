"""What differs between two JSON values, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flowlang.forms.keywords import key
from flowlang.forms.values import item_loc, member_loc
from flowlang.problems import JSON

LONGEST_WORDS: Final = 60
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place whose value is another one now.

    loc       JSONPath of the place
    old, new  the values in words, cut when they are long; "not given" where there is none
    """

    loc: str
    old: str
    new: str

    @property
    def place(self) -> str:
        """Return the place as people read it."""
        return self.loc.removeprefix("$").removeprefix(".") or "the whole input"


def differences(old: JSON, new: JSON) -> list[Difference]:
    """Return where `new` is not `old`; 1 and 1.0 are the same, the order of members does not count."""
    return list(_between(old, new, "$"))


def _between(old: Any, new: Any, loc: str) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            yield from _between(old.get(name, _NOTHING), new.get(name, _NOTHING), member_loc(loc, name))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _between(_item(old, index), _item(new, index), item_loc(loc, index))
    elif old is _NOTHING or new is _NOTHING or key(old) != key(new):
        yield Difference(loc, _words(old), _words(new))


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _NOTHING


def _words(value: Any) -> str:
    if value is _NOTHING:
        return "not given"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"
