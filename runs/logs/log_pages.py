"""A run's log in pages, for a list that shows a window of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from django.db.models import Q

from flowlang.events import ACTION_POLLED, FLOW_STARTED
from runs import documents
from runs.models import Run, RunEvent

PAGE_ENTRIES: Final = 100
MOST_BYTES: Final = 1_000_000
MOST_BYTES_AT_FIRST: Final = 200_000
_TURNS: Final = Q(code__endswith="Started") | Q(code__endswith="Completed") | Q(code__endswith="Failed")
_LOOK_BACK: Final = 1_000


def page(run: Run, after: int) -> dict[str, Any]:
    """Return {"entries", "opened", "last_seq"}: the entries after a number, fewer when they are large.

    opened    the entry with which the run had entered the state it was in: {"time", "state_name"}, or None
    last_seq  the number of the last entry there is
    """
    rows = RunEvent.objects.filter(run=run.pk, seq__gt=after, seq__lte=run.last_seq).order_by("seq")
    return _document(run, within(rows[:PAGE_ENTRIES], MOST_BYTES))


def last_page(run: Run) -> dict[str, Any]:
    """Return the page with the newest entries, which is small enough to be part of the run's page."""
    rows = RunEvent.objects.filter(run=run.pk, seq__lte=run.last_seq).order_by("-seq")
    return _document(run, within(rows[:PAGE_ENTRIES], MOST_BYTES_AT_FIRST)[::-1])


def _document(run: Run, events: list[RunEvent]) -> dict[str, Any]:
    opened = _opened(run, events[0].seq - 1) if events else None
    entries = [documents.entry(event) for event in events]
    return {"entries": entries, "opened": opened, "last_seq": run.last_seq}


def within(events: Iterable[RunEvent], most_bytes: int) -> list[RunEvent]:
    """Return the first events, as many as are not too large together, but one at least."""
    found: list[RunEvent] = []
    size = 0
    for event in events:
        size += len(event.details)
        if found and size > most_bytes:
            break
        found.append(event)
    return found


def polls(run: Run) -> list[int]:
    """Return the numbers of the entries in which actions say how far they are; a list leaves them out."""
    rows = RunEvent.objects.filter(run=run.pk, code=ACTION_POLLED, seq__lte=run.last_seq)
    return list(rows.order_by("seq").values_list("seq", flat=True))


def _opened(run: Run, after: int) -> dict[str, str] | None:
    for last in range(after, 0, -_LOOK_BACK):
        some = RunEvent.objects.filter(_TURNS, run=run.pk, seq__gt=last - _LOOK_BACK, seq__lte=last)
        event = some.order_by("-seq").first()
        if event is not None:
            return _entered(event)
    return None


def _entered(event: RunEvent) -> dict[str, str] | None:
    if event.code == FLOW_STARTED or not event.code.endswith("Started"):
        return None
    name = orjson.loads(event.details).get("state_name", "")
    return {"time": event.time.isoformat(), "state_name": name}
