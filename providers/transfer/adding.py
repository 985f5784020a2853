"""Adding a collection: which folders may become one."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from providers.transfer.models import Collection, CollectionRole
from wire.models import User
from wire.principals import ALL_AUTHENTICATED


class CollectionRefused(Exception):
    """Why a collection cannot be added, as a sentence."""


def add_collection(
    name: str, root: str, owner: User, *, id: UUID | None = None, is_public: bool = False
) -> Collection:
    """Return a new collection over an existing folder. Raises CollectionRefused.

    is_public  every signed-in user may read and write it
    """
    name = name.strip()
    if not 0 < len(name) <= 128:
        raise CollectionRefused(f'The name "{name[:40]}" must have 1 to 128 characters.')
    if id and Collection.objects.filter(pk=id).exists():
        raise CollectionRefused(f"There is a collection {id} already. Choose another id, or use that one.")
    folder = usable_folder(root)
    with transaction.atomic():
        collection = Collection.objects.create(
            display_name=name, root=folder, owner=owner, **({"id": id} if id else {})
        )
        if is_public:
            share_with_everybody(collection)
    return collection


def share_with_everybody(collection: Collection) -> None:
    for role in (CollectionRole.READER, CollectionRole.WRITER):
        CollectionRole.objects.get_or_create(collection=collection, role=role, principal=ALL_AUTHENTICATED)


def usable_folder(root: str) -> str:
    """Return the real path of a folder that may become a collection. Raises CollectionRefused."""
    if "://" in root:
        raise CollectionRefused(f'"{root}" is an address; only local folders can be collections yet.')
    if not root.strip() or "\0" in root:
        raise CollectionRefused("Name a folder of this machine.")
    folder = Path(os.path.realpath(os.path.expanduser(root)))
    if not folder.is_dir():
        words = "is not a folder" if folder.exists() else "does not exist; create it first"
        raise CollectionRefused(f'The folder "{folder}" {words}.')
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CollectionRefused(f'The folder "{folder}" may not be read by this site.')
    # Whoever reads the key and the database is everybody.
    for own in (settings.HEADRACE_HOME, settings.BASE_DIR):
        if Path(own).resolve().is_relative_to(folder):
            raise CollectionRefused(
                f'The folder "{folder}" contains the site\'s own files ({own}). Choose a folder without them.'
            )
    if len(str(folder)) > 1024:
        raise CollectionRefused("The folder's path is longer than 1024 characters.")
    return str(folder)
