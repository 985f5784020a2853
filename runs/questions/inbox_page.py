"""The inbox: what runs ask somebody, with what one must know to answer, and where one answers."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from runs import access, wishes
from runs.consents.consent_repair import back, need
from runs.lists.list_page import page_links
from runs.models import WebInput
from runs.questions import inbox
from wire import paging
from wire.errors import ApiError
from wire.models import User
from wire.principals import caller_of


@never_cache
@login_required
@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show the open questions, oldest first, below the runs that need their owner."""
    listing = paging.read(request)
    page = listing.numbered(inbox.questions_for(request.user).order_by("created_at", "pk"))
    context = {
        "questions": [inbox.in_context(request.user, each) for each in page.items],
        "stopped": [(run, need(run)) for run in inbox.stopped_rows(request.user)],
        **page_links(request.GET, listing, page),
    }
    return render(request, "runs/inbox.html", context)


@never_cache
@login_required
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """Answer with what the socket tells, for pages that have none."""
    return JsonResponse(inbox.waiting(request.user))


@login_required
@require_POST
def answer(request: HttpRequest, web_input_id: str) -> HttpResponse:
    """Store the answer to a question, and go back to where it was answered."""
    web_input = access.web_input_for(request.user, web_input_id, to_answer=True)
    chosen = request.POST.get("option", "")
    option = next((each for each in web_input.options if each["option_id"] == chosen), None)
    if option is None:
        messages.error(request, "Choose one of the options, then press Answer.")
    else:
        _answer(request, web_input, option)
    return redirect(_back(request, web_input))


def _answer(request: HttpRequest, web_input: WebInput, option: dict[str, Any]) -> None:
    try:
        wishes.answer(web_input, caller_of(cast("User", request.user)), option)
        messages.success(request, f"You answered: {option['label']}.")
    except ApiError as error:
        messages.error(request, str(error.detail))


def _back(request: HttpRequest, web_input: WebInput) -> str:
    """Whoever is asked need not be somebody who may see the run."""
    came_from = request.headers.get("Referer", "").partition("?")[0]
    home = reverse("runs:inbox")
    if came_from.endswith(home) or not access.roles_of(request.user, web_input.run):
        return home
    return back(request, web_input.run)
