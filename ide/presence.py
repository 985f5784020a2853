"""Who else has the editor of a flow open, and what they have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from flowlang.definition import parse
from flowlang.merging import changed_parts
from ide.access import draft_of_flow
from ide.models import Presence
from library.models import Flow
from wire.errors import BadRequest
from wire.models import User

GONE_AFTER: Final = timedelta(seconds=40)
MOST_WINDOWS: Final = 50


def seen(flow: Flow, author: User, window: str, state: str) -> None:
    """Note that a window is open. Raises BadRequest."""
    if not window or len(window) > 36:
        raise BadRequest('"window" must be an id of at most 36 characters.')
    Presence.objects.update_or_create(
        flow=flow, author=author, window=window, defaults={"state": state[:255], "seen_at": timezone.now()}
    )


def left(flow: Flow, author: User, window: str) -> None:
    Presence.objects.filter(flow=flow, author=author, window=window).delete()


def others(flow: Flow, author: User, window: str) -> list[dict[str, Any]]:
    """Return who else is there: {"name", "state", "is_me", "changed"}, one entry a person."""
    alive = Presence.objects.filter(flow=flow, seen_at__gt=timezone.now() - GONE_AFTER)
    rows = alive.exclude(author=author, window=window).select_related("author").order_by("-seen_at")
    found: dict[Any, dict[str, Any]] = {}
    for row in rows[:MOST_WINDOWS]:
        is_me = row.author_id == author.pk
        if row.author_id not in found:
            changed = [] if is_me else changed_states(row.author, flow)
            name = row.author.get_username()
            found[row.author_id] = {"name": name, "state": row.state, "is_me": is_me, "changed": changed}
    return list(found.values())


def changed_states(author: User, flow: Flow) -> list[str]:
    """Return the states that the draft of `author` has otherwise than the version it began with."""
    draft = draft_of_flow(author, flow)
    version = flow.versions.filter(number=draft.base).first() if draft else None
    if draft is None or version is None:
        return []
    parts = changed_parts(version.definition, version.definition, parse(draft.source).value)
    return [str(part.loc[1]) for part in parts if part.loc[:1] == ("States",) and len(part.loc) > 1]
