"""The database's clock. Leases and due times are compared across machines, whose own clocks may differ."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """Return the database's present instant; an embedded database has the clock of its machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast("datetime", cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Clock:
    """The database's clock, read once and carried on by this machine's monotonic one."""

    read_at: datetime
    monotonic: float

    def now(self) -> datetime:
        return self.read_at + timedelta(seconds=time.monotonic() - self.monotonic)


def read() -> Clock:
    """Return the database's clock as it stands now."""
    return Clock(now(), time.monotonic())
