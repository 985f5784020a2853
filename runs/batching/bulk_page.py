"""The page on which a flow is started many times: once for each row of a table."""

from __future__ import annotations

import codecs
import hashlib
import uuid
from dataclasses import replace
from typing import Any, cast

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from flowlang import forms
from flowlang.forms import UnusableSchema, json_text
from library.access import flow_for
from library.models import FlowRole, FlowVersion
from library.publish import current_version
from runs.batching import batches, bulk_table
from runs.batching.bulk_table import LABEL, MOST_CHARACTERS, MOST_ROWS, Table
from runs.launching import start_people
from runs.launching.start_people import People
from runs.launching.start_sheet import Sheet, about, posted
from wire.models import User

_FIRST_SECONDS = 1.5
_MOST_FILE_BYTES = 4_000_000
_AS_UTF_8 = "Save it as “CSV UTF-8”, or copy the cells in the spreadsheet and paste them here."


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Take a table, show what its rows become and what is wrong with them, start those that are right."""
    version = current_version(flow_for(request.user, flow_id, FlowRole.STARTER))
    if request.method != "POST":
        return _page(request, version, _defaults(version), None)
    if "base" not in request.POST:
        return _page(request, version, _from_form(request, version), None)
    sheet = _posted(request)
    table = _table(request, version, sheet)
    if request.POST.get("action") == "start" and not table.fault and not sheet.faults and table.right:
        return _start(request, version, sheet, table)
    return _page(request, version, sheet, table)


def _defaults(version: FlowVersion) -> Sheet:
    return Sheet(forms.Draft(forms.defaults(version.input_schema), forms.State(), []))


def _from_form(request: HttpRequest, version: FlowVersion) -> Sheet:
    """What the start page's form holds is what all rows share."""
    pairs = [(name, str(text)) for name, texts in request.POST.lists() for text in texts]
    return replace(posted(version.input_schema, pairs, ""), problems=[], faults={})


def _posted(request: HttpRequest) -> Sheet:
    text = request.POST.get("base", "")
    sheet = Sheet(
        forms.Draft({}, forms.State(), []),
        text=text,
        label=request.POST.get("label", ""),
        tags=request.POST.get("tags", ""),
    )
    try:
        base = json_text.parse(text.strip() or "{}")
    except ValueError as error:
        return replace(sheet, faults={"base": str(error)})
    if not isinstance(base, dict):
        return replace(sheet, faults={"base": "What all rows share is a JSON object: it starts with {."})
    return replace(sheet, draft=forms.Draft(base, forms.State(), []))


def _text(request: HttpRequest) -> tuple[str, str]:
    """The table, a chosen file or what was pasted; and why the file is no text."""
    file: Any = request.FILES.get("file")
    if file is None or not file.size:
        return request.POST.get("table", "").replace("\x00", ""), ""
    content: bytes = file.read(_MOST_FILE_BYTES)
    file.seek(0)
    # Spreadsheets write UTF-16 as "Unicode text". What is cut off in the middle is too long in any case.
    coding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        return codecs.getincrementaldecoder(coding)().decode(content).replace("\x00", ""), ""
    except UnicodeDecodeError as error:
        return "", f"The file is not UTF-8 text: byte {error.start + 1:,} is none. {_AS_UTF_8}"


def _table(request: HttpRequest, version: FlowVersion, sheet: Sheet) -> Table:
    text, fault = _text(request)
    if fault:
        return Table(fault=fault)
    is_same = "file" not in request.FILES and _mark(text) == request.POST.get("mark")
    columns = {name: request.POST[name] for name in request.POST if name.startswith("column-")}
    has_head = "has-head" in request.POST if is_same else None
    was_head = request.POST.get("had-head") == "1"
    chosen = columns if is_same and has_head == was_head else None
    try:
        return bulk_table.read(
            version.input_schema, sheet.draft.value, text, chosen, has_head=has_head if is_same else None
        )
    except UnusableSchema as error:
        return Table(fault=f"The flow's input schema cannot be used: {error}")


def _mark(text: str) -> str:
    """Return what tells one table from another: columns are chosen for one table only."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def _start(request: HttpRequest, version: FlowVersion, sheet: Sheet, table: Table) -> HttpResponse:
    user = cast("User", request.user)
    people, more = start_people.checked(start_people.posted(request.POST))
    said, faults = about(sheet)
    if faults or people.faults:
        return _page(request, version, replace(sheet, faults=faults), table, people)
    told = [[row.label, row.body, row.told] for row in table.rows]
    asked = [request.POST.get("page_id", ""), str(version.flow_id), told, said, more]
    request_id = f"page:{hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()}"
    batch = batches.create(user, version, table.rows, said | more, request_id)
    batches.start_waiting(batch.pk, _FIRST_SECONDS)
    return redirect("runs:batch", batch_id=batch.pk)


def _page(
    request: HttpRequest,
    version: FlowVersion,
    sheet: Sheet,
    table: Table | None,
    people: People | None = None,
) -> HttpResponse:
    text = "" if table is None else _text(request)[0]
    people = people or start_people.posted(request.POST)
    is_refused = request.method == "POST" and request.POST.get("action") == "start"
    context: dict[str, Any] = {
        "flow": version.flow,
        "version": version,
        "sheet": sheet,
        "base": sheet.text if sheet.faults.get("base") else json_text.write(sheet.draft.body),
        "table": table,
        "text": text if len(text) <= MOST_CHARACTERS else "",
        "mark": _mark(text),
        "people": people,
        "people_faults": [(fault.title, fault.message) for fault in start_people.told(people)],
        "page_id": request.POST.get("page_id") or uuid.uuid4(),
        "most": MOST_ROWS,
        "label_target": LABEL,
    }
    return render(request, "runs/bulk.html", context, status=422 if is_refused else 200)
