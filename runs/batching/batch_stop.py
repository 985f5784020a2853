"""Stopping a batch: the rows that wait are left out; runs under way go on, or are cancelled on demand."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q

from runs.batching import batches
from runs.models import Batch, Run
from runs.nudges import nudge

LEFT_OUT: Final = "Left out: the batch was stopped before its turn."


@transaction.atomic
def stop(batch: Batch) -> int:
    """Start no more rows of it; return how many are left out."""
    Batch.objects.filter(pk=batch.pk).update(next_at=None, reason="")
    return batches.waiting(batch).order_by().update(problem=LEFT_OUT)


def go_on(batch: Batch) -> int:
    """Start the rows after all that were left out; return how many."""
    left_out = batch.rows.filter(is_started=False, problem=LEFT_OUT)
    return batches.started_after(batch, lambda: left_out.update(problem=""))


def cancel(batch: Batch) -> int:
    """Start no more rows, and ask for each run to be cancelled that has not ended; return how many.

    A second click finds none.
    """
    stop(batch)
    ended = Q(status__in=Run.TERMINAL) | Q(cancel_requested=True)
    going = Run.objects.filter(batch_row__batch=batch).exclude(ended).values_list("pk", flat=True)
    return sum(nudge(run_id, cancel_requested=True) for run_id in list(going))
