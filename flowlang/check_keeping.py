"""Whether a value that did not come as text can be kept at all: depth, numbers, characters."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Final

from flowlang.definition import is_deeper
from flowlang.findings import Site
from flowlang.members import MAX_DEPTH, MAX_INTEGER, MIN_INTEGER
from flowlang.problems import JSON, Loc

_MAX_TOLD: Final = 20
# What may be a number beyond 64 bits, or a NUL.
_ODD: Final = re.compile(r"[0-9]{19}|\\u0000")


def is_kept(site: Site, value: JSON) -> bool:
    """Check what `definition.parse` checks of a text. If not, report nothing else: it cannot be shown."""
    if is_deeper(value, MAX_DEPTH):
        site.error("json-depth", f"Objects and arrays are nested deeper than {MAX_DEPTH} levels.")
        return False
    if _is_plain(value):
        return True
    told = 0
    stack: list[tuple[Loc, JSON]] = [((), value)]
    while stack and told < _MAX_TOLD:
        loc, inner = stack.pop()
        if isinstance(inner, dict):
            told += sum(_tell(site.at(*loc), name) for name in inner)
            stack += [((*loc, name), member) for name, member in inner.items() if not _fault(name)]
        elif isinstance(inner, list):
            stack += [((*loc, index), item) for index, item in enumerate(inner)]
        else:
            told += _tell(site.at(*loc), inner) if _fault(inner) else 0
    return told == 0


def _is_plain(value: JSON) -> bool:
    """Whether nothing can be wrong with any scalar; quicker than looking at each."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except ValueError:
        return False
    return _ODD.search(text) is None


def _tell(site: Site, value: JSON) -> bool:
    fault = _fault(value)
    if fault:
        site.error(*fault)
    return fault is not None


def _fault(value: JSON) -> tuple[str, str] | None:
    """Return the code and message of what is wrong with a scalar."""
    if isinstance(value, str):
        return None if value.isascii() and "\x00" not in value else _odd_text(value)
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    is_number = isfinite(value) if isinstance(value, float) else MIN_INTEGER <= value <= MAX_INTEGER
    return None if is_number else ("json-number-range", "A number is too large to be kept, or not a number.")


def _odd_text(value: str) -> tuple[str, str] | None:
    if "\x00" in value:
        return "json-nul", "Text cannot hold the NUL character (\\u0000). Remove it."
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return "json-surrogate", "Half a character (a lone surrogate) cannot be kept. Remove it."
    return None
