"""What the commands that add things ask for alike: an owner and an id."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from wire.models import User
from wire.people import first_administrator


def owner_named(username: str | None) -> User:
    """Return that user, or the first administrator without a name. Raises CommandError."""
    if username is None:
        return first_administrator()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f'There is no user "{username}".')
    return user


def wanted_id(text: str | None) -> UUID | None:
    """Return the id that was asked for, if any. Raises CommandError."""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise CommandError(f'--id: "{text}" is not a UUID.') from error
