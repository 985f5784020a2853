"""Making a run due: hints for workers, and nudges that reach it even while somebody holds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Least

from providers import hints
from runs import clock, failpoints
from runs.limits import FIRST
from runs.models import Run
from runs.transactions import retried

ADVANCE_TASK: Final = "runs.tasks.advance_run"
FIRST_PAUSE: Final = timedelta(seconds=2)


def hint(run_id: UUID, priority: int = FIRST) -> None:
    """Ask a worker to look at the run soon; call it after the commit."""
    hints.send(ADVANCE_TASK, str(run_id), priority=priority)
    failpoints.reach("after_hint")


def nudge(run_id: UUID, *, hinted: bool = True, at_visit: int | None = None, **wishes: Any) -> bool:
    """Make the run due now; False when it has ended, or is no longer at that visit.

    Whoever holds it meanwhile sees that `nudges` has grown and does not let it rest.
    """
    if not retried(lambda: _nudge(run_id, at_visit, wishes)):
        return False
    if hinted:
        transaction.on_commit(lambda: hint(run_id))
    return True


def _nudge(run_id: UUID, at_visit: int | None, wishes: dict[str, Any]) -> bool:
    now = clock.now()
    runs = Run.objects.filter(pk=run_id, wake_at__isnull=False)
    if at_visit is not None:
        runs = runs.filter(visit=at_visit)
    wake_at = Least(F("wake_at"), Value(now, output_field=DateTimeField()))
    changes = {"nudges": F("nudges") + 1, "wake_at": wake_at, "hint_at": now + FIRST_PAUSE}
    return runs.update(**changes, **wishes) == 1
