"""Who may read and write a collection. Views and providers get collections only from here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from providers import consents
from providers.folders import Mount
from providers.provider import ActionError
from providers.transfer.models import Collection, CollectionRole
from wire.principals import Caller


def visible_to(caller: Caller) -> QuerySet[Collection]:
    """Return the collections that `caller` may read: own and shared ones; all, for a superuser."""
    return Collection.objects.filter(Q() if caller.is_superuser else _given(caller))


def writable_by(caller: Caller) -> QuerySet[Collection]:
    """Return the collections that `caller` may write: their own, and those shared with them for writing."""
    return Collection.objects.filter(_given(caller, CollectionRole.WRITER))


def collection_for(caller: Caller, id: str | UUID, *, write: bool = False) -> Collection:
    """Return a collection that `caller` may use.

    Raises  ActionError("EndpointNotFound", status=404), also for what they may not see;
            ActionError("PermissionDenied", status=403) when they may read it, but not write
    """
    collection = visible_to(caller).filter(pk=_uuid(id)).first()
    if collection is None:
        raise _not_found(id)
    if write and not writable_by(caller).filter(pk=collection.pk).exists():
        raise ActionError(
            "PermissionDenied",
            f'You may read "{collection.display_name}", but not write to it. Ask its owner for the right.',
            status=403,
        )
    return collection


def collection_to_use(caller: Caller, id: str | UUID, *, write: bool = False) -> Collection:
    """Return a collection for an action in the caller's name.

    Raises  what `collection_for` raises; ConsentNeeded when the caller lets actions use it no more
    """
    collection = collection_for(caller, id, write=write)
    scope = consents.data_access(collection.pk)
    if not consents.is_given(caller, scope, usually=True):
        raise consents.ConsentNeeded(
            scope,
            f'You have taken back that runs use the collection "{collection.display_name}" in your name. '
            "Allow it again, and the run goes on.",
        )
    return collection


def folders_of(caller: Caller) -> list[Mount]:
    """Return the local folder of every collection that `caller` may use, and whether they may write there.

    Those that they let actions use no more are left out.
    """
    writable = set(writable_by(caller).values_list("pk", flat=True))
    refused = consents.taken_back(caller.user_id)
    rows = visible_to(caller).values_list("pk", "root")
    return [(root, pk in writable) for pk, root in rows if pk not in refused]


def _given(caller: Caller, *roles: str) -> Q:
    entries = CollectionRole.objects.filter(collection=OuterRef("pk"), principal__in=caller.principals)
    if roles:
        entries = entries.filter(role__in=roles)
    owned = Q(owner=caller.user_id) if caller.user_id else Q(pk__in=[])
    return owned | Q(Exists(entries))


def _uuid(id: str | UUID) -> UUID:
    try:
        return UUID(str(id))
    except ValueError as error:
        raise _not_found(id) from error


def _not_found(id: str | UUID) -> ActionError:
    return ActionError(
        "EndpointNotFound",
        f'There is no collection "{str(id)[:80]}" that you may use. '
        "Look under Collections, or add one: manage.py add_collection NAME FOLDER --id ID.",
        status=404,
    )
