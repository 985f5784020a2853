"""What is done with the runs that were ticked in the list: shown first, done when it is confirmed."""

from __future__ import annotations

import uuid
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from runs.lists import choosing
from runs.lists.choosing import Verdict
from wire.errors import BadRequest
from wire.models import User

# What the page says, before and after.
_WORDS: Final = {
    "cancel": {
        "title": "Cancel runs",
        "lead": "The state that a run is in is asked to stop. What it has done so far stays done.",
        "will": "Will be cancelled",
        "done": "Is being cancelled",
        "press": "Cancel",
    },
    "again": {
        "title": "Run again",
        "lead": "Each is started with the same input, label and tags, by its flow's newest version.",
        "will": "Will be started again",
        "done": "Started again",
        "press": "Start",
    },
}


@login_required
@require_POST
def chosen(request: HttpRequest) -> HttpResponse:
    """Show what `action` would do with each `run`; with `sure`, do it and show what came of it."""
    action, run_ids = request.POST.get("action", ""), _run_ids(request)
    if action == "compare" and len(run_ids) == 2:
        return redirect(f"{reverse('runs:run', args=[run_ids[0]])}compare?with={run_ids[1]}")
    if action == "compare" or not run_ids:
        messages.error(request, "Tick two runs to compare them." if run_ids else "Tick a run first.")
        return redirect(reverse("runs:runs") + _back(request))
    if action not in _WORDS:
        raise BadRequest(f'action: "{action[:20]}" is not one of cancel, again, compare.')
    return render(request, "runs/chosen.html", _context(request, action, run_ids))


def _context(request: HttpRequest, action: str, run_ids: list[UUID]) -> dict[str, Any]:
    user, is_done = cast("User", request.user), "sure" in request.POST
    request_id = _uuid("request", request.POST.get("request", "")) if is_done else uuid.uuid4()
    verdicts = _verdicts(user, action, run_ids, request_id, is_done=is_done)
    return {
        "action": action,
        "words": _WORDS[action],
        "verdicts": verdicts,
        "able": sum(not each.why_not for each in verdicts),
        "is_done": is_done,
        "request_id": request_id,
        "back": _back(request),
    }


def _verdicts(
    user: User, action: str, run_ids: list[UUID], request_id: UUID, *, is_done: bool
) -> list[Verdict]:
    if action == "cancel":
        return choosing.cancel(user, run_ids) if is_done else choosing.cancellable(user, run_ids)
    return choosing.again(user, run_ids, request_id) if is_done else choosing.repeatable(user, run_ids)


def _run_ids(request: HttpRequest) -> list[UUID]:
    texts = list(dict.fromkeys(request.POST.getlist("run")))
    if len(texts) > choosing.MOST:
        raise BadRequest(f"run: {len(texts)} runs are ticked; at most {choosing.MOST} are taken at once.")
    return [_uuid("run", text) for text in texts]


def _uuid(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest(f'{name}: "{text[:80]}" is not a UUID.') from error


def _back(request: HttpRequest) -> str:
    """The query of the list from which one came."""
    back = request.POST.get("back", "")
    return back[:4000] if back.startswith("?") else ""
