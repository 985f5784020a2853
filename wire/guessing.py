"""Guessing passwords: who was wrong too often is held back for a while; no password is looked at then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

PAUSE_SECONDS: Final = 300
MOST_AT_A_NAME: Final = 10  # from one address
MOST_FROM_AN_ADDRESS: Final = 50  # at any names


def is_held_back(request: HttpRequest, username: str) -> bool:
    """Whether too many wrong passwords came from this address lately, at this name or at all."""
    return any(cache.get(key, 0) >= most for key, most in _counts(request, username))


def note_wrong(request: HttpRequest, username: str) -> None:
    """Count a wrong password. Each web process counts for itself."""
    for key, _ in _counts(request, username):
        cache.set(key, cache.get(key, 0) + 1, PAUSE_SECONDS)


def _counts(request: HttpRequest, username: str) -> Iterator[tuple[str, int]]:
    """What is counted, and how much of it there may be. The address is the one that the web server saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    name = hashlib.sha256(username.encode()).hexdigest()
    yield f"wrong:{address}:{name}", MOST_AT_A_NAME
    yield f"wrong:{address}", MOST_FROM_AN_ADDRESS
