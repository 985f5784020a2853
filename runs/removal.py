"""Deleting a run that has ended, with its log: the only way in which events ever go."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from runs.models import Run, RunRemoval


@transaction.atomic
def remove(run_id: UUID) -> bool:
    """Delete the run and all that belongs to it; False when it is not there or has not ended."""
    RunRemoval.objects.create(run_id=run_id)
    _, deleted = Run.objects.filter(pk=run_id, status__in=Run.TERMINAL).delete()
    RunRemoval.objects.filter(run_id=run_id).delete()
    return deleted.get("runs.Run", 0) == 1
