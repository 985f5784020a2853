"""What the engine writes of a run: its row and its events, in one transaction.

On PostgreSQL that is one statement, hence one question and answer; on SQLite it is two plain ones.
The ORM would cost more than all the rest of a local state; it is used for everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction

from flowlang.events import Event
from runs import failpoints
from runs.lease import Hold, adapted
from runs.models import Run

_COLUMNS: Final = "run_id, seq, time, code, description, details"
_WISHES: Final = "nudges, cancel_requested, resume_requested"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people asked for while the run was held."""

    nudges: int
    cancel_requested: bool
    resume_requested: bool


def write(
    hold: Hold, changes: Mapping[str, Any], due_at: datetime | None, news: Sequence[Event]
) -> Wishes | None:
    """Write the changes and events of a held run; None, and nothing written, when it is no longer ours.

    changes   columns of the row by name, `last_event_at` among them
    due_at    when the run is due again; None when it has ended. A nudge that came meanwhile makes it due now
    Doing it again after a commit that broke off is harmless: the events are there, and they are ours.
    """
    changes = {**changes, "last_seq": hold.last_seq + len(news)}
    update, values = _update(hold, changes, due_at)
    if connection.vendor == "postgresql":
        wishes = _write_at_once(hold, update, values, news, changes["last_event_at"])
    else:
        wishes = _write_in_turn(hold, update, values, news, changes["last_event_at"])
    if wishes is None and news:
        return _written_before(hold, changes)
    return wishes


def _write_at_once(
    hold: Hold, update: str, values: list[Any], news: Sequence[Event], at: datetime
) -> Wishes | None:
    failpoints.reach("in_commit")
    if not news:
        return _wishes(f"{update} RETURNING {_WISHES}", values)
    rows = orjson.dumps(list(_rows(hold.last_seq + 1, news))).decode()
    return _wishes(
        f"WITH mine AS ({update} RETURNING id, {_WISHES}), news AS (INSERT INTO runs_runevent ({_COLUMNS})"
        " SELECT mine.id, (row->>0)::int, %s::timestamptz, row->>1, row->>2, row->>3"
        f" FROM mine, json_array_elements(%s::json) AS row) SELECT {_WISHES} FROM mine",
        [*values, adapted("last_event_at", at), rows],
    )


def _write_in_turn(
    hold: Hold, update: str, values: list[Any], news: Sequence[Event], at: datetime
) -> Wishes | None:
    with transaction.atomic():
        wishes = _wishes(f"{update} RETURNING {_WISHES}", values)
        if wishes is not None:
            insert(hold.run.pk, hold.last_seq + 1, news, at)
            failpoints.reach("in_commit")
    return wishes


def _wishes(statement: str, values: list[Any]) -> Wishes | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return Wishes(rows[0][0], bool(rows[0][1]), bool(rows[0][2])) if rows else None


def _update(hold: Hold, changes: Mapping[str, Any], due_at: datetime | None) -> tuple[str, list[Any]]:
    """Return the statement that changes the row, as far as its condition, and the values in it."""
    assignments = [f"{name} = %s" for name in changes]
    values = [adapted(name, value) for name, value in changes.items()]
    if due_at is None:
        assignments.append("wake_at = NULL")
    else:
        assignments.append("wake_at = CASE WHEN nudges = %s THEN %s ELSE %s END")
        values += [hold.nudges, adapted("wake_at", due_at), adapted("wake_at", hold.clock.now())]
    values += [adapted("id", hold.run.pk), hold.token, hold.run.lease_owner, hold.last_seq]
    condition = "WHERE id = %s AND lease_token = %s AND lease_owner = %s AND last_seq = %s"
    return f"UPDATE runs_run SET {', '.join(assignments)} {condition}", values


def _written_before(hold: Hold, changes: Mapping[str, Any]) -> Wishes | None:
    """Whether it was this very delivery that wrote, and only the news of the commit was lost."""
    written = {name: changes[name] for name in ("last_seq", "last_event_at")}
    mine = Run.objects.filter(pk=hold.run.pk, lease_token=hold.token, **written)
    row = mine.values_list("nudges", "cancel_requested", "resume_requested").first()
    return Wishes(*row) if row else None


def insert(run_id: UUID, first_seq: int, news: Sequence[Event], time: datetime) -> None:
    """Insert events, numbered from `first_seq`."""
    if not news:
        return
    run, at = adapted("id", run_id), adapted("last_event_at", time)
    values = [field for seq, *said in _rows(first_seq, news) for field in (run, seq, at, *said)]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(news))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO runs_runevent ({_COLUMNS}) VALUES {rows}", values)


def _rows(first_seq: int, news: Sequence[Event]) -> Iterator[tuple[int, str, str, str]]:
    """Events as rows, run and time apart."""
    for seq, event in enumerate(news, first_seq):
        yield seq, event.code, event.description, orjson.dumps(event.details).decode()
