"""Long lists, a page at a time.

A marker is the whole query, signed, with the place where the next page starts: whoever follows it sends
nothing else. A page starts after the last row of the one before (not at a number of rows), so that page 1,000
costs what page 1 costs and rows that arrive meanwhile shift nothing.

    listing = paging.read(request)
    page = listing.page(Flow.objects.filter(...), ["-updated_at", "id"])
    return Response(page.document("flows", [flow_document(flow) for flow in page.items]))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict

from flowlang.problems import JSON
from wire.errors import BadRequest
from wire.parameters import number, text

DEFAULT_SIZE, MOST = 20, 100
_MOST_PAGES = 1_000_000
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
M = TypeVar("M", bound=Model)


class Sliced(Protocol[T_co]):
    """Anything that slices are taken of: a list, a queryset, a ranked search."""

    def __getitem__(self, place: slice, /) -> Iterable[T_co]: ...


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list.

    marker   what the client sends to get the next page; None on the last one
    """

    items: list[T]
    limit: int
    marker: str | None

    def document(self, key: str, items: Sequence[Any]) -> dict[str, Any]:
        """Return the list document of flows, runs and logs."""
        more = self.marker is not None
        return {key: list(items), "limit": self.limit, "has_next_page": more, "marker": self.marker}

    def summary(self, key: str, items: Sequence[Any]) -> dict[str, Any]:
        """Return the list document of web inputs, which has no `has_next_page`."""
        return {key: list(items), "marker": self.marker}


@dataclass(frozen=True)
class Listing:
    """A request for one page.

    query    the parameters in force: the request's own, or those that its marker holds
    after    the sort values of the last row seen; [] for the first page
    offset   rows to skip: the legacy `page` parameter, and lists whose order is no column
    """

    query: QueryDict
    path: str
    limit: int
    offset: int = 0
    after: list[JSON] = field(default_factory=list)

    def page(self, rows: QuerySet[M], order: Sequence[str]) -> Page[M]:
        """Return the rows of this page, by columns.

        order   field names or annotations, "-" before the descending ones; the last must be unique
        """
        keys = _keys(rows, order)
        selected = rows.order_by(*(key.order() for key in keys))
        if self.after:
            selected = selected.filter(_beyond(keys, self.after))
        found = list(selected[self.offset : self.offset + self.limit + 1])
        return self._cut(found, lambda last: {"after": [key.value(last) for key in keys]})

    def numbered(self, rows: Sliced[T]) -> Page[T]:
        """Return the rows of this page of a list in its own order, by counting."""
        found = list(rows[self.offset : self.offset + self.limit + 1])
        return self._cut(found, lambda last: {"offset": self.offset + self.limit})

    def _cut(self, found: list[T], place: Callable[[T], dict[str, Any]]) -> Page[T]:
        items = found[: self.limit]
        more = len(found) > self.limit
        return Page(items, self.limit, self._marker(place(items[-1])) if more else None)

    def _marker(self, place: dict[str, Any]) -> str:
        return signing.dumps({"query": self.query.urlencode(), **place}, salt=_salt(self.path), compress=True)


def read(request: HttpRequest, *, size: str = "per_page", default: int = DEFAULT_SIZE) -> Listing:
    """Return what page the request asks for. Raises BadRequest for a bad number or marker.

    size      the name of the page size parameter: "per_page" (flows, runs) or "limit" (logs)
    Source    rest-api, Pagination: with a marker all other parameters are ignored
    """
    marker = text(request.GET, "marker") or text(request.GET, "pagination_token")
    place = _opened(marker, request.path) if marker else {}
    query = QueryDict(place["query"]) if marker else request.GET
    limit = number(query, size, default, most=MOST)
    skipped = (number(query, "page", 1, most=_MOST_PAGES) - 1) * limit
    offset = place.get("offset", 0) if marker else skipped
    return Listing(query, request.path, limit, offset, place.get("after", []))


def _salt(path: str) -> str:
    """A marker of one list must not work on another."""
    return f"marker:{path}"


def _opened(marker: str, path: str) -> dict[str, Any]:
    try:
        return dict(signing.loads(marker, salt=_salt(path)))
    except (signing.BadSignature, ValueError) as error:
        raise BadRequest(
            "marker: this is not a marker that this list gave out. Start again without it."
        ) from error


@dataclass(frozen=True)
class _Key:
    """One sort criterion."""

    name: str
    descending: bool
    nullable: bool

    def order(self) -> OrderBy:
        # The databases disagree where nulls stand. Said only where needed: it keeps an index from being used.
        nulls_last = True if self.nullable else None
        return OrderBy(F(self.name), descending=self.descending, nulls_last=nulls_last)

    def value(self, row: Any) -> JSON:
        value: Any = row
        for part in self.name.split("__"):
            value = getattr(value, part)
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, UUID) else value

    def past(self, value: JSON) -> Q:
        """Rows that come after all rows with this value."""
        if value is None:
            return Q(pk__in=[])
        beyond = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return beyond | Q(**{f"{self.name}__isnull": True}) if self.nullable else beyond

    def same(self, value: JSON) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def not_before(self, value: JSON) -> Q:
        """A plain range, implied by the rest, by which the database finds its place in an index."""
        if value is None or self.nullable:
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})


def _keys(rows: QuerySet[M], order: Sequence[str]) -> list[_Key]:
    """The criteria, each once: what is given again orders nothing, and databases take only so many."""
    found: dict[str, _Key] = {}
    for name in order:
        found.setdefault(name.removeprefix("-"), _key(rows, name))
    return list(found.values())


def _key(rows: QuerySet[M], order: str) -> _Key:
    name = order.removeprefix("-")
    return _Key(name, order.startswith("-"), _is_nullable(rows, name))


def _is_nullable(rows: QuerySet[M], name: str) -> bool:
    try:
        return bool(getattr(rows.model._meta.get_field(name), "null", False))
    except FieldDoesNotExist:
        return False


def _beyond(keys: Sequence[_Key], values: Sequence[JSON]) -> Q:
    """The rows that come after the row with these sort values."""
    result = Q(pk__in=[])
    for key, value in zip(reversed(keys), reversed(values), strict=True):
        result = key.past(value) | (key.same(value) & result)
    return keys[0].not_before(values[0]) & result
