"""What a viewer gets who has seen a run up to some event: the same for sockets and for polling."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from runs import access, documents
from runs.logs import log_pages
from runs.models import Run, RunEvent
from wire.errors import BadRequest, NotFound

MOST_ENTRIES: Final = 200
_MOST_SEQ: Final = 2**31 - 1


def sequence_number(text: str | None, name: str = "after") -> int:
    """Return the number of the last event seen, 0 for none. Raises BadRequest."""
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > _MOST_SEQ:
        raise BadRequest(f'{name}: "{text[:20]}" is not the number of an event; use 0 to see all.')
    return int(text)


@dataclass(slots=True)
class Batch:
    """A run and the events after some number, encoded once for all viewers with the same roles.

    last_seq   the number of the last event in it
    is_more    there are further events
    """

    run: Run
    entries: bytes
    last_seq: int
    is_more: bool
    newest: RunEvent | None
    people: dict[str, list[str]]
    _runs: dict[frozenset[str], bytes] = field(default_factory=dict)
    _messages: dict[frozenset[str], str] = field(default_factory=dict)

    def run_document(self, held: Collection[str]) -> bytes:
        """Return the run as JSON for a viewer with these roles."""
        key = frozenset(held)
        if key not in self._runs:
            self._runs[key] = orjson.dumps(documents.document(self.run, key, self.newest, self.people))
        return self._runs[key]

    def message(self, held: Collection[str]) -> str:
        """Return {"type": "events", "run": {...}, "entries": [...]} for a viewer with these roles."""
        key = frozenset(held)
        if key not in self._messages:
            run = self.run_document(key)
            text = b'{"type":"events","run":%b,"entries":%b}' % (run, self.entries)
            self._messages[key] = text.decode()
        return self._messages[key]


def read(run_id: UUID, after: int) -> Batch:
    """Return what there is after event `after`. Raises NotFound when the run has been deleted."""
    run = access.with_flow().filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"No Run exists with id value {run_id}.")
    rows = RunEvent.objects.filter(run=run_id, seq__gt=after, seq__lte=run.last_seq).order_by("seq")
    events = list(rows[: MOST_ENTRIES + 1])
    shown = log_pages.within(events[:MOST_ENTRIES], log_pages.MOST_BYTES)
    entries: list[dict[str, Any]] = [documents.entry(event) for event in shown]
    newest, people = documents.beside(run)
    return Batch(
        run=run,
        entries=orjson.dumps(entries),
        last_seq=shown[-1].seq if shown else after,
        is_more=len(events) > len(shown),
        newest=newest,
        people=people,
    )
