"""Taking further due runs. A message costs more than a step: whoever has carried one run on looks for others.

What is taken counts as hinted at for a moment, so that neither the sweeper nor another worker comes to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from runs import clock, sweeping
from runs.lease import adapted
from runs.models import Run
from runs.nudges import FIRST_PAUSE
from runs.transactions import retried

SHARE_SECONDS: Final = 0.5  # then messages have their turn again, which may be of people who come first
_AT_ONCE: Final = 20
_TAKE: Final = """
UPDATE runs_run SET hint_at = %s
WHERE id IN (SELECT id FROM runs_run WHERE id IN ({ids}) AND wake_at <= %s AND hint_at <= %s{lock})
RETURNING id
"""

# Asked after every run, and mostly in vain: hence without the order of who comes first.
_IS_ANY: Final = """
SELECT 1 FROM runs_run WHERE wake_at <= {now} AND lease_until <= {now} AND hint_at <= {now} LIMIT 1
"""
_IS_ANY_BY_OUR_CLOCK: Final = _IS_ANY.format(now="%s")
_IS_ANY_BY_ITS_CLOCK: Final = _IS_ANY.format(now="statement_timestamp()")


def further(carry_on: Callable[[UUID], None], ends_at: float) -> int:
    """Carry on due runs that nobody was hinted at, in fair order, until then (monotonic); return how many."""
    count = 0
    while time.monotonic() < ends_at and (taken := retried(_take)):
        while taken and time.monotonic() < ends_at:
            carry_on(taken.pop(0))
            count += 1
        if taken:
            Run.objects.filter(pk__in=taken).update(hint_at=clock.now())
    return count


def _take() -> list[UUID]:
    """Return due runs that are this worker's to try, the first of each person first."""
    if not _is_any():
        return []
    now = clock.now()
    found = sweeping.unhinted(now, _AT_ONCE)
    return _mark(found, now) if found else []


def _is_any() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_IS_ANY_BY_ITS_CLOCK)
        else:
            cursor.execute(_IS_ANY_BY_OUR_CLOCK, [adapted("wake_at", clock.now())] * 3)
        return cursor.fetchone() is not None


def _mark(run_ids: list[UUID], now: datetime) -> list[UUID]:
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = _TAKE.format(ids=", ".join(["%s"] * len(run_ids)), lock=lock)
    values: list[Any] = [adapted("id", each) for each in run_ids]
    due_again, at = adapted("hint_at", now + FIRST_PAUSE), adapted("hint_at", now)
    with connection.cursor() as cursor:
        cursor.execute(statement, [due_again, *values, at, at])
        mine = {UUID(str(pk)) for (pk,) in cursor.fetchall()}
    return [each for each in run_ids if each in mine]
