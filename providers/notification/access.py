"""Which mails a run sent."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from providers.notification.models import SentMail


def mails_of(run_id: UUID | str) -> QuerySet[SentMail]:
    """Return the mails that a run sent, oldest first. Whoever may see the run may see them."""
    return SentMail.objects.filter(action__request_id__startswith=f"{run_id}:").order_by("sent_at", "pk")
