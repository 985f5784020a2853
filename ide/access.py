"""Whose drafts these are. Views get drafts only from here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from ide.models import Draft
from library.models import Flow
from wire.errors import NotFound
from wire.models import User


def drafts_of(user: User) -> QuerySet[Draft]:
    """Return the drafts of `user`, the last saved first. A flow that was deleted takes its drafts along."""
    return (
        Draft.objects.filter(author=user, flow__deleted_at=None).select_related("flow").order_by("-saved_at")
    )


def draft_for(user: User, draft_id: UUID | str) -> Draft:
    """Return the draft when it is the user's own. Raises NotFound."""
    draft = drafts_of(user).filter(pk=draft_id).first() if _is_id(draft_id) else None
    if draft is None:
        raise NotFound(f"You have no draft {draft_id}. It may have been published or discarded.")
    return draft


def draft_of_flow(user: User, flow: Flow) -> Draft | None:
    """Return what `user` has typed of `flow` and not yet published."""
    return drafts_of(user).filter(flow=flow).first()


def _is_id(value: UUID | str) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
