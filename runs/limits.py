"""How much one person may have under way, and whose turn it is when there is more to do than hands."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from runs import clock
from runs.models import Run
from wire.errors import StateConflict

FIRST, USUAL, LAST = 0, 3, 9  # the broker's priorities: messages of a smaller one are taken first
_AT_ONCE: Final = 10


class TooManyRuns(StateConflict):
    code = "TOO_MANY_RUNS"


def admit(owner_id: UUID) -> int:
    """Return how many runs of this person are due already. Raises TooManyRuns (409) at the limit."""
    mine = Run.objects.filter(owner=owner_id, wake_at__isnull=False)
    found = mine.aggregate(all=Count("pk"), due=Count("pk", filter=Q(wake_at__lte=clock.now())))
    most = settings.MAX_ACTIVE_RUNS + settings.MAX_WAITING_RUNS
    if found["all"] >= most:
        raise TooManyRuns(
            f"You have {found['all']:,} runs that have not ended; at most {most:,} are allowed. "
            "Wait until some have ended, or cancel some."
        )
    return int(found["due"])


def turn(due_before: int) -> int:
    """Return the priority of a run before which so many of the same person are due.

    A few runs of everybody come first; those beyond a person's most active runs wait for all others.
    """
    if due_before < _AT_ONCE:
        return FIRST
    return USUAL if due_before < settings.MAX_ACTIVE_RUNS else LAST
