"""The page of one run, and what one can do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from flowlang.diagram import states, to_dot
from flowlang.events import visible
from library.private import without_private
from providers.notification.access import mails_of
from runs import access, acting, documents, live, wishes
from runs.context import identities
from runs.launching import prefill
from runs.logs import log_pages
from runs.models import Run, WebInput, WebInputRole
from runs.retries import retrying
from runs.timeline import visits_kept, visits_views
from wire.errors import ApiError

SHOWN_AS: Final = {
    Run.ACTIVE: "running",
    Run.INACTIVE: "needs-you",
    Run.SUCCEEDED: "succeeded",
    Run.FAILED: "failed",
}
_ESCAPES: Final = ((b"<", b"\\u003C"), (b">", b"\\u003E"), (b"&", b"\\u0026"))
DETAIL_TABS: Final = ("Summary", "Input", "Output", "Change", "Attempts", "Raw")


@never_cache
@require_safe
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show a run. What happened so far is in the page; what comes is pushed."""
    run = access.run_for(request.user, run_id)
    held = access.roles_of(request.user, run)
    page = _for_scripts(run, live.read(run.pk, run.last_seq), held)
    context = {
        "run": run,
        "document": documents.run_document(run, request.user),
        "status": status_of(run),
        "may_manage": access.MANAGER in access.rights(held),
        "is_owner": access.OWNER in access.rights(held),
        "retries": retrying.told(run, request.user),
        "again": prefill.told(run, request.user),
        "mails": mails_of(run.pk, identities(run)),
        "questions": _questions(request, run),
        **acting.context(run, request.user),
        "page": page,
        "script": _json_script(page),
        "detail_tabs": [(word.lower(), word) for word in DETAIL_TABS],
        "formats": [("json", "JSON"), ("csv", "CSV, for spreadsheets"), ("text", "Plain text")],
    }
    return render(request, "runs/run.html", context)


def _json_script(value: Any) -> SafeString:
    """JSON as it may stand in a script element; of a long run, Django's `json_script` takes 80 ms for it."""
    text = orjson.dumps(value)
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return mark_safe(text.decode())  # no character is left that ends a script


def status_of(run: Run) -> str:
    """Return the name of the status as pages show it; a cancelled run is its own thing."""
    if run.status == Run.FAILED and run.cancel_requested:
        return "cancelled"
    if run.status == Run.ACTIVE and run.blocking_web_input_id:
        return "needs-you"
    return SHOWN_AS[run.status]


def _for_scripts(run: Run, batch: live.Batch, held: set[str]) -> dict[str, Any]:
    definition = without_private(run.version.definition)
    return {
        "first": orjson.loads(batch.message(held)),
        "states": states(definition),
        "dot": to_dot(definition),
        "input": visible(orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))),
        "socket": f"/ws/runs/{run.pk}/",
        "events": reverse("runs:events", args=[run.pk]),
        "log": _log(run),
        "visits": visits_views.document(run, visits_kept.summary_of(run)),
        "visit_addresses": reverse("runs:visits", args=[run.pk]).removesuffix(".json") + "/",
        "usual": reverse("runs:usual", args=[run.pk]),
    }


def _log(run: Run) -> dict[str, Any]:
    """The newest page of the log, and where the rest of it is asked for."""
    names = {"entries": "log-entries", "polls": "log-polls", "search": "log-search", "file": "log"}
    addresses = {key: reverse(f"runs:{name}", args=[run.pk]) for key, name in names.items()}
    return {"first": log_pages.last_page(run), **addresses}


def _questions(request: HttpRequest, run: Run) -> list[dict[str, Any]]:
    if run.status in Run.TERMINAL:
        return []
    mine = access.web_inputs_for(request.user).filter(run=run.pk, status=WebInput.OPEN)
    return [
        {"input": each, "may_answer": WebInputRole.RESPONDENT in access.web_input_roles(request.user, each)}
        for each in mine
    ]


@login_required
@require_POST
def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    run = access.run_for(request.user, run_id, access.MANAGER)
    return _wish(request, run, wishes.cancel, "The run is being cancelled.")


@login_required
@require_POST
def resume(request: HttpRequest, run_id: str) -> HttpResponse:
    run = access.run_for(request.user, run_id, access.OWNER)
    return _wish(request, run, wishes.resume, "The run goes on.")


def _wish(request: HttpRequest, run: Run, wish: Callable[[Run], None], done: str) -> HttpResponse:
    try:
        wish(run)
        messages.success(request, done)
    except ApiError as error:
        messages.error(request, str(error.detail))
    return redirect("runs:run", run_id=run.pk)
