"""Long lists: rows in a table, rows pasted from a spreadsheet, and the window of a list that is drawn."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import Any, Final

from flowlang.forms import controls
from flowlang.forms.field import Option
from flowlang.forms.kinds import Kind, kind
from flowlang.forms.parts import Part, is_tuple, item_schema, properties
from flowlang.forms.posted import number
from flowlang.forms.values import ABSENT

MAX_COLUMNS: Final = 8
MAX_PASTED_ROWS: Final = 2_000
TOO_MANY_PASTED: Final = (
    f"Only the first {MAX_PASTED_ROWS:,} rows were taken. Paste the others by themselves."
)
WINDOW: Final = 100  # the most rows that are drawn of a list
_CELLS: Final[frozenset[Kind]] = frozenset({"text", "number", "boolean", "choice", "date"})
_MARK_SAID: Final = re.compile(r"sep=([\t;,])\r?\n")  # the first line of some CSV files
_YES: Final = frozenset({"true", "yes", "y", "1", "x"})
_NO: Final = frozenset({"false", "no", "n", "0"})


def columns(part: Part) -> list[tuple[str, str, Part]]:
    """Return key, title and part of each column of a list that can be a table; [] where it cannot.

    That is a list of groups with two to eight single values, and no members of the person's own.
    """
    item = part.inner(item_schema(part, 0))
    if is_tuple(part) or item.repeats or kind(item) != "object" or "allOf" in item.schema:
        return []
    found = [(name, item.inner(schema)) for name, schema in properties(item)]
    if not 2 <= len(found) <= MAX_COLUMNS or any(kind(member) not in _CELLS for _, member in found):
        return []
    if any(member.schema.get("readOnly") is True for _, member in found):
        return []
    return [(name, _title(member, name), member) for name, member in found]


def can_paste(part: Part) -> bool:
    """Whether rows of a spreadsheet can become rows of the list."""
    return bool(columns(part)) or (not is_tuple(part) and kind(part.inner(item_schema(part, 0))) in _CELLS)


def _title(part: Part, name: str) -> str:
    title = part.schema.get("title")
    return title if isinstance(title, str) and title.strip() else name


def pasted(part: Part, text: str) -> list[Any]:
    """Return the rows that a pasted text means, as values of the items of the list `part`.

    1. Cells are parted by tabs, or else by commas or semicolons (with quotes, as in CSV).
    2. A first row that holds titles or names of columns says which column is which.
    3. A cell that is not what its column wants stays text: validation finds it, and the form shows it.
    """
    shown = columns(part)
    if not shown:
        item = part.inner(item_schema(part, 0))
        lines = _filled(cells(text, "\t"))  # a comma is part of the value
        return [cell_value(item, line[0]) for line in lines if line[0].strip()]
    lines = _filled(cells(text))
    order = list(range(len(shown)))
    heads = {word.casefold(): at for at, (name, title, _) in enumerate(shown) for word in (name, title)}
    if lines and sum(cell.strip().casefold() in heads for cell in lines[0]) >= min(2, len(lines[0])):
        order = [heads.get(cell.strip().casefold(), -1) for cell in lines.pop(0)]
    return [_row(shown, order, line) for line in lines]


def _filled(lines: list[list[str]]) -> list[list[str]]:
    """Return the first rows that hold anything, one more than are taken: so that it can be told."""
    return list(islice((line for line in lines if any(cell.strip() for cell in line)), MAX_PASTED_ROWS + 1))


def cells(text: str, mark: str = "") -> list[list[str]]:
    """Return the rows of a pasted table, or of a CSV file, as texts.

    mark   what parts the cells of a row; by default what its first line has of tab, semicolon and comma
    """
    plain = text.lstrip("\ufeff \r\n")  # spreadsheets may begin with a mark, people with a blank line
    said = _MARK_SAID.match(plain)
    if said:
        mark, plain = mark or said[1], plain[said.end() :]
    first = next((line for line in io.StringIO(plain) if line.strip()), "")
    mark = mark or max("\t;,", key=lambda one: (first.count(one) > 0 and one == "\t", first.count(one)))
    try:
        return list(csv.reader(io.StringIO(plain, newline=""), delimiter=mark))
    except csv.Error:  # a cell longer than any reader takes
        return [line.split(mark) for line in plain.splitlines()]


def _row(shown: list[tuple[str, str, Part]], order: list[int], line: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at, cell in zip(order, line, strict=False):
        value = cell_value(shown[at][2], cell) if at >= 0 else ABSENT
        if value is not ABSENT:
            found[shown[at][0]] = value
    return found


def cell_value(part: Part, text: str) -> Any:
    """Return what a cell means where `part` is asked for; ABSENT when it is blank, else text at worst."""
    name, plain = kind(part), text.strip()
    if not plain:
        return ABSENT
    if name == "boolean" and plain.casefold() in _YES | _NO:
        return plain.casefold() in _YES
    if name == "choice":
        coded = controls.coded(part)
        return next((value for code, value, title in coded if plain in (code, title)), plain)
    return number(plain) if name == "number" else text


def page_size(part: Part, left: int) -> int:
    """Return how many rows of a list are drawn at once, where `left` more fields may be drawn."""
    item = part.inner(item_schema(part, 0))
    is_single = kind(item) not in ("object", "collection", "list", "variant", "json")
    fields = len(columns(part)) or (0 if is_single else 9)
    return max(1, min(WINDOW, left * 2 // 3 // (fields + 1)))


def turns(name: str, rows: int, size: int, start: int) -> tuple[Option, ...]:
    """Return the ways to the other rows of a long list: the first, previous, next and last page."""
    last = (rows - 1) // size * size
    ways = [("First", 0), ("Previous", start - size), ("Next", start + size), ("Last", last)]
    return tuple(Option(f"page-{to}:{name}", words) for words, to in ways if 0 <= to <= last and to != start)


def without_holes(rows: list[Any]) -> list[Any]:
    """Return the rows of a tuple. Its places count: an empty one before a given one is null."""
    given = [number for number, row in enumerate(rows) if row is not ABSENT]
    last = given[-1] if given else -1
    return [None if row is ABSENT and number < last else row for number, row in enumerate(rows)]
