"""Quotes that are missing, too many, or unescaped inside a text: told by what stands around them."""

from __future__ import annotations

import re
from typing import Final

from flowlang.flaws import Flaw

# What follows a name, and what follows a value, if all is well.
AFTER_NAME = re.compile(r"\s*:")
AFTER_VALUE = re.compile(r"\s*(?:[,}\]]|\Z)|[ \t]*[\r\n]")
# What follows a text although something else is wrong.
_PLAUSIBLE = re.compile(r"\s|[:,;=}\]/#]|\Z")
_TAIL = re.compile(r"[ \t]*,[ \t]*\Z")
_BRACKETS = re.compile(r"[{}\[\]\r\n]")
_MAX_LOOK: Final = 400


def mended(text: str, read: re.Match[str], *, is_name: bool) -> tuple[str, int, list[Flaw]] | None:
    """Return what a text in quotes is meant to be, where it ends and why; None when it is right as read.

    1. What may follow the closing quote does: it is right.
    2. It has swallowed a colon (a name) or a comma at its end (a value): its closing quote was left out.
    3. A later quote in the line is a better end: those before it are the text's own, or one is too many.
    """
    if _PLAUSIBLE.match(text, read.end()):
        return None
    start, value = read.start(), read.group(1)
    own = value.partition(":")[0] if is_name else _TAIL.sub("", value[-_MAX_LOOK:])
    own = own if is_name else value[:-_MAX_LOOK] + own
    if own != value:
        end = start + 1 + len(own.rstrip())
        message = "This text has no closing quote. Add one at its end."
        better = text[start:end] + '"'
        flaw = Flaw("json-string-open", message, start, end, better, "Add a closing quote")
        return text[start + 1 : end], end, [flaw]
    return _longer(text, read, is_name=is_name)


def _longer(text: str, read: re.Match[str], *, is_name: bool) -> tuple[str, int, list[Flaw]] | None:
    after, limit = AFTER_NAME if is_name else AFTER_VALUE, read.end() + _MAX_LOOK
    stop = _BRACKETS.search(text, read.end(), limit)
    limit = stop.start() if stop else limit
    quote = text.find('"', read.end(), limit)
    while quote >= 0 and not after.match(text, quote + 1):
        quote = text.find('"', quote + 1, limit)
    if quote < 0:
        return None
    value, rest = read.group(1), text[read.end() : quote]
    is_doubled = (not value or not rest) and '"' not in rest
    value = value + rest if is_doubled else f'{value}"{rest}'
    message = "There is a quote too many." if is_doubled else 'Inside text a quote is written \\".'
    better = '"' + value.replace('"', '\\"') + '"'
    return value, quote + 1, [Flaw("json-quotes", message, read.start(), quote + 1, better)]


def half_quoted(text: str, end: int, *, is_name: bool = False) -> int:
    """Return where words without opening quote end: behind their closing quote, if they have one."""
    is_closed = text.startswith('"', end) and (AFTER_NAME if is_name else AFTER_VALUE).match(text, end + 1)
    return end + 1 if is_closed else end
