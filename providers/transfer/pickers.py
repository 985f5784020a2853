"""Collections and folders as JSON, for the forms that let people pick them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from providers.provider import ActionError
from providers.transfer import access
from providers.transfer.copying import is_part
from providers.transfer.folders import FolderError, items, place
from providers.transfer.listing import instant, shown_name
from providers.transfer.views import MOST_SEARCH_CHARACTERS, caller, folder_path, matching

MOST_FOUND = 50
MOST_ITEMS = 5000
View = Callable[..., HttpResponseBase]
_STATUSES = {"NotFound": 404, "PermissionDenied": 403, "Exists": 409}


def refusal(description: str, status: int) -> JsonResponse:
    return JsonResponse({"error": description}, status=status)


def told_as_json(view: View) -> View:
    """Let a view answer refusals as {"error"}: to whoever is not signed in, and for what cannot be done."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return refusal("Sign in first.", 401)
        try:
            return view(request, *args, **kwargs)
        except ActionError as error:
            return refusal(error.description, error.status)
        except FolderError as error:
            return refusal(error.description, _STATUSES.get(error.code, 400))

    return answered


@require_GET
@told_as_json
def search(request: HttpRequest) -> JsonResponse:
    """The collections whose name or id is asked for; all, without words."""
    me = caller(request)
    words = request.GET.get("q", "").strip()[:MOST_SEARCH_CHARACTERS]
    limit = request.GET.get("limit", "20")
    most = min(int(limit), MOST_FOUND) if limit.isascii() and limit.isdigit() and len(limit) < 9 else 20
    found = list(matching(access.visible_to(me), words).order_by("display_name", "pk")[:most])
    writable = set(
        access.writable_by(me).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True)
    )
    documents = [
        {
            "id": str(one.pk),
            "display_name": one.display_name,
            "description": one.description,
            "may_write": one.pk in writable,
        }
        for one in found
    ]
    return JsonResponse({"collections": documents})


@require_GET
@told_as_json
def listing(request: HttpRequest, id: UUID) -> JsonResponse:
    """What is in a folder: folders first, then by name."""
    collection = access.collection_for(caller(request), id)
    folder = place(collection.root, request.GET.get("path", "/"))
    found = [item for item in items(folder) if item.kind in ("file", "dir") and not is_part(item.name)]
    found.sort(key=lambda item: (item.kind != "dir", item.name.lower(), item.name))
    entries = [
        {
            "name": shown_name(item.name),
            "type": item.kind,
            "size": item.size,
            "last_modified": instant(item).isoformat(),
        }
        for item in found[:MOST_ITEMS]
    ]
    parent = folder_path(folder.parent()) if folder.parts else None
    told = {"path": folder_path(folder), "parent": parent, "entries": entries}
    return JsonResponse(told | {"is_cut_off": len(found) > MOST_ITEMS})
