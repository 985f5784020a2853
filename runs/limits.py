"""How much one person may have under way, and whose turn it is when there is more to do than hands."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from runs import clock
from runs.lease import adapted
from wire.errors import StateConflict

FIRST, USUAL, LAST = 0, 3, 9  # the broker's priorities: messages of a smaller one are taken first
_AT_ONCE: Final = 10


# Asked at every start: in plain SQL, for the ORM takes longer than the database does.
_COUNT: Final = (
    "SELECT count(*), count(CASE WHEN wake_at <= {now} THEN 1 END) FROM runs_run"
    " WHERE owner_id = %s AND wake_at IS NOT NULL"
)
_COUNT_BY_OUR_CLOCK: Final = _COUNT.format(now="%s")
_COUNT_BY_ITS_CLOCK: Final = _COUNT.format(now="statement_timestamp()")


class TooManyRuns(StateConflict):
    code = "TOO_MANY_RUNS"


def admit(owner_id: UUID) -> int:
    """Return how many runs of this person are due already. Raises TooManyRuns (409) at the limit."""
    unfinished, due = _unfinished(owner_id)
    most = settings.MAX_ACTIVE_RUNS + settings.MAX_WAITING_RUNS
    if unfinished >= most:
        raise TooManyRuns(
            f"You have {unfinished:,} runs that have not ended; at most {most:,} are allowed. "
            "Wait until some have ended, or cancel some."
        )
    return due


def _unfinished(owner_id: UUID) -> tuple[int, int]:
    """Return how many runs of this person have not ended, and how many of them are due."""
    owner = adapted("owner", owner_id)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_COUNT_BY_ITS_CLOCK, [owner])
        else:
            cursor.execute(_COUNT_BY_OUR_CLOCK, [adapted("wake_at", clock.now()), owner])
        unfinished, due = cursor.fetchone()
    return unfinished, due


def turn(due_before: int) -> int:
    """Return the priority of a run before which so many of the same person are due.

    A few runs of everybody come first; those beyond a person's most active runs wait for all others.
    """
    if due_before < _AT_ONCE:
        return FIRST
    return USUAL if due_before < settings.MAX_ACTIVE_RUNS else LAST
