"""Which mails a run sent."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from providers.notification.models import SentMail


def mails_of(run_id: UUID | str, creators: Collection[str]) -> QuerySet[SentMail]:
    """Return the mails that a run sent, oldest first. Whoever may see the run may see them.

    creators   URNs of those in whose names the run acts: anybody else may use request ids that look like its
    """
    mine = SentMail.objects.filter(action__creator__in=creators)
    return mine.filter(action__request_id__startswith=f"{run_id}:").order_by("sent_at", "pk")
