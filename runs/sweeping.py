"""Finding what is due: what hints missed, what a dead worker left, and whose time has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from runs import clock, failpoints
from runs.models import Run
from runs.nudges import FIRST_PAUSE, hint

OVERDUE: Final = timedelta(seconds=10)
LAST_PAUSE: Final = timedelta(seconds=60)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found.

    due      runs that are due and held by nobody, oldest first, as many as one sweep looks at
    overdue  those of them that have been so for longer than OVERDUE
    next_at  when the next run falls due, if one does
    """

    due: list[UUID]
    overdue: list[UUID]
    next_at: datetime | None


def sweep(limit: int = _AT_ONCE) -> Swept:
    """Hint at what is due and held by nobody, at growing intervals; return what that is."""
    now = clock.now()
    free = Run.objects.filter(wake_at__lte=now, lease_until__lte=now).order_by("wake_at")
    _hint_again(list(free.filter(hint_at__lte=now).only("wake_at")[:limit]), now)
    due = list(free.values_list("pk", flat=True)[:limit])
    overdue = list(free.filter(wake_at__lte=now - OVERDUE).values_list("pk", flat=True)[:limit])
    coming = Run.objects.filter(wake_at__gt=now).order_by("wake_at").values_list("wake_at", flat=True)
    return Swept(due, overdue, coming.first())


def _hint_again(due: list[Run], now: datetime) -> None:
    after: dict[timedelta, list[UUID]] = {}
    for run in due:
        after.setdefault(pause(now - (run.wake_at or now)), []).append(run.pk)
    for interval, run_ids in after.items():
        Run.objects.filter(pk__in=run_ids).update(hint_at=now + interval)
    if due:
        failpoints.reach("in_sweep")
    for run in due:
        hint(run.pk)


def pause(age: timedelta) -> timedelta:
    """Return 2, 4, 8 ... 60 s: a broker that was away must not find a message per run and second."""
    interval = FIRST_PAUSE
    while interval <= age and interval < LAST_PAUSE:
        interval *= 2
    return min(interval, LAST_PAUSE)
