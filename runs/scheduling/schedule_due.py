"""Which schedules are due. Apart from their firing, which loads more than most sites need (see `inputs`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from runs import clock
from runs.models import RunSchedule

OUR_FAULT: Final = "The last start failed by a fault of this site; its log says more."
PUT_OFF: Final = timedelta(minutes=1)
_AT_ONCE: Final = 50


def due() -> tuple[list[UUID], datetime | None]:
    """Return the schedules that are due, oldest first, and when the next one falls due."""
    now = clock.now()
    waiting = RunSchedule.objects.filter(next_at__isnull=False).order_by("next_at")
    first = list(waiting.values_list("pk", "next_at")[: _AT_ONCE + 1])
    late = [pk for pk, next_at in first if next_at and next_at <= now]
    coming = next((next_at for _, next_at in first if next_at and next_at > now), None)
    return late[:_AT_ONCE], coming if len(late) <= _AT_ONCE else now


def put_off(schedule_id: UUID, reason: str) -> None:
    """Let a schedule that is due be due again in a minute."""
    now = clock.now()
    late = RunSchedule.objects.filter(pk=schedule_id, next_at__lte=now)
    late.update(next_at=now + PUT_OFF, reason=reason)
