"""When a schedule is due: instants computed from its rule. Pure: no clock, no database.

A rule speaks of local times in its zone. A local time that the zone skips (the clocks go forward) falls on
the first instant after the gap; one that comes twice (the clocks go back) counts once, the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from flowlang import timestamps

ONCE, INTERVAL, CRON = "once", "interval", "cron"
KINDS: Final = (ONCE, INTERVAL, CRON)
LEAST_INTERVAL_SECONDS: Final = 60
MOST_INTERVAL_SECONDS: Final = 366 * 86_400
LONGEST_CRON: Final = 100
PREVIEWED: Final = 5
_DAY_SECONDS: Final = 86_400
_SECOND: Final = timedelta(seconds=1)
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_LOCAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is due.

    start_at          once: the time itself; interval: the first time; cron: nothing before it
    interval_seconds  a whole number of days keeps the local time of day across a change of the clocks
    cron              minute, hour, day of month, month, day of week
    end_at            nothing after it
    """

    kind: str
    zone: str
    start_at: datetime
    interval_seconds: int = 0
    cron: str = ""
    end_at: datetime | None = None

    def after(self, instant: datetime) -> datetime | None:
        """Return the first due instant after `instant`, in UTC; None when there is none any more."""
        due_at = _AFTER[self.kind](self, instant)
        is_over = due_at is None or due_at > _LAST or (self.end_at is not None and due_at > self.end_at)
        return None if is_over else due_at

    def coming(self, instant: datetime, most: int = PREVIEWED) -> list[datetime]:
        """Return the next due instants after `instant`."""
        found: list[datetime] = []
        while len(found) < most and (due_at := self.after(found[-1] if found else instant)):
            found.append(due_at)
        return found


def zone_of(name: str) -> ZoneInfo:
    """Return the zone. Raises ValueError with a sentence when there is none of that name."""
    try:
        if not name or name.startswith(("/", ".")):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f'"{name[:60]}" is not a time zone. Use a name such as Europe/Berlin, America/Chicago or UTC.'
        ) from error


def read_cron(text: str) -> str:
    """Return the expression with single blanks. Raises ValueError with a sentence for a wrong one."""
    expression = " ".join(text.split())
    example = "For example, 30 2 * * 1-5 means 02:30 from Monday to Friday."
    if len(expression) > LONGEST_CRON:
        raise ValueError(f"The cron expression has more than {LONGEST_CRON} characters.")
    if len(expression.split(" ")) != 5:
        raise ValueError(
            f'"{expression}" is not a cron expression: it has five parts, which are minute, hour, '
            f"day of month, month and day of week. {example}"
        )
    try:
        CronSim(expression, datetime(2026, 1, 1))
    except (CronSimError, ValueError, AssertionError) as error:
        raise ValueError(f'"{expression}" is not a cron expression: {error}. {example}') from error
    return expression


def read_instant(text: str, zone: str) -> datetime:
    """Return the instant, in UTC. Raises ValueError with a sentence.

    text  with an offset, as in flowlang.timestamps; or YYYY-MM-DDThh:mm[:ss], a local time in `zone`
    """
    strange = f'"{text[:60]}" is not between the years {_FIRST.year} and {_LAST.year}.'
    try:
        instant = _local(text, zone) if _LOCAL.fullmatch(text) else timestamps.parse(text)
    except OverflowError as error:
        raise ValueError(strange) from error
    if not _FIRST <= instant < _LAST:
        raise ValueError(strange)
    return instant


def _local(text: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"{text}" does not exist: {error}.') from error
    return resolved(local, zone_of(zone))


def _once(rule: Rule, instant: datetime) -> datetime | None:
    return rule.start_at if rule.start_at > instant else None


def _interval(rule: Rule, instant: datetime) -> datetime | None:
    if rule.start_at > instant:
        return rule.start_at
    if rule.interval_seconds % _DAY_SECONDS:
        passed = (instant - rule.start_at) // timedelta(seconds=rule.interval_seconds)
        return rule.start_at + timedelta(seconds=rule.interval_seconds) * (passed + 1)
    return _days(rule, instant)


def _days(rule: Rule, instant: datetime) -> datetime | None:
    """Steps of local days. A day has 23 to 25 hours, so the estimate is one step off at most."""
    zone, step = zone_of(rule.zone), timedelta(seconds=rule.interval_seconds)
    first = rule.start_at.astimezone(zone).replace(tzinfo=None)
    number = (instant.astimezone(zone).replace(tzinfo=None) - first) // step
    candidates = (resolved(first + step * each, zone) for each in range(max(number, 1), number + 3))
    return next((each for each in candidates if each > instant), None)


def _cron(rule: Rule, instant: datetime) -> datetime | None:
    from_at = max(instant, rule.start_at - _SECOND)
    try:
        return next((due_at for due_at in _cron_times(rule, from_at) if due_at > from_at), None)
    except OverflowError:
        return None


def _cron_times(rule: Rule, from_at: datetime) -> Iterator[datetime]:
    """Every hour means every hour that passes; any other hour is a time on the wall."""
    zone = zone_of(rule.zone)
    local = from_at.astimezone(zone)
    if rule.cron.split(" ")[1] == "*":
        return (due_at.astimezone(UTC) for due_at in CronSim(rule.cron, local))
    # From a day before: a skipped time of yesterday evening may be due only today.
    naive = local.replace(tzinfo=None) - timedelta(days=1)
    return (resolved(due_at, zone) for due_at in CronSim(rule.cron, naive))


def resolved(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time: the end of the gap it falls into, the first of two."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    return _end_of_gap(local, local.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def _end_of_gap(local: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Halve the span between an instant before the change of the clocks and one after it, to the second."""
    low, high = 0, int((after - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (before + _SECOND * middle).astimezone(zone).replace(tzinfo=None) < local:
            low = middle + 1
        else:
            high = middle
    return before + _SECOND * low


_AFTER: Final = {ONCE: _once, INTERVAL: _interval, CRON: _cron}
