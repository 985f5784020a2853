"""How many runs were started when, and what became of them: the bars above the list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, QuerySet, TextField
from django.db.models.functions import Cast, Substr, TruncDay, TruncHour, TruncMinute

from runs.finding.tables import RunFacts

MOST_BARS: Final = 48
_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_WIDTHS: Final = [
    *(timedelta(minutes=count) for count in (1, 5, 15, 30, 60, 180, 360, 720)),
    *(timedelta(days=count) for count in (1, 2, 7, 14, 28, 91, 364)),
]
# How runs are counted when they are of so many days; of more, by day.
_UNITS: Final = [(timedelta(days=1), _MINUTE), (timedelta(days=20), _HOUR)]
_LETTERS: Final = {_DAY: 10, _HOUR: 13, _MINUTE: 16}  # of a time as SQLite keeps it
_TRUNCATED: Final = {_DAY: TruncDay, _HOUR: TruncHour, _MINUTE: TruncMinute}


@dataclass(frozen=True)
class Bar:
    """The runs that were started from `start` on and before `end`, by status."""

    start: datetime
    end: datetime
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.counts.total()


@dataclass(frozen=True)
class OverTime:
    """counts   runs by status, all in all"""

    bars: list[Bar]
    counts: Counter[str]

    @property
    def total(self) -> int:
        return self.counts.total()


def over_time(facts: QuerySet[RunFacts]) -> OverTime:
    """Return the runs in bars of equal width, at most MOST_BARS.

    1. Count them by day and status, in the database.
    2. When they are of few days, count them by hour or minute.
    3. Put what was counted into bars of the least width that suffices.
    """
    unit, counted = _DAY, _counted(facts, _DAY)
    if counted:
        span = max(counted) - min(counted)
        unit = next((fine for most, fine in _UNITS if span <= most), _DAY)
        counted = counted if unit == _DAY else _counted(facts, unit)
    whole: Counter[str] = Counter()
    for counts in counted.values():
        whole.update(counts)
    return OverTime(_bars(counted, unit), whole)


def _counted(facts: QuerySet[RunFacts], unit: timedelta) -> dict[datetime, Counter[str]]:
    grouped = facts.order_by().annotate(slot=_slot(unit)).values_list("slot", "status")
    found: dict[datetime, Counter[str]] = {}
    for slot, status, count in grouped.annotate(count=Count("pk")):
        found.setdefault(_instant(slot), Counter())[status] += count
    return found


def _slot(unit: timedelta) -> Any:
    if connection.vendor == "postgresql":
        return _TRUNCATED[unit]("started_at", tzinfo=UTC)
    # SQLite would call back into Python for each row.
    return Substr(Cast(F("started_at"), TextField()), 1, _LETTERS[unit])


def _instant(slot: str | datetime) -> datetime:
    instant = datetime.fromisoformat(slot) if isinstance(slot, str) else slot
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _bars(counted: dict[datetime, Counter[str]], unit: timedelta) -> list[Bar]:
    if not counted:
        return []
    first, last = min(counted), max(counted)
    wide_enough = (each for each in _WIDTHS if _number(last, each) - _number(first, each) < MOST_BARS)
    width = max(unit, next(wide_enough, _WIDTHS[-1]))
    start, count = _number(first, width), _number(last, width) - _number(first, width) + 1
    bars = [
        Bar(_MONDAY + number * width, _MONDAY + (number + 1) * width)
        for number in range(start, start + min(count, 10 * MOST_BARS))
    ]
    for instant, counts in counted.items():
        bars[min(_number(instant, width) - start, len(bars) - 1)].counts.update(counts)
    return bars


def _number(instant: datetime, width: timedelta) -> int:
    return (instant - _MONDAY) // width
