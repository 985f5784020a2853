"""The pages of search indexes: which there are, and finding documents in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from flowlang.problems import JSON
from providers.search import access
from providers.search.facets import MOST_COUNTED, PREFIX, chosen_values, facets, narrowed, text_of
from providers.search.fulltext import found
from providers.search.models import Entry, SearchIndex
from wire import paging
from wire.parameters import text
from wire.principals import PUBLIC, Caller, caller_of

MOST_SEARCH_CHARACTERS = 200
MOST_FIELDS = 8
_LONGEST_SHOWN = 300
_AT_ONCE = 50
_NAMES = ("title", "name", "label")


def _caller(request: HttpRequest) -> Caller:
    """Who looks; without signing in, one of the public."""
    if request.user.is_authenticated:
        return caller_of(request.user)
    return Caller(urn="", principals=frozenset({PUBLIC}))


@require_GET
def indexes(request: HttpRequest) -> HttpResponse:
    """The indexes that one may search."""
    words = (text(request.GET, "q") or "")[:MOST_SEARCH_CHARACTERS]
    listing = paging.read(request)
    rows = access.visible_to(_caller(request)).filter(display_name__icontains=words).select_related("owner")
    page = listing.numbered(rows.order_by("display_name", "pk"))
    shown = {"q": words, "rows": [(index, _size(request, index)) for index in page.items]}
    return render(request, "providers/search/list.html", shown | _pages(request.GET, listing, page))


def _size(request: HttpRequest, index: Any) -> dict[str, Any]:
    """How many entries the reader sees, and when the newest came."""
    return access.entries_for(_caller(request), index).aggregate(count=Count("pk"), newest=Max("ingested_at"))


@require_GET
def index_picker(request: HttpRequest) -> JsonResponse:
    """Indexes by name, as JSON, for forms."""
    words = request.GET.get("q", "").strip()[:MOST_SEARCH_CHARACTERS]
    rows = _called(access.visible_to(_caller(request)), words)
    documents = [
        {"id": str(row.pk), "display_name": row.display_name} for row in rows.order_by("display_name")[:20]
    ]
    return JsonResponse({"indexes": documents})


def _called(rows: QuerySet[SearchIndex], words: str) -> QuerySet[SearchIndex]:
    """Those of `rows` whose name holds the words, or whose id they are."""
    try:
        return rows.filter(pk=UUID(words))
    except ValueError:
        return rows.filter(display_name__icontains=words)


@require_GET
def index(request: HttpRequest, id: UUID) -> HttpResponse:
    """What is in an index, found by words and narrowed by values."""
    me = _caller(request)
    here = access.index_for(me, id)
    words = (text(request.GET, "q") or "")[:MOST_SEARCH_CHARACTERS]
    chosen = chosen_values(request.GET)
    hits = found(narrowed(access.entries_for(me, here), chosen), words)
    listing = paging.read(request)
    page = listing.numbered(hits)
    count = hits[:MOST_COUNTED].count()
    shown = {
        "index": here,
        "q": words,
        "cards": [_card(entry) for entry in page.items],
        "facets": [
            (facet.field, [_choice(request.GET, facet.field, *value) for value in facet.values])
            for facet in facets(_contents(hits), chosen)
        ],
        "is_narrowed": bool(words or chosen),
        "chosen": [(field, value) for field, values in chosen.items() for value in values],
        "count": count,
        "is_more": count == MOST_COUNTED,
        "may_write": access.writable_by(me).filter(pk=here.pk).exists(),
    }
    return render(request, "providers/search/index.html", shown | _pages(request.GET, listing, page))


def _contents(hits: QuerySet[Entry]) -> Iterator[JSON]:
    """A few at a time: documents may be large."""
    for entry in hits.only("content", "id")[:MOST_COUNTED].iterator(chunk_size=_AT_ONCE):
        yield entry.content


@require_GET
def entry(request: HttpRequest, id: UUID, entry_id: int) -> JsonResponse:
    """One document, whole."""
    me = _caller(request)
    row = get_object_or_404(access.entries_for(me, access.index_for(me, id)), pk=entry_id)
    document = {
        "index_id": str(id),
        "subject": row.subject,
        "entry_id": row.entry_id or None,
        "content": row.content,
        "visible_to": sorted(row.readers.values_list("principal", flat=True)),
        "ingested_at": row.ingested_at.isoformat(),
    }
    return JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _pages(query: QueryDict, listing: paging.Listing, page: paging.Page[Any]) -> dict[str, str | None]:
    number = listing.offset // listing.limit
    return {
        "previous": _link(query, page=str(number)) if number else None,
        "next": _link(query, page=str(number + 2)) if page.marker else None,
    }


def _link(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _choice(query: QueryDict, field: str, value: str, count: int, is_chosen: bool) -> dict[str, Any]:
    """One value of a facet, with the address that chooses it or leaves it."""
    changed = query.copy()
    changed.pop("page", None)
    values = changed.getlist(PREFIX + field)
    left = [other for other in values if other != value] if is_chosen else [*values, value]
    changed.setlist(PREFIX + field, left)
    return {"value": value, "count": count, "is_chosen": is_chosen, "address": f"?{changed.urlencode()}"}


def _card(entry: Entry) -> dict[str, Any]:
    """One document in the list: its name, and its first fields as text."""
    content = entry.content if isinstance(entry.content, dict) else {}
    named_by = next((name for name in _NAMES if text_of(content.get(name))), "")
    fields = [(name, _shown(value)) for name, value in content.items() if name != named_by]
    return {
        "entry": entry,
        "title": text_of(content.get(named_by)) or entry.subject,
        "link": entry.subject if entry.subject.startswith(("https://", "http://")) else "",
        "fields": fields[:MOST_FIELDS],
        "more": max(len(fields) - MOST_FIELDS, 0),
    }


def _shown(value: JSON) -> str:
    """A value as one line: scalars as they are, lists of scalars joined, everything else counted."""
    if isinstance(value, list):
        texts = [text_of(item) for item in value]
        if all(text is not None for text in texts):
            return ", ".join(text for text in texts if text)[:_LONGEST_SHOWN] or "—"
        return f"{len(value)} items"
    if isinstance(value, dict):
        return f"{len(value)} fields: {', '.join(value)}"[:_LONGEST_SHOWN] if value else "—"
    return "—" if value is None else (text_of(value) or str(value))[:_LONGEST_SHOWN]
