"""The pages of collections: finding one, adding one, looking into one."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from providers.provider import ActionError
from providers.transfer import access
from providers.transfer.adding import CollectionRefused, add_collection
from providers.transfer.copying import is_part
from providers.transfer.folders import FolderError, Item, Place, items, place
from providers.transfer.listing import instant, shown_name
from providers.transfer.models import Collection
from wire import paging
from wire.errors import Forbidden, NotFound
from wire.models import User
from wire.parameters import text
from wire.principals import Caller, caller_of

MOST_SEARCH_CHARACTERS = 200
ITEMS_A_PAGE = 100


def caller(request: HttpRequest) -> Caller:
    return caller_of(cast("User", request.user))


def collection_of(request: HttpRequest, id: UUID, *, write: bool = False) -> Collection:
    """Return a collection that the reader of the page may use. Raises NotFound or Forbidden."""
    try:
        return access.collection_for(caller(request), id, write=write)
    except ActionError as error:
        refusal = Forbidden if error.status == 403 else NotFound
        raise refusal(error.description) from error


def matching(collections: QuerySet[Collection], words: str) -> QuerySet[Collection]:
    """Return the collections whose name holds the words, or whose id they are."""
    found = Q(display_name__icontains=words) | Q(description__icontains=words)
    try:
        return collections.filter(found | Q(pk=UUID(words)))
    except ValueError:
        return collections.filter(found)


@login_required
@require_http_methods(["GET", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """The collections that one may use; for administrators, a form that adds one."""
    if request.method == "POST":
        return _add(request)
    return _list(request, {})


def _list(request: HttpRequest, form: dict[str, Any], status: int = 200) -> HttpResponse:
    words = (text(request.GET, "q") or "")[:MOST_SEARCH_CHARACTERS]
    listing = paging.read(request)
    me = caller(request)
    found = matching(access.visible_to(me), words).select_related("owner").order_by("display_name", "pk")
    page = listing.numbered(found)
    writable = set(
        access.writable_by(me).filter(pk__in=[item.pk for item in page.items]).values_list("pk", flat=True)
    )
    number = listing.offset // listing.limit
    shown = {
        "q": words,
        "rows": [(item, item.pk in writable) for item in page.items],
        "previous": page_link(request.GET, number) if number else None,
        "next": page_link(request.GET, number + 2) if page.marker else None,
        "may_add": me.is_superuser,
        "form": form,
    }
    return render(request, "providers/collections/list.html", shown, status=status)


def page_link(query: QueryDict, page: int) -> str:
    changed = query.copy()
    changed["page"] = str(page)
    return f"?{changed.urlencode()}"


def _add(request: HttpRequest) -> HttpResponse:
    """Add a collection over a folder of this machine: that is for administrators."""
    if not caller(request).is_superuser:
        raise PermissionDenied("Only an administrator can add a collection, because it opens a folder here.")
    form = {name: request.POST.get(name, "").strip() for name in ("name", "root", "public")}
    owner = cast("User", request.user)
    try:
        made = add_collection(form["name"], form["root"], owner, is_public=bool(form["public"]))
    except CollectionRefused as error:
        return _list(request, form | {"error": str(error)}, status=400)
    messages.success(request, f"{made.display_name} is a collection now.")
    return redirect("providers:collection", id=made.pk)


@login_required
@require_GET
def collection(request: HttpRequest, id: UUID) -> HttpResponse:
    """One folder of a collection."""
    found = collection_of(request, id)
    return show_folder(request, found, request.GET.get("path", "/"))


def show_folder(
    request: HttpRequest, found: Collection, path: str, problem: str = "", status: int = 200
) -> HttpResponse:
    """Render a folder; with the problem that something just done in it had."""
    me = caller(request)
    listing = paging.read(request, default=ITEMS_A_PAGE)
    number = listing.offset // listing.limit
    shown: dict[str, Any] = {
        "collection": found,
        "may_write": access.writable_by(me).filter(pk=found.pk).exists(),
        "shows_root": me.is_superuser or found.owner_id == me.user_id,
        "problem": problem,
        "previous": page_link(request.GET, number) if number else None,
    }
    try:
        folder = place(found.root, path)
        shown |= _folder(folder) | {"count": 0}
        everything = _shown_items(items(folder))
    except FolderError as error:
        shown |= {"refused": error.description, "crumbs": _crumbs(Place(found.root)), "path": "/"}
        return render(request, "providers/collections/folder.html", shown, status=status if problem else 404)
    page = everything[listing.offset : listing.offset + listing.limit]
    more = len(everything) > listing.offset + listing.limit
    shown |= {
        "rows": [_row(folder, item) for item in page],
        "count": len(everything),
        "next": page_link(request.GET, number + 2) if more else None,
    }
    return render(request, "providers/collections/folder.html", shown, status=status)


def _folder(folder: Place) -> dict[str, Any]:
    path = folder_path(folder)
    parent = folder_path(folder.parent()) if folder.parts else None
    return {"path": path, "parent": parent, "crumbs": _crumbs(folder)}


def folder_path(folder: Place) -> str:
    """Return a folder's path as it is shown: with a slash at its end."""
    return folder.path.rstrip("/") + "/"


def _crumbs(folder: Place) -> list[tuple[str, str]]:
    """The folders above, with their paths."""
    ends = range(1, len(folder.parts) + 1)
    return [(folder.parts[end - 1], folder_path(Place(folder.root, folder.parts[:end]))) for end in ends]


def _shown_items(found: list[Item]) -> list[Item]:
    """Folders first; half files of running transfers are nobody's business."""
    shown = [item for item in found if item.kind in ("file", "dir") and not is_part(item.name)]
    return sorted(shown, key=lambda item: (item.kind != "dir", item.name.lower(), item.name))


def _row(folder: Place, item: Item) -> dict[str, Any]:
    is_folder = item.kind == "dir"
    path = folder_path(folder) + item.name + ("/" if is_folder else "")
    return {
        "name": shown_name(item.name),
        "is_folder": is_folder,
        # A name that is not text cannot be part of an address.
        "path": path if path.isprintable() else "",
        "size": item.size,
        "modified": instant(item),
    }
