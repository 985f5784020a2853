"""The page on which a flow is started: its form is made from the flow's input schema."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, cast

import orjson
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from flowlang import forms
from flowlang.forms import Field, UnusableSchema
from library.access import flow_for
from library.models import FlowRole, FlowVersion
from library.publish import current_version
from providers.transfer.access import visible_to
from runs import around, engine
from runs.launching import prefill, prefill_sheet, start_people
from runs.launching.presets import Asked
from runs.launching.start_people import People
from runs.launching.start_sheet import ADVANCED, Sheet, begun, checked, posted, told, turned
from runs.scheduling import schedule_sheet, schedule_views
from wire.errors import FlowInputError, StateConflict
from wire.models import User
from wire.principals import caller_of

_MAX_FILE_BYTES: Final = 150_000  # run data may have 200 KB, and base64 adds a third
_MOST_CHECKED: Final = 100
_MOST_COLLECTIONS: Final = 100  # offered without a script; the picker searches all of them


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Show the form, do what its buttons ask for, and start the run."""
    flow = flow_for(request.user, flow_id, FlowRole.STARTER)
    version = current_version(flow)
    if request.method != "POST":
        asked = {name: request.GET[name] for name in request.GET}
        return _page(request, version, prefill_sheet.first(request.user, version, asked))
    action = request.POST.get("action", "")
    sheet = posted(version.input_schema, _items(request), action)
    if action == "start":
        return _start(request, version, sheet)
    if action == "preset":
        preset = around.saved(request, version, sheet)
        return _page(request, version, sheet, status=422 if preset.fault else 200, preset=preset)
    acted = _acted(sheet, version, action)
    return _part(request, version, acted) or _page(request, version, acted)


def _acted(sheet: Sheet, version: FlowVersion, action: str) -> Sheet:
    schema, sample = version.input_schema, version.flow.sample_input
    if action.startswith("tab:"):
        return turned(sheet, schema, action.removeprefix("tab:"))
    if action == "sample" and isinstance(sample, dict):
        return _keeping(sheet, begun(schema, sample, "Filled with the sample.", "sample"))
    if action == "clear":
        return _keeping(sheet, begun(schema))
    return replace(sheet, problems=sheet.draft.problems) if action.startswith("paste:") else sheet


def _keeping(sheet: Sheet, other: Sheet) -> Sheet:
    return replace(other, tab=sheet.tab, label=sheet.label, tags=sheet.tags)


def _start(request: HttpRequest, version: FlowVersion, sheet: Sheet) -> HttpResponse:
    people, more = start_people.checked(start_people.posted(request.POST))
    try:
        sheet, said = checked(sheet, version.input_schema)
        if sheet.is_right and not people.faults:
            return _started(request, version, sheet, said | more)
    except FlowInputError as error:
        problems = error.detail if isinstance(error.detail, list) else []
        sheet = replace(sheet, problems=problems)
    except StateConflict as error:
        sheet = replace(sheet, problems=[{"loc": ["$"], "msg": str(error.detail)}])
    except UnusableSchema as error:
        problems = [{"loc": ["$"], "msg": f"The flow's input schema cannot be used: {error}"}]
        sheet = replace(sheet, problems=problems)
    return _page(request, version, sheet, status=422, people=people)


def _started(request: HttpRequest, version: FlowVersion, sheet: Sheet, said: dict[str, Any]) -> HttpResponse:
    """Start the run, or make the schedule; the page again when its times are wrong."""
    user, body = cast("User", request.user), sheet.draft.body
    when = schedule_sheet.posted(request.POST.dict())
    if not when.is_now:
        when, answer = schedule_views.begin(request, version, when, body, said)
        return answer or _page(request, version, sheet, status=422, when=when)
    run = engine.start(version, user, body, request_id=_request_id(request, body), **said)
    run_id = request.POST.get("earlier", "")
    prefill.link_runs(run, prefill_sheet.earlier_of(user, version.flow_id, sheet, run_id))
    return redirect("runs:run", run_id=run.pk)


def _request_id(request: HttpRequest, body: Any) -> str:
    """Pressing Start twice starts one run; a page that was gone back to and changed starts another one."""
    page = request.POST.get("page_id", "")
    if not page:
        return ""
    about = [request.POST.getlist(name) for name in ("label", "tags", "managers", "monitors", "notify")]
    said = [page, body, about]
    return f"page:{hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def _part(request: HttpRequest, version: FlowVersion, sheet: Sheet) -> HttpResponse | None:
    """Answer a script that will show one group of fields with that alone; None when it wants more."""
    target = request.headers.get("HX-Target", "")
    if sheet.tab == ADVANCED or target in ("", "start"):
        return None
    root, _ = _drawn(version, sheet)
    part = forms.only(root, target) if root else None
    if root is None or part is None:
        return None
    context = {"flow": version.flow, "here": request.path, "root": part, "shape": forms.shape(root)}
    return render(request, "runs/_start_fields.html", context)


def _page(
    request: HttpRequest,
    version: FlowVersion,
    sheet: Sheet,
    status: int = 200,
    when: schedule_sheet.When | None = None,
    people: People | None = None,
    preset: Asked | None = None,
) -> HttpResponse:
    flow = version.flow
    root, unusable = _drawn(version, sheet)
    when = when or schedule_sheet.posted(request.POST.dict())
    people = people or start_people.posted(request.POST)
    lines = told(sheet, root) + start_people.told(people) + schedule_sheet.told(when)
    context = {
        **around.context(request, version, sheet, root),
        "people": people,
        "preset": preset or Asked(),
        "flow": flow,
        "version": version,
        "sheet": sheet,
        "root": root,
        "unusable": unusable,
        "told": lines,
        "first_error": next((line.anchor for line in lines if line.anchor), ""),
        "has_sample": isinstance(flow.sample_input, dict),
        "can_guide": forms.is_object(version.input_schema),
        "here": request.path,
        "when": when,
        "units": schedule_sheet.UNITS,
        "shape": forms.shape(root) if root else "",
        "page_id": request.POST.get("page_id") or uuid.uuid4(),
        "collections": visible_to(caller_of(cast("User", request.user)))[:_MOST_COLLECTIONS],
    }
    return render(request, "runs/start.html", context, status=status)


def _drawn(version: FlowVersion, sheet: Sheet) -> tuple[Field | None, str]:
    """Return the form's tree, or why there is none."""
    if sheet.tab == ADVANCED:
        return None, ""
    try:
        return _form(version, sheet), ""
    except UnusableSchema as error:
        return None, str(error)


def _form(version: FlowVersion, sheet: Sheet) -> Field:
    schema, draft = version.input_schema, sheet.draft
    root = forms.draw(schema, draft.value, sheet.problems, draft.state)
    return forms.with_origins(root, draft.body, forms.defaults(schema), sheet.filled, sheet.origin)


def _items(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Yield the posted pairs; a file is what its field holds, as a data URL, after what it held before."""
    for name, texts in request.POST.lists():
        yield from ((name, str(text)) for text in texts)
    for name, files in request.FILES.lists():
        yield from ((name, _data_url(file)) for file in files if isinstance(file, UploadedFile))


def _data_url(file: Any) -> str:
    if (file.size or 0) > _MAX_FILE_BYTES:
        return f"{file.name} is larger than {_MAX_FILE_BYTES:,} bytes; put it into a collection instead."
    content = base64.b64encode(file.read()).decode()
    name = (file.name or "file").replace(";", "_").replace(",", "_")
    return f"data:{file.content_type or 'application/octet-stream'};name={name};base64,{content}"


@login_required
@require_POST
def check(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Answer with what is wrong with the fields `?at=` (ids) of the posted form.

    Where the form now asks for something else than when it was drawn, all of its fields come along.
    """
    flow = flow_for(request.user, flow_id, FlowRole.STARTER)
    version = current_version(flow)
    sheet = posted(version.input_schema, _items(request), "")
    try:
        problems = forms.explain(version.input_schema, sheet.draft)
        root = forms.draw(version.input_schema, sheet.draft.value, problems, sheet.draft.state)
    except UnusableSchema:
        return HttpResponse()
    wanted = set(request.GET.getlist("at")[:_MOST_CHECKED])
    fields = [one for one in forms.walk((root,)) if one.id in wanted]
    shape = forms.shape(root)
    context = {"flow": flow, "here": reverse("runs:start", args=[flow.pk]), "fields": fields, "shape": shape}
    if shape != request.POST.get("shape", ""):
        locs = [[one.loc] for one in fields]
        calm = [problem for problem in problems if problem["loc"] in locs]
        context["root"] = _form(version, replace(sheet, problems=calm))
    return render(request, "runs/_start_checked.html", context)
