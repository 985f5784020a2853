"""The runs that are asked for as a file: CSV for spreadsheets, or JSON. Written while they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from runs.downloads import download
from runs.finding import asking
from runs.finding.tables import RunFacts
from runs.lists import list_page
from runs.logs.log_files import csv_line, harmless
from wire.errors import BadRequest
from wire.timestamps import stamp

_AT_ONCE: Final = 500
_COLUMNS: Final = (
    "run_id",
    "status",
    "label",
    "tags",
    "flow_id",
    "flow_title",
    "started_by",
    "start_time",
    "completion_time",
    "seconds",
    "error",
)
Row = dict[str, Any]


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Answer with all runs that are asked for, the newest first: `?format=csv` (the default) or `json`."""
    wanted = request.GET.get("format", "csv")
    if wanted not in FORMATS:
        raise BadRequest(f'format: "{wanted[:20]}" is not one of {", ".join(FORMATS)}.')
    facts = list_page.found(request, asking.read(request.GET))
    kind, write = FORMATS[wanted]
    return download(request, write(_pages(facts)), kind, f"runs.{wanted}")


def _pages(facts: QuerySet[RunFacts]) -> Iterator[list[Row]]:
    """Yield some hundred rows at a time; no transaction stays open between two."""
    following = facts.order_by("-number").values_list("number", "run_id", "status", "error")
    page = list(following[:_AT_ONCE])
    while page:
        yield _rows(page)
        page = list(following.filter(number__lt=page[-1][0])[:_AT_ONCE])


def _rows(page: list[tuple[Any, ...]]) -> list[Row]:
    told = {run_id: (status, error) for _, run_id, status, error in page}
    return [_row(each["run"], each["seconds"], *told[each["run"].pk]) for each in list_page.rows(told)]


def _row(run: Any, seconds: float | None, status: str, error: str) -> Row:
    values = (
        str(run.pk),
        status,
        run.label,
        run.tags,
        str(run.flow_id),
        run.flow.title,
        run.owner.get_username(),
        stamp(run.started_at),
        stamp(run.completed_at),
        seconds,
        error,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _as_csv(pages: Iterable[list[Row]]) -> Iterator[bytes]:
    yield csv_line(_COLUMNS)
    for page in pages:
        yield b"".join(csv_line(_cells(row)) for row in page)


def _cells(row: Row) -> list[str]:
    """What a spreadsheet would take for a formula is quoted with an apostrophe."""
    values = {**row, "tags": ", ".join(map(str, row["tags"]))}
    return [harmless("" if values[name] is None else str(values[name])) for name in _COLUMNS]


def _as_json(pages: Iterable[list[Row]]) -> Iterator[bytes]:
    yield b"["
    mark = b"\n"
    for page in pages:
        yield mark + b",\n".join(orjson.dumps(row) for row in page)
        mark = b",\n"
    yield b"\n]\n"


FORMATS: Final[dict[str, tuple[str, Callable[[Iterable[list[Row]]], Iterator[bytes]]]]] = {
    "csv": ("text/csv; charset=utf-8", _as_csv),
    "json": ("application/json", _as_json),
}
