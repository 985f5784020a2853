"""What a site's tables say, read without any of the site's own code."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

ENDED = ("SUCCEEDED", "FAILED")
LOST = (psycopg.Error, sqlite3.Error)
_RUN = (
    "id, status, state, visit, data, intent, last_seq, wake_at, lease_owner, lease_until, lease_token,"
    " completed_at, recoveries, attempts, hint_at"
)
# Every claim leaves a trace here, whoever makes it, and who held the run until then without giving it back.
_TRACE = {
    "sqlite": [
        "CREATE TABLE IF NOT EXISTS faults_claim (run_id TEXT, before INTEGER, after INTEGER, lost_by TEXT)",
        "CREATE TRIGGER IF NOT EXISTS faults_claimed AFTER UPDATE OF lease_token ON runs_run BEGIN"
        " INSERT INTO faults_claim VALUES (NEW.id, OLD.lease_token, NEW.lease_token, OLD.lease_owner); END",
    ],
    "postgresql": [
        "CREATE TABLE IF NOT EXISTS faults_claim (run_id UUID, before INTEGER, after INTEGER, lost_by TEXT)",
        "CREATE OR REPLACE FUNCTION faults_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO faults_claim VALUES (NEW.id, OLD.lease_token, NEW.lease_token, OLD.lease_owner);"
        " RETURN NULL; END $$",
        "CREATE OR REPLACE TRIGGER faults_claimed AFTER UPDATE OF lease_token ON runs_run"
        " FOR EACH ROW EXECUTE FUNCTION faults_note()",
    ],
}
_COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
    " WHERE t.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
}


class Entry(NamedTuple):
    """One row of the log."""

    seq: int
    time: datetime
    code: str
    details: dict[str, Any]


class Claim(NamedTuple):
    """The fencing token before and after a claim, and who had lost the run; "" when it was free."""

    before: int
    after: int
    lost_by: str


class Tables:
    """One database, sqlite:/// or postgres://; each question opens a connection of its own if need be."""

    def __init__(self, url: str) -> None:
        self.kind = "sqlite" if url.startswith("sqlite") else "postgresql"
        self._address = url.removeprefix("sqlite:///") if self.kind == "sqlite" else url
        self._local = threading.local()

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement by itself; %s stands for a value. A lost connection is made anew, once."""
        try:
            return self._ask(statement, values)
        except (psycopg.OperationalError, sqlite3.OperationalError):
            self._local.connection = None
            return self._ask(statement, values)

    def _ask(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        text = statement.replace("%s", "?") if self.kind == "sqlite" else statement
        cursor = self._connection().execute(text, [self._out(value) for value in values])
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def _connection(self) -> Any:
        found = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect()
            self._local.connection = found
        return found

    def _connect(self) -> Any:
        if self.kind == "sqlite":
            return sqlite3.connect(self._address, timeout=30, isolation_level=None)
        return psycopg.connect(self._address, autocommit=True, connect_timeout=5)

    def _out(self, value: Any) -> Any:
        if self.kind == "sqlite":
            return value.hex if isinstance(value, UUID) else value
        return value

    def trace_claims(self) -> None:
        for statement in _TRACE[self.kind]:
            self.ask(statement)

    def runs(self, run_ids: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return the rows of runs by id."""
        names = [name.strip() for name in _RUN.split(",")]
        rows = (dict(zip(names, row, strict=True)) for row in self.ask(f"SELECT {_RUN} FROM runs_run"))
        found = {str(UUID(str(row["id"]))): row for row in rows}
        return found if run_ids is None else {run_id: found[run_id] for run_id in run_ids}

    def unfinished(self, run_ids: Iterable[str]) -> set[str]:
        ended = self.ask("SELECT id FROM runs_run WHERE status IN ('SUCCEEDED', 'FAILED')")
        return set(run_ids) - {str(UUID(str(row[0]))) for row in ended}

    def logs(self, run_ids: Iterable[str]) -> dict[str, list[Entry]]:
        """Return the logs of runs, each in the order of its numbers."""
        found: dict[str, list[Entry]] = {run_id: [] for run_id in run_ids}
        rows = self.ask("SELECT run_id, seq, time, code, details FROM runs_runevent ORDER BY run_id, seq")
        for run_id, seq, at, code, details in rows:
            log = found.get(str(UUID(str(run_id))))
            if log is not None:
                log.append(Entry(seq, instant(at), code, json.loads(details)))
        return found

    def heads(self) -> dict[str, tuple[int, int, int]]:
        """Return count, lowest and highest number of each run's events."""
        rows = self.ask("SELECT run_id, COUNT(*), MIN(seq), MAX(seq) FROM runs_runevent GROUP BY run_id")
        return {str(UUID(str(run_id))): (count, low, high) for run_id, count, low, high in rows}

    def event_count(self) -> int:
        """Return how many events workers have written: a start writes the first."""
        return int(self.ask("SELECT COUNT(*) FROM runs_runevent WHERE seq > 1")[0][0])

    def claims(self, run_ids: Iterable[str]) -> dict[str, list[Claim]]:
        """Return the claims of each run."""
        found: dict[str, list[Claim]] = {run_id: [] for run_id in run_ids}
        for run_id, *claim in self.ask("SELECT run_id, before, after, lost_by FROM faults_claim"):
            mine = found.get(str(UUID(str(run_id))))
            if mine is not None:
                mine.append(Claim(*claim))
        return found

    def taken_over(self) -> int:
        """Return how many claims were of a run that somebody had lost."""
        return int(self.ask("SELECT COUNT(*) FROM faults_claim WHERE lost_by <> ''")[0][0])

    def places_of(self, text: str) -> set[str]:
        """Return the columns of all tables, as "table.column", that hold `text` somewhere."""
        find = "instr" if self.kind == "sqlite" else "strpos"
        query = f'SELECT 1 FROM "{{}}" WHERE {find}(CAST("{{}}" AS TEXT), %s) > 0 LIMIT 1'
        places = self.ask(_COLUMNS[self.kind])
        return {f"{table}.{name}" for table, name in places if self.ask(query.format(table, name), [text])}

    def definitions(self, run_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the definition that each run was started with."""
        rows = self.ask("SELECT r.id, r.version_id FROM runs_run r")
        versions = dict(self.ask("SELECT id, source FROM library_flowversion"))
        pinned = {str(UUID(str(run_id))): version for run_id, version in rows}
        parsed = {version: json.loads(source) for version, source in versions.items()}
        return {run_id: parsed[pinned[run_id]] for run_id in run_ids}


def instant(value: Any) -> datetime:
    """Return a stored instant, whichever way the database keeps it."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
