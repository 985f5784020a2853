"""Stopping a batch: the rows that wait are left out; runs under way go on, or are cancelled on demand."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from runs import clock
from runs.batching.batches import waiting
from runs.models import Batch, BatchRow, Run
from runs.nudges import nudge

LEFT_OUT: Final = "Left out: the batch was stopped before its turn."


@transaction.atomic
def stop(batch: Batch) -> int:
    """Start no more rows of it; return how many are left out."""
    Batch.objects.filter(pk=batch.pk).update(next_at=None, reason="")
    return waiting(batch).order_by().update(problem=LEFT_OUT)


@transaction.atomic
def go_on(batch: Batch) -> int:
    """Let the rows that were left out wait for their turn again; return how many."""
    count = left_out(batch).update(problem="")
    if count:
        Batch.objects.filter(pk=batch.pk).update(next_at=clock.now(), reason="")
    return count


def left_out(batch: Batch) -> QuerySet[BatchRow]:
    return batch.rows.filter(is_started=False, problem=LEFT_OUT)


def cancel_runs(batch: Batch) -> int:
    """Ask for each run to be cancelled that has not ended; return how many. A second click finds none."""
    ended = Q(status__in=Run.TERMINAL) | Q(cancel_requested=True)
    going = Run.objects.filter(batch_row__batch=batch).exclude(ended).values_list("pk", flat=True)
    return sum(nudge(run_id, cancel_requested=True) for run_id in list(going))
