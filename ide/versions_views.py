"""The page of a flow's versions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ide import versions
from ide.access import draft_of_flow
from library.access import flow_for, is_administrator
from library.models import FlowRole
from library.publish import current_version
from wire import paging
from wire.errors import Unprocessable
from wire.models import User


class SignedIn(HttpRequest):
    """The request that `login_required` lets through."""

    user: User


@login_required
@require_GET
def history(request: SignedIn, flow_id: UUID) -> HttpResponse:
    """The versions of a flow, and what differs between two of them."""
    flow = flow_for(request.user, flow_id)
    old, new = versions.choice(request.user, flow, request.GET)
    administers = is_administrator(request.user, flow)
    listed = flow.versions.select_related("created_by")
    context = versions.compared(old, new) | {
        "flow": flow,
        "administers": administers,
        "current": current_version(flow).number,
        "draft": draft_of_flow(request.user, flow) if administers else None,
        "versions": paging.read(request, default=20).page(listed, ["-number"]),
    }
    return render(request, "ide/history.html", context)


@login_required
@require_POST
def restore(request: SignedIn, flow_id: UUID) -> HttpResponse:
    """Make an earlier version the current one again."""
    flow = flow_for(request.user, flow_id, FlowRole.ADMINISTRATOR)
    number = request.POST.get("number", "")
    try:
        made = versions.restore(request.user, flow, number)
    except Unprocessable as refused:
        messages.error(request, f"Version {number} was not restored: {refused.message or refused.detail}")
    else:
        messages.success(request, f"Version {number} is back, as version {made.number}. Runs keep theirs.")
    return redirect(reverse("ide:history", args=[flow.pk]))
