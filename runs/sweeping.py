"""Finding what is due: what hints missed, what a dead worker left, and whose time has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import Coalesce, RowNumber

from runs import clock, failpoints, limits
from runs.models import Run
from runs.nudges import FIRST_PAUSE, hint

OVERDUE: Final = timedelta(seconds=10)
LAST_PAUSE: Final = timedelta(seconds=60)
_AT_ONCE: Final = 500
_MOST_HINTS: Final = 50  # of one sweep; who takes them up takes up what else is due (`taking`)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found.

    due      runs that are due and held by nobody, as many as one sweep looks at: first the oldest of each
             person, then the second oldest of each, and so on
    overdue  those of them that have been so for longer than OVERDUE
    next_at  when the next run falls due, if one does
    more     whether there are more to hint at than one sweep does
    """

    due: list[UUID]
    overdue: list[UUID]
    next_at: datetime | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """A due run, held by nobody since then; `turn` counts those of the same person from 1, oldest first."""

    run_id: UUID
    since: datetime
    hint_at: datetime
    turn: int


def sweep(limit: int = _AT_ONCE) -> Swept:
    """Hint at what is due and held by nobody, at growing intervals; return what that is."""
    now = clock.now()
    found = _due(now, limit)
    silent = [each for each in found if each.hint_at <= now]
    _hint_again(silent[:_MOST_HINTS], now)
    coming = Run.objects.filter(wake_at__gt=now).order_by("wake_at").values_list("wake_at", flat=True)
    return Swept(
        due=[each.run_id for each in found],
        overdue=[each.run_id for each in found if each.since <= now - OVERDUE],
        next_at=coming.first(),
        more=len(silent) > _MOST_HINTS,
    )


def unhinted(now: datetime, limit: int) -> list[UUID]:
    """Return runs that are due, held by nobody and hinted to nobody: the first of each person first."""
    return [each.run_id for each in _due(now, limit, hint_at__lte=now)]


def _due(now: datetime, limit: int, **conditions: Any) -> list[_Due]:
    # Were it the plain column, SQLite would go through all that wait, owner by owner, by another index.
    owner = Coalesce(F("owner_id"), F("owner_id"))
    number = Window(RowNumber(), partition_by=owner, order_by=F("wake_at").asc())
    free = Run.objects.filter(wake_at__lte=now, lease_until__lte=now, **conditions).annotate(turn=number)
    rows = free.order_by("turn", "wake_at").values_list("pk", "wake_at", "lease_until", "hint_at", "turn")
    return [_Due(pk, max(at or now, until), hint_at, turn) for pk, at, until, hint_at, turn in rows[:limit]]


def _hint_again(due: list[_Due], now: datetime) -> None:
    after: dict[timedelta, list[UUID]] = {}
    for each in due:
        after.setdefault(pause(now - each.since), []).append(each.run_id)
    for interval, run_ids in after.items():
        # One that has come on since it was found, and rests, is to be hinted at as soon as it is due.
        as_found = Run.objects.filter(pk__in=run_ids, wake_at__lte=now, hint_at__lte=now)
        as_found.update(hint_at=now + interval)
    if due:
        failpoints.reach("in_sweep")
    for each in due:
        hint(each.run_id, limits.turn(each.turn - 1))


def pause(age: timedelta) -> timedelta:
    """Return 2, 4, 8 ... 60 s: a broker that was away must not find a message per run and second."""
    interval = FIRST_PAUSE
    while interval <= age and interval < LAST_PAUSE:
        interval *= 2
    return min(interval, LAST_PAUSE)
