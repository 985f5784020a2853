"""The lines of a text around a problem, for terminals: what is shown takes as many columns as it seems to."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from flowlang.definition import Document

MAX_COLUMNS: Final = 100
# What stands before the mark of a line that is cut.
_BEFORE: Final = 30
_TAB: Final = "    "
_CUT: Final = "…"
# Joiners and variants of emoji: each terminal gives the character before them another width.
_DROPPED: Final = frozenset("\u200d\ufe0e\ufe0f")


class Row(NamedTuple):
    """A line of the text as it is shown, and the mark below it; `indent` is the blanks before the mark."""

    number: str
    text: str
    indent: str = ""
    mark: str = ""


def rows(document: Document, span: tuple[int, int]) -> list[Row]:
    """Return the line where the span starts and, if that is another one, the line where it ends.

    span  code points start..end; the mark is under exactly these, at least under one
    """
    start, end = span
    first, _ = document.position(start)
    last, _ = document.position(max(start, end - 1))
    if first == last:
        return [_row(document, first, start, end)]
    between = [Row("...", "")] if last > first + 1 else []
    return [_row(document, first, start, end), *between, _row(document, last, start, end)]


def _row(document: Document, line: int, start: int, end: int) -> Row:
    offset = document.line_start(line)
    text = document.text[offset:].split("\n", 1)[0].split("\r", 1)[0]
    is_first = start >= offset
    at = start - offset if is_first else len(text) - len(text.lstrip())
    to = max(at + 1, min(end - offset, len(text)))
    cells, at, to = _cut([_cell(char) for char in text], at, to)
    width = max(1, _width("".join(cells[at:to])))
    mark = "^" + "~" * (width - 1) if is_first else "~" * width
    return Row(str(line), "".join(cells), " " * _width("".join(cells[:at])), mark)


def _cut(cells: list[str], at: int, to: int) -> tuple[list[str], int, int]:
    """Return the part of a long line around at..to, and where these are in it."""
    if len(cells) <= MAX_COLUMNS:
        return cells, at, to
    start = max(0, min(at - _BEFORE, len(cells) - MAX_COLUMNS))
    shown = cells[start : start + MAX_COLUMNS]
    before = [_CUT] if start else []
    after = [_CUT] if start + MAX_COLUMNS < len(cells) else []
    shift = len(before) - start
    return [*before, *shown, *after], at + shift, min(to + shift, len(before) + len(shown))


def printable(text: str) -> str:
    """Return the text as a terminal may have it: no controls, no marks that turn the writing around."""
    return text if text.isprintable() else "".join(map(_cell, text))


def _cell(char: str) -> str:
    """Return what is shown for a character."""
    if char in _DROPPED:
        return ""
    return char if char.isprintable() else _TAB if char == "\t" else "\ufffd"


def _width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
