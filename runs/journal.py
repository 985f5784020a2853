"""What the engine writes of a run: its row and its events, by two plain statements in one transaction.

The ORM would cost more than all the rest of a local state; it is used for everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from flowlang.events import Event
from runs import failpoints
from runs.lease import Hold, adapted
from runs.models import Run


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
    last_seq = hold.last_seq + len(news)
    with transaction.atomic():
        wishes = _update(hold, {**changes, "last_seq": last_seq}, due_at)
        if wishes is None:
            return _written_before(hold, last_seq) if news else None
        insert(hold.run.pk, hold.last_seq + 1, news, changes["last_event_at"])
        failpoints.reach("in_commit")
    return wishes


def _update(hold: Hold, changes: Mapping[str, Any], due_at: datetime | None) -> Wishes | None:
    assignments = [f"{name} = %s" for name in changes]
    values = [adapted(name, value) for name, value in changes.items()]
    if due_at is None:
        assignments.append("wake_at = NULL")
    else:
        assignments.append("wake_at = CASE WHEN nudges = %s THEN %s ELSE %s END")
        values += [hold.nudges, adapted("wake_at", due_at), adapted("wake_at", hold.clock.now())]
    values += [adapted("id", hold.run.pk), hold.token, hold.last_seq]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE runs_run SET {', '.join(assignments)}"
            " WHERE id = %s AND lease_token = %s AND last_seq = %s"
            " RETURNING nudges, cancel_requested, resume_requested",
            values,
        )
        rows = cursor.fetchall()
    return Wishes(rows[0][0], bool(rows[0][1]), bool(rows[0][2])) if rows else None


def _written_before(hold: Hold, last_seq: int) -> Wishes | None:
    """Whether it was this very delivery that wrote, and only the news of the commit was lost."""
    mine = Run.objects.filter(pk=hold.run.pk, lease_token=hold.token, last_seq=last_seq)
    row = mine.values_list("nudges", "cancel_requested", "resume_requested").first()
    return Wishes(*row) if row else None


def insert(run_id: UUID, first_seq: int, news: Sequence[Event], time: datetime) -> None:
    """Insert events, numbered from `first_seq`."""
    if not news:
        return
    run, at = adapted("id", run_id), adapted("last_event_at", time)
    values: list[Any] = []
    for seq, event in enumerate(news, first_seq):
        values += [run, seq, at, event.code, event.description, orjson.dumps(event.details).decode()]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(news))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO runs_runevent (run_id, seq, time, code, description, details) VALUES {rows}", values
        )
