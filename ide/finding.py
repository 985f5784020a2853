"""Finding flows and runs by name, from every page."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from library import access, search
from runs.access import visible_to as runs_visible_to
from wire.models import User

_MOST_CHARACTERS = 200
_MOST_FLOWS, _MOST_RUNS = 8, 5


@require_GET
def find(request: HttpRequest) -> JsonResponse:
    """Answer {"places": [{"title", "kind", "address"}]}: flows and what to do with them, then runs."""
    words = request.GET.get("q", "").replace("\0", "")[:_MOST_CHARACTERS].strip()
    if not words:
        return JsonResponse({"places": []})
    user = request.user if isinstance(request.user, User) else None
    return JsonResponse({"places": _flows(request, words) + (_runs(user, words) if user else [])})


def _flows(request: HttpRequest, words: str) -> list[dict[str, str]]:
    found = search.found(access.listed(access.visible_to(request.user)), words)[0:_MOST_FLOWS]
    ids = [flow.pk for flow in found]
    startable = set(access.startable_by(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    places: list[dict[str, str]] = []
    for flow in found:
        places.append(_place(flow.title, "flow", reverse("library:flow", args=[flow.pk])))
        if flow.pk in startable:
            places.append(_place(f"Start {flow.title}", "flow", reverse("runs:start", args=[flow.pk])))
        places.append(_place(f"Edit {flow.title}", "flow", reverse("ide:edit", args=[flow.pk])))
    return places


def _runs(user: User, words: str) -> list[dict[str, str]]:
    named = Q(label__icontains=words)
    found = runs_visible_to(user).filter(named).order_by("-started_at")[:_MOST_RUNS]
    return [_place(run.label, "run", reverse("runs:run", args=[run.pk])) for run in found]


def _place(title: str, kind: str, address: str) -> dict[str, str]:
    return {"title": title, "kind": kind, "address": address}
