"""The page on which a run that failed is retried: from where, with which data, by which version."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from flowlang import definition
from flowlang.differences import differences
from flowlang.forms import json_text
from library.publish import current_version
from runs import access
from runs.models import Run
from runs.retries import retry_plan, retrying
from runs.retries.retry_api import DEFINITIONS, SAME, version_of
from wire.errors import StateConflict, Unprocessable
from wire.models import User

_MOST_CHANGES: Final = 50
_NOT_AN_OBJECT: Final = "The run data are a JSON object: it starts with { and ends with }."


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show what a retry would do (`?state=`, `?definition=`), and do it."""
    run = access.run_for(request.user, run_id, access.MANAGER)
    try:
        return _retried(request, run) if request.method == "POST" else _page(request, run, request.GET)
    except StateConflict as error:
        messages.error(request, str(error))
        return redirect("runs:run", run_id=run.pk)


def _asked(query: QueryDict) -> tuple[str | None, str]:
    wanted = query.get("definition", SAME)
    return query.get("state") or None, wanted if wanted in DEFINITIONS else SAME


def _page(
    request: HttpRequest, run: Run, query: QueryDict, text: str | None = None, fault: str = ""
) -> HttpResponse:
    state, wanted = _asked(query)
    version = version_of(run, wanted)
    told: dict[str, Any] | None = None
    try:
        told = retrying.preview(run, cast("User", request.user), state, version)
    except Unprocessable as error:
        fault = fault or str(error)
    shown = json_text.write(told["run_data"]) if told else ""
    chosen = told["state_name"] if told else state
    context = {
        "run": run,
        "told": told,
        "plan": retry_plan.plan(run, version, chosen, told["events_before"]) if told and chosen else None,
        "chosen": chosen,
        "states": list(version.definition.get("States", {})),
        "wanted": wanted,
        "newest": current_version(run.flow).number,
        "text": shown if text is None else text,
        "fault": fault,
    }
    return render(request, "runs/retry.html", context, status=422 if fault else 200)


def _retried(request: HttpRequest, run: Run) -> HttpResponse:
    state, wanted = _asked(request.POST)
    text = request.POST.get("run_data", "").replace("\r\n", "\n")
    try:
        data = _data(text)
        version = version_of(run, wanted)
        new = retrying.retry(run, cast("User", request.user), state=state, data=data, definition=version)
    except (Unprocessable, ValueError) as error:
        return _page(request, run, request.POST, text, str(error))
    return redirect("runs:run", run_id=new.pk)


@login_required
@require_POST
def check(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer, while somebody types, with what is wrong with the run data, or what they change of them.

    {"problems": [{"from", "to", "message"}], "changes": [{"place", "old", "new"}]}; offsets in UTF-16 units
    """
    run = access.run_for(request.user, run_id, access.MANAGER)
    state, wanted = _asked(request.POST)
    try:
        told = retrying.preview(run, cast("User", request.user), state, version_of(run, wanted))
    except (Unprocessable, StateConflict) as error:
        return JsonResponse({"problems": [_problem(0, 0, str(error))], "changes": []})
    document = definition.parse(request.POST.get("run_data", "").replace("\r\n", "\n"), json_text.MAX_BYTES)
    wrong = [(one.start, one.end, one.message) for one in document.problems]
    if not wrong and not isinstance(document.value, dict):
        wrong = [(*document.span(()), _NOT_AN_OBJECT)]
    problems = [
        _problem(document.utf16(start), document.utf16(end), message) for start, end, message in wrong
    ]
    found = [] if problems else differences(told["run_data"], document.value)[:_MOST_CHANGES]
    changes = [{"place": each.loc, "old": each.old, "new": each.new} for each in found]
    return JsonResponse({"problems": problems, "changes": changes})


def _problem(start: int, end: int, message: str) -> dict[str, Any]:
    return {"from": start, "to": end, "message": message}


def _data(text: str) -> dict[str, Any] | None:
    """Return the run data that were typed; None for those that the run had. Raises ValueError."""
    if not text.strip():
        return None
    value = json_text.parse(text)
    if not isinstance(value, dict):
        raise ValueError(_NOT_AN_OBJECT)
    return value
