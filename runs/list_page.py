"""The runs one may see, found by status, flow and words."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from runs import access
from runs.models import Run
from runs.run_page import status_of
from wire import paging
from wire.parameters import flag, text

STATUSES: Final = {
    "ACTIVE": "Running",
    "INACTIVE": "Needs you",
    "SUCCEEDED": "Succeeded",
    "FAILED": "Failed or cancelled",
}
_MOST_SEARCH_CHARACTERS: Final = 200


@login_required
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Show a page of runs, newest first."""
    listing = paging.read(request)
    page = listing.numbered(_found(request).order_by("-started_at", "pk"))
    context = {
        "rows": [_row(run) for run in page.items],
        "q": _words(request),
        "statuses": STATUSES.items(),
        "chosen": request.GET.get("status", ""),
        "mine": flag(request.GET, "mine"),
        "flow": request.GET.get("flow", ""),
        "is_narrowed": any(request.GET.get(name) for name in ("q", "status", "mine", "flow")),
        **page_links(request.GET, listing, page),
    }
    return render(request, "runs/runs.html", context)


def _row(run: Run) -> dict[str, Any]:
    seconds = (run.completed_at - run.started_at).total_seconds() if run.completed_at else None
    return {"run": run, "status": status_of(run), "seconds": seconds}


def _words(request: HttpRequest) -> str:
    return (text(request.GET, "q") or "")[:_MOST_SEARCH_CHARACTERS]


def _found(request: HttpRequest) -> QuerySet[Run]:
    found = access.visible_to(request.user)
    if request.GET.get("status") in STATUSES:
        found = found.filter(status=request.GET["status"])
    if flag(request.GET, "mine"):
        found = found.filter(owner=request.user.pk)
    for word in _words(request).split():
        found = found.filter(
            Q(label__icontains=word) | Q(flow__title__icontains=word) | Q(tags__icontains=word)
        )
    return _of_flow(found, request.GET.get("flow", ""))


def _of_flow(found: QuerySet[Run], flow_id: str) -> QuerySet[Run]:
    if not flow_id:
        return found
    try:
        return found.filter(flow=UUID(flow_id))
    except ValueError:
        return found.none()


def page_links(query: QueryDict, listing: paging.Listing, page: paging.Page[Any]) -> dict[str, str | None]:
    """Return the links to the pages before and after this one, "previous" and "next", where there are any."""
    number = listing.offset // listing.limit
    return {
        "previous": page_link(query, number) if listing.offset else None,
        "next": page_link(query, number + 2) if page.marker else None,
    }


def page_link(query: QueryDict, page: int) -> str:
    """Return the same query for another page."""
    changed = query.copy()
    changed["page"] = str(page)
    changed.pop("marker", None)
    return f"?{changed.urlencode()}"
