"""Query parameters as Globus clients send them: Python booleans, comma lists, empty meaning absent."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import QueryDict

from wire.errors import BadRequest

_MOST_PHRASES = 100  # each is a condition of its own, and databases bound how many those may be
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def texts(query: QueryDict, name: str) -> list[str]:
    """Return every value of a list parameter: comma-joined, repeated, or both; [] when absent or empty."""
    joined = ",".join(query.getlist(name))
    return [value.strip() for value in joined.split(",") if value.strip()]


def phrases(query: QueryDict, name: str) -> list[str]:
    """Return the values of a repeatable free-text parameter; a comma is part of one. Raises BadRequest."""
    values = [value.strip() for value in query.getlist(name) if value.strip()]
    if len(values) > _MOST_PHRASES:
        raise BadRequest(f"{name}: {len(values)} texts are given; at most {_MOST_PHRASES} are allowed.")
    return values


def text(query: QueryDict, name: str) -> str | None:
    """Return one value, or None when it is absent or empty."""
    return query.get(name, "").strip() or None


def choices(query: QueryDict, name: str, allowed: Collection[str]) -> list[str]:
    """Return a list parameter whose values must be in `allowed`. Raises BadRequest."""
    values = texts(query, name)
    for value in values:
        if value not in allowed:
            raise BadRequest(f'{name}: "{value}" is not one of {", ".join(sorted(allowed))}.')
    return values


def flag(query: QueryDict, name: str, default: bool = False) -> bool:
    """Return a boolean: true, false (in any case), 1 or 0. Raises BadRequest."""
    value = text(query, name)
    if value is None:
        return default
    if value.lower() not in _FLAGS:
        raise BadRequest(f'{name}: "{value}" is not a boolean; use true or false.')
    return _FLAGS[value.lower()]


def number(query: QueryDict, name: str, default: int, *, most: int) -> int:
    """Return a whole number from 1 to `most`. Raises BadRequest."""
    value = text(query, name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 9 or not 1 <= int(value) <= most:
        raise BadRequest(f'{name}: "{value[:20]}" is not a number from 1 to {most}.')
    return int(value)


def uuids(query: QueryDict, name: str, *, most: int = 100) -> list[UUID]:
    """Return a list of ids. Raises BadRequest."""
    values = texts(query, name)
    if len(values) > most:
        raise BadRequest(f"{name}: {len(values)} ids are given; at most {most} are allowed.")
    return [_uuid(name, value) for value in values]


def _uuid(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise BadRequest(f'{name}: "{value[:80]}" is not a UUID.') from error
