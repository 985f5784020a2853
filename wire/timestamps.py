"""Instants as Globus clients read them."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(instant: datetime | None) -> str | None:
    """Return `instant` in UTC with microseconds and +00:00, e.g. "2026-03-01T11:22:33.456789+00:00".

    Source  rest-api, Transport conventions: older clients cannot read a trailing "Z"
    """
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="microseconds")
