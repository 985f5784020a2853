"""Who may see and fill an index, and who sees which entry."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from providers.search.models import Entry, EntryReader, IndexRole, SearchIndex
from wire.errors import Forbidden, NotFound
from wire.models import User
from wire.principals import ALL_AUTHENTICATED, Caller


def visible_to(caller: Caller) -> QuerySet[SearchIndex]:
    """Return the indexes that `caller` owns, may fill, or sees an entry of; all, for a superuser."""
    if caller.is_superuser:
        return SearchIndex.objects.all()
    seen = EntryReader.objects.filter(entry__index=OuterRef("pk"), principal__in=caller.principals)
    return SearchIndex.objects.filter(_writable(caller) | Q(Exists(seen)))


def writable_by(caller: Caller) -> QuerySet[SearchIndex]:
    """Return the indexes that `caller` may fill: their own, and those opened to them."""
    return SearchIndex.objects.filter(_writable(caller))


def index_for(caller: Caller, id: str | UUID, *, write: bool = False) -> SearchIndex:
    """Return an index that `caller` may see. Raises NotFound, and Forbidden when they may not fill it."""
    wanted = _uuid(id)
    index = visible_to(caller).filter(pk=wanted).first() if wanted else None
    if index is None:
        raise NotFound(
            f'There is no search index "{id}" that you may use. Look under Search, '
            f"or add one: manage.py add_index NAME --id {id}."
        )
    if write and not writable_by(caller).filter(pk=index.pk).exists():
        raise Forbidden(f'You may search "{index.display_name}" ({id}), but not change it. Ask its owner.')
    return index


def entries_for(caller: Caller, index: SearchIndex) -> QuerySet[Entry]:
    """Return the entries of an index that `caller` may see: those that name them, and their own."""
    entries = Entry.objects.filter(index=index)
    if caller.is_superuser or (caller.user_id is not None and index.owner_id == caller.user_id):
        return entries
    named = EntryReader.objects.filter(entry=OuterRef("pk"), principal__in=caller.principals)
    return entries.filter(Q(Exists(named)) | Q(creator=caller.urn))


def create_index(name: str, owner: User, *, id: UUID | None = None, is_open: bool = False) -> SearchIndex:
    """Return a new index; every signed-in user may fill one that `is_open`."""
    index = SearchIndex.objects.create(display_name=name, owner=owner, **({"id": id} if id else {}))
    if is_open:
        IndexRole.objects.create(index=index, principal=ALL_AUTHENTICATED)
    return index


def _writable(caller: Caller) -> Q:
    given = IndexRole.objects.filter(index=OuterRef("pk"), principal__in=caller.principals)
    owned = Q(owner=caller.user_id) if caller.user_id else Q(pk__in=[])
    return owned | Q(Exists(given))


def _uuid(id: str | UUID) -> UUID | None:
    try:
        return UUID(str(id))
    except ValueError:
        return None
