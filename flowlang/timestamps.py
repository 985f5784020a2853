"""Instants as the flow language writes them: RFC 3339 with an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from flowlang.problems import JSON

_SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?",
)
_EXAMPLE = "Write it like 2026-03-01T09:30:00Z."


def parse(text: str) -> datetime:
    """Return the instant that `text` names, as an aware datetime in UTC.

    text    YYYY-MM-DDThh:mm:ss, perhaps a fraction, then Z or +hh:mm; what is below a microsecond is cut off
    Raises  ValueError with a sentence that says what is wrong and what to write
    Source  Amazon States Language, "Timestamps" (RFC 3339, uppercase T and Z)
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text[:60]}" is not a timestamp. {_EXAMPLE}')
    *numbers, fraction, offset = match.groups()
    if offset is None:
        raise ValueError(f'"{text}" has no offset. Add Z for UTC, or an offset such as +02:00.')
    if numbers[5] == "60":
        raise ValueError(
            f'"{text}" is a leap second, which cannot be waited for. Write 59 or the next minute.'
        )
    year, month, day, hour, minute, second = map(int, numbers)
    try:
        zone = _zone(offset)
        micros = int((fraction or "")[:6].ljust(6, "0"))
        return datetime(year, month, day, hour, minute, second, micros, zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f'"{text}" does not exist: {error}. {_EXAMPLE}') from error


def text(at: datetime) -> str:
    """Return `at` as run documents and log entries write it: microseconds and +00:00."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def is_timestamp(value: JSON) -> bool:
    """Say whether `value` is text that `parse` understands."""
    return to_instant(value) is not None


def to_instant(value: JSON) -> datetime | None:
    """Return the instant that `value` names, or None when it is not a timestamp."""
    if not isinstance(value, str):
        return None
    try:
        return parse(value)
    except ValueError:
        return None


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(f"the offset {offset} is out of range")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(span if offset[0] == "+" else -span)
