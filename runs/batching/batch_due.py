"""Which batches have rows that wait. Apart from their starting, which loads the validator (see `inputs`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from runs import clock
from runs.models import Batch

PUT_OFF: Final = timedelta(seconds=10)
_AT_ONCE: Final = 4


def due() -> tuple[list[UUID], datetime | None]:
    """Return the batches that are due, the longest first, and when the next one falls due."""
    waiting = Batch.objects.filter(next_at__isnull=False).order_by("next_at").values_list("pk", "next_at")
    now = clock.now()
    first = list(waiting[: _AT_ONCE + 1])
    late = [pk for pk, next_at in first if next_at and next_at <= now]
    coming = next((next_at for _, next_at in first if next_at and next_at > now), None)
    return late[:_AT_ONCE], coming


def put_off(batch_id: UUID, reason: str) -> None:
    """Let the rows that wait be looked at again in a while."""
    waiting = Batch.objects.filter(pk=batch_id, next_at__isnull=False)
    waiting.update(next_at=clock.now() + PUT_OFF, reason=reason[:500])
