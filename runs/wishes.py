"""What people, and actions that have ended, ask of a run: noted in its row, carried out by a worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from flowlang.problems import JSON
from providers.models import Action
from runs import clock
from runs.models import Run, WebInput
from runs.nudges import nudge
from runs.questions import web_inputs
from runs.transactions import retried
from wire.errors import StateConflict
from wire.principals import Caller


def cancel(run: Run) -> None:
    """Ask for the run to be cancelled. Raises StateConflict (409) when it has ended."""
    _wish(run, "cancelled", cancel_requested=True)


def resume(run: Run) -> None:
    """Ask an INACTIVE run to go on, a waiting one to look early. Raises StateConflict (409) if it ended."""
    _wish(run, "resumed", **({"resume_requested": True} if run.status == Run.INACTIVE else {}))


def _wish(run: Run, done: str, **wishes: Any) -> None:
    if not nudge(run.pk, **wishes):
        status = Run.objects.filter(pk=run.pk).values_list("status", flat=True).first()
        raise StateConflict(f"Run {run.pk} has status '{status}': it has ended and cannot be {done}.")


def answer(web_input: WebInput, respondent: Caller, option: dict[str, JSON]) -> None:
    """Store the answer to a web input; its run goes on. Raises StateConflict (409) when it is closed."""
    at = clock.now()
    retried(lambda: _answer(web_input, respondent, option, at))


def _answer(web_input: WebInput, respondent: Caller, option: dict[str, JSON], at: datetime) -> None:
    with transaction.atomic():
        if not web_inputs.close(web_input, option, respondent.urn, at):
            raise StateConflict(f"Web input {web_input.pk} is closed: it was answered or its time is over.")
        if not nudge(web_input.run_id):
            raise StateConflict(f"Web input {web_input.pk} is closed: run {web_input.run_id} has ended.")


def wake_for(action_id: UUID) -> UUID | None:
    """Make the run due that waits for this action, before its next poll; return it, if there is one."""
    request_id = Action.objects.filter(pk=action_id).values_list("request_id", flat=True).first()
    run_id, _, visit = (request_id or "").rpartition(":")
    try:
        run, number = UUID(run_id), int(visit)
    except ValueError:
        return None
    return run if nudge(run, hinted=False, at_visit=number) else None
