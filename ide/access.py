"""Who may see and change which drafts. Views get drafts only from here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from ide.models import Draft
from library.access import administered_by
from library.models import Flow
from wire.errors import NotFound
from wire.models import User


def reachable(user: User) -> QuerySet[Draft]:
    """Return the drafts that `user` may change: their own, and those of the flows that they administer."""
    own, shared = Q(flow=None, author=user), Q(flow__in=administered_by(user).values("pk"))
    return Draft.objects.filter(own | shared).select_related("flow", "author", "saved_by")


def drafts_of(user: User) -> QuerySet[Draft]:
    """Return the drafts that `user` has worked on, the last saved first; those of deleted flows are gone."""
    return reachable(user).filter(Q(author=user) | Q(saved_by=user)).order_by("-saved_at")


def draft_for(user: User, draft_id: UUID | str) -> Draft:
    """Return the draft when the user may change it. Raises NotFound."""
    draft = reachable(user).filter(pk=draft_id).first() if _is_id(draft_id) else None
    if draft is None:
        raise NotFound(f"You have no draft {draft_id}. It may have been published or discarded.")
    return draft


def draft_of_flow(user: User, flow: Flow) -> Draft | None:
    """Return what the flow's administrators have typed and not yet published, when `user` is one of them."""
    return reachable(user).filter(flow=flow).first()


def _is_id(value: UUID | str) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
