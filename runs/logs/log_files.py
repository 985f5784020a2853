"""A run's log as a file to keep: JSON, CSV for spreadsheets, or plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from runs import documents
from runs.downloads import download
from runs.logs import log_search
from runs.models import Run, RunEvent

Entries = Iterable[dict[str, Any]]
_AT_ONCE: Final = 100
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\0")
_COLUMNS: Final = ("seq", "time", "code", "state_name", "description", "details")


def response(request: HttpRequest, run: Run, wanted: str, q: str | None = None) -> StreamingHttpResponse:
    """Return the download: all entries, or those that hold `q`. `wanted` is one of FORMATS."""
    kind, suffix, write = FORMATS[wanted]
    rows = RunEvent.objects.filter(run=run.pk, seq__lte=run.last_seq).order_by("seq")
    if q is not None:
        rows = log_search.matching(run, q)
    name = "log" if q is None else "found"
    return download(request, write(_entries(rows)), kind, f"run-{run.pk}-{name}.{suffix}")


def _entries(rows: QuerySet[RunEvent]) -> Iterator[dict[str, Any]]:
    """Yield the entries; the run data in a hundred of them may be 20 MB."""
    page = list(rows[:_AT_ONCE])
    while page:
        yield from map(documents.entry, page)
        page = list(rows.filter(seq__gt=page[-1].seq)[:_AT_ONCE])


def as_json(entries: Entries) -> Iterator[bytes]:
    """Yield the entries as one JSON array, an entry a line."""
    yield b"["
    for number, entry in enumerate(entries):
        yield (b",\n" if number else b"\n") + orjson.dumps(entry)
    yield b"\n]\n"


def as_csv(entries: Entries) -> Iterator[bytes]:
    """Yield the entries as CSV. What a spreadsheet would take for a formula is quoted with an apostrophe."""
    yield csv_line(_COLUMNS)
    for entry in entries:
        details = entry["details"]
        cells = {
            **entry,
            "state_name": details.get("state_name", ""),
            "details": orjson.dumps(details).decode(),
        }
        yield csv_line([harmless(str(cells[name])) for name in _COLUMNS])


def csv_line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def as_text(entries: Entries) -> Iterator[bytes]:
    """Yield a line an entry: number, time, code, and what it is about."""
    for entry in entries:
        said = " ".join(str(entry["description"]).split())
        yield f"{entry['seq']:>6}  {entry['time']}  {entry['code']:<24}  {said}\n".encode()


FORMATS: Final[dict[str, tuple[str, str, Callable[[Entries], Iterator[bytes]]]]] = {
    "json": ("application/json", "json", as_json),
    "csv": ("text/csv; charset=utf-8", "csv", as_csv),
    "text": ("text/plain; charset=utf-8", "txt", as_text),
}
