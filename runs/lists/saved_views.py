"""Pages about saved views of the runs: keeping one, renaming it, deleting it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from runs.finding import asking, saved
from runs.finding.asking import Asked
from wire.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """Show one's views; a POST keeps the search `q` and the order `sort` under `name`."""
    user = cast("User", request.user)
    if request.method == "POST":
        asked = asking.read(request.POST)
        name = " ".join(request.POST.get("name", "").split())
        _tell(request, saved.save(user, name, asked), f"The view “{name}” is saved.")
        return redirect(reverse("runs:runs") + asked.address())
    rows = [(view, Asked(view.words, view.order).address()) for view in saved.of(user)]
    return render(request, "runs/saved_views.html", {"rows": rows})


@login_required
@require_POST
def change(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, or delete it: `action` says which."""
    view = saved.view_of(cast("User", request.user), view_id)
    if request.POST.get("action") == "delete":
        view.delete()
        messages.success(request, f"The view “{view.name}” is deleted.")
    else:
        fault = saved.rename(view, request.POST.get("name", ""))
        _tell(request, fault, f"The view is called “{view.name}” now.")
    return redirect("runs:views")


def _tell(request: HttpRequest, fault: str, done: str) -> None:
    messages.error(request, fault) if fault else messages.success(request, done)
