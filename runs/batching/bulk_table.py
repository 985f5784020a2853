"""Many inputs from one table: its columns, what each row becomes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flowlang import forms
from flowlang.forms import Draft, State
from flowlang.forms.columns import Target, filled, guessed, targets, value_of
from flowlang.forms.table import cells
from flowlang.forms.values import ABSENT
from flowlang.problems import FlowError
from flowlang.sizes import encode_within_limit
from runs import metadata
from wire.errors import Unprocessable

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 50
MOST_CHARACTERS: Final = 1_000_000
LABEL: Final = "#label"
_LABEL_NAMES: Final = ("label", "run label", "run")
Problem = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """head: its name, or its number; target: the loc that it fills, LABEL, or "" for none."""

    number: int
    head: str
    target: str

    @property
    def name(self) -> str:
        return f"column-{self.number}"


@dataclass(frozen=True)
class Row:
    """One run to be. problems: what is wrong, in words, with the title of the place."""

    number: int
    cells: list[str]
    label: str
    body: dict[str, Any]
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def told(self) -> str:
        return " ".join(f"{title}: {message}" if title else message for title, message in self.problems)


@dataclass(frozen=True)
class Table:
    """fault: why it is no table to start from, "" when it is one."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    has_head: bool = True
    possible: list[Target] = field(default_factory=list)
    fault: str = ""

    @property
    def right(self) -> list[Row]:
        return [row for row in self.rows if not row.problems]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.problems]

    @property
    def unused(self) -> list[Column]:
        return [column for column in self.columns if not column.target]


def read(
    schema: Any, base: dict[str, Any], text: str, chosen: Mapping[str, str] | None, *, has_head: bool | None
) -> Table:
    """Return the table that `text` is. Raises UnusableSchema.

    base      what all rows share; a cell takes the place of what stands there, a blank one leaves it
    chosen    column name -> target, as somebody has chosen; None: by the names of the columns
    has_head  whether the first row holds names; None: when one of them is the name of a place
    """
    lines = [line for line in cells(text) if any(cell.strip() for cell in line)]
    fault = _fault(text, lines)
    possible = targets(schema, base)
    if fault:
        return Table(possible=possible, fault=fault)
    names = _guessed(lines[0], possible)
    head = any(names) if has_head is None else has_head
    width = max(len(line) for line in lines)
    columns = _columns(lines[0] if head else [], names if head else [], width, chosen)
    rows = _rows(schema, base, columns, possible, lines[1:] if head else lines)
    fault = _fault_of_rows(rows, columns)
    return Table(columns, rows if not fault else [], head, possible, fault)


def _fault(text: str, lines: list[list[str]]) -> str:
    if len(text) > MOST_CHARACTERS:
        return f"The table has {len(text):,} characters; at most {MOST_CHARACTERS:,} are taken. Part it."
    if not lines:
        return "Paste a table, or choose a CSV file: one row for each run."
    width = max(len(line) for line in lines)
    if width > MOST_COLUMNS:
        return f"The table has {width} columns; at most {MOST_COLUMNS} are taken."
    if len(lines) > MOST_ROWS + 1:
        return f"The table has more than {MOST_ROWS} rows, the most that are started at once. Part it."
    return ""


def _fault_of_rows(rows: list[Row], columns: list[Column]) -> str:
    if not rows:
        return "The table has names of columns only: add a row for each run."
    if len(rows) > MOST_ROWS:
        return f"The table has more than {MOST_ROWS} rows, the most that are started at once. Part it."
    targets_given = [column.target for column in columns if column.target]
    twice = next((target for target in targets_given if targets_given.count(target) > 1), "")
    if twice:
        both = " and ".join(f"“{column.head}”" for column in columns if column.target == twice)
        return f"The columns {both} fill the same field. Choose another one for one of them."
    return ""


def _guessed(heads: list[str], possible: list[Target]) -> list[str]:
    found = guessed(heads, possible)
    for at, head in enumerate(heads):
        if not found[at] and head.strip().casefold() in _LABEL_NAMES and LABEL not in found:
            found[at] = LABEL
    return found


def _columns(
    heads: list[str], names: list[str], width: int, chosen: Mapping[str, str] | None
) -> list[Column]:
    found: list[Column] = []
    for at in range(width):
        head = heads[at].strip() if at < len(heads) else ""
        meant = names[at] if at < len(names) else ""
        column = Column(at, head or f"Column {at + 1}", meant)
        found.append(Column(at, column.head, chosen.get(column.name, "")) if chosen is not None else column)
    return found


def _rows(
    schema: Any, base: dict[str, Any], columns: list[Column], possible: list[Target], lines: list[list[str]]
) -> list[Row]:
    by_loc = {target.loc: target for target in possible}
    return [
        _row(schema, base, columns, by_loc, line, number)
        for number, line in enumerate(lines[: MOST_ROWS + 1], 1)
    ]


def _row(
    schema: Any,
    base: dict[str, Any],
    columns: list[Column],
    by_loc: dict[str, Target],
    line: list[str],
    number: int,
) -> Row:
    body, label = base, ""
    for column, text in zip(columns, line, strict=False):
        if column.target == LABEL:
            label = text.strip()
        elif column.target in by_loc:
            value = value_of(by_loc[column.target], text)
            body = body if value is ABSENT else filled(body, by_loc[column.target], value)
    shown = [line[column.number] if column.number < len(line) else "" for column in columns]
    return Row(number, shown, label, body, _problems(schema, body, label, by_loc))


def _problems(
    schema: Any, body: dict[str, Any], label: str, by_loc: dict[str, Target]
) -> list[tuple[str, str]]:
    """What is wrong with a row, by the same code as in the form and in the API."""
    told: list[dict[str, Any]] = forms.explain(schema, Draft(body, State(), []))
    found = [(_place(str(each["loc"][0]), by_loc), str(each["msg"])) for each in told]
    if label:
        found += [("Label", message) for message in _faults_of_label(label)]
    try:
        encode_within_limit(body, "The input")
    except FlowError as error:
        found.append(("", error.cause))
    return found


def _faults_of_label(label: str) -> list[str]:
    try:
        metadata.read({"label": label})
    except Unprocessable as error:
        return [str(item["msg"]) for item in error.detail] if isinstance(error.detail, list) else [str(error)]
    return []


def _place(loc: str, by_loc: dict[str, Target]) -> str:
    return by_loc[loc].title if loc in by_loc else loc.removeprefix("$").removeprefix(".")
