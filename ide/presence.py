"""Who else has the editor of a flow open, and where they are in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from ide.models import Presence
from library.models import Flow
from wire.errors import BadRequest
from wire.models import User

GONE_AFTER: Final = timedelta(seconds=40)
MOST_WINDOWS: Final = 50


def seen(flow: Flow, author: User, window: str, state: str) -> None:
    """Note that a window is open, and forget those that went without a word. Raises BadRequest."""
    if not window or len(window) > 36:
        raise BadRequest('"window" must be an id of at most 36 characters.')
    now = timezone.now()
    _, is_new = Presence.objects.update_or_create(
        flow=flow, author=author, window=window, defaults={"state": state[:255], "seen_at": now}
    )
    if is_new:
        Presence.objects.filter(flow=flow, seen_at__lt=now - GONE_AFTER).delete()


def left(flow: Flow, author: User, window: str) -> None:
    Presence.objects.filter(flow=flow, author=author, window=window).delete()


def others(flow: Flow, author: User, window: str) -> list[dict[str, Any]]:
    """Return who else is there: {"name", "state", "is_me"}, one entry a person."""
    alive = Presence.objects.filter(flow=flow, seen_at__gt=timezone.now() - GONE_AFTER)
    rows = alive.exclude(author=author, window=window).select_related("author").order_by("-seen_at")
    found: dict[Any, dict[str, Any]] = {}
    for row in rows[:MOST_WINDOWS]:
        told = {"name": row.author.get_username(), "state": row.state, "is_me": row.author_id == author.pk}
        found.setdefault(row.author_id, told)
    return list(found.values())
