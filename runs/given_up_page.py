"""The runs that the engine gave up because they cost one worker after another its life."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access
from runs.endings import MAX_LOSSES
from runs.lists.list_page import page_links
from runs.models import Run
from wire import paging


@never_cache
@login_required
@require_safe
def given_up(request: HttpRequest) -> HttpResponse:
    """Show them, newest first: administrators see that there are others', and whose; not what is in them."""
    listing = paging.read(request)
    page = listing.numbered(_found(request).order_by("-completed_at", "pk"))
    held = access.roles_of_all(request.user, page.items)
    context = {
        "rows": [_row(run, access.rights(held[run.pk])) for run in page.items],
        **page_links(request.GET, listing, page),
    }
    return render(request, "runs/given_up.html", context)


def _found(request: HttpRequest) -> QuerySet[Run]:
    found = access.with_flow() if request.user.is_superuser else access.visible_to(request.user)
    return found.filter(status=Run.FAILED, recoveries__gte=MAX_LOSSES)


def _row(run: Run, rights: set[str]) -> dict[str, Any]:
    return {"run": run, "may_see": bool(rights), "may_retry": access.MANAGER in rights}
