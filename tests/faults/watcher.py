"""I10: who watches a run while it goes on sees a prefix of its log, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from tests.faults.tables import Entry, Tables

_NEWER = "SELECT seq, code, details FROM runs_runevent WHERE run_id = %s AND seq > %s ORDER BY seq"


class Watcher:
    """Reads of each run what is newer than what it has seen, as a socket does."""

    def __init__(self, tables: Tables, run_ids: list[str]) -> None:
        self._tables = tables
        self.seen: dict[str, list[tuple[int, str]]] = {run_id: [] for run_id in run_ids}

    def look(self) -> None:
        for run_id, entries in self.seen.items():
            after = entries[-1][0] if entries else 0
            rows = self._tables.ask(_NEWER, [UUID(run_id), after])
            entries.extend((seq, code) for seq, code, _ in rows)

    def differences(self, logs: dict[str, list[Entry]]) -> Iterator[str]:
        """Say of which runs something else was seen than what the log says now."""
        for run_id, entries in self.seen.items():
            log = [(entry.seq, entry.code) for entry in logs[run_id]]
            if entries != log[: len(entries)]:
                yield f"run {run_id}: I10 seen {entries}, now it is {log}"
