"""Function calls: hinted, claimed, carried out in the sandbox, delivered. The row says what is due.

A call whose worker died is carried out again, at most MOST_TRIES times: functions run at least once.
Leases go by the database's clock: an endpoint's workers may stand on machines whose own clocks differ.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from providers import actions, folders, hints
from providers.compute import access, details, isolation, sandbox
from providers.compute.models import EPOCH, FunctionCall, queue_of
from providers.compute.policy import Folder
from providers.compute.sandbox import Call, Failure, Outcome
from providers.models import Action
from providers.provider import ActionError
from wire.principals import Caller

logger = logging.getLogger(__name__)

TASK: Final = "providers.compute.tasks.call_function"
MOST_TRIES: Final = 5
HINT_AGAIN_AFTER: Final = timedelta(seconds=10)
CANCELLED: Final = Failure("Cancelled", "The call was cancelled.")
LOST: Final = Failure(
    "WorkerLost", f"{MOST_TRIES} workers were lost while they ran this function; it is given up."
)
_MOST_HINTS: Final = 200

stopping = threading.Event()  # this worker is asked to end: running calls are handed back


def hint(*waiting: FunctionCall) -> None:
    """Ask workers of their endpoints to carry the calls out: one message each."""
    for call in waiting:
        hints.send(TASK, str(call.pk), queue=queue_of(call.endpoint_id))


def hint_idle(action: Action) -> None:
    """Hint again what nobody carries out: lost hints, and calls whose worker died."""
    waited = Q(hinted_at__lte=Now() - HINT_AGAIN_AFTER) | Q(
        status=FunctionCall.RUNNING, hinted_at__lt=F("lease_until")
    )
    idle = _unfinished(action.pk).filter(waited, lease_until__lte=Now()).order_by("position")[:_MOST_HINTS]
    for call in idle:
        FunctionCall.objects.filter(pk=call.pk).update(hinted_at=Now())
        hint(call)


def work(call_id: str | UUID) -> None:
    """Carry out a call, unless it has ended or somebody does."""
    call = claim(call_id)
    if call is None:
        return
    outcome = _outcome(call)
    if outcome.failure and outcome.failure.code == "Stopped":
        _after_a_stop(call)
    else:
        deliver(call, outcome)


def claim(call_id: str | UUID) -> FunctionCall | None:
    """Return the call, ours for a lease; its `lease_token` must be shown with every later write."""
    # Only columns of this table: what is joined is not looked at again after waiting for another claim.
    free = FunctionCall.objects.filter(pk=call_id, lease_until__lte=Now())
    with transaction.atomic():
        taken = free.exclude(status__in=FunctionCall.TERMINAL).update(
            status=FunctionCall.RUNNING,
            lease_token=F("lease_token") + 1,
            lease_until=_lease_end(),
            started_at=Now(),
        )
        if not taken:
            return None
        return FunctionCall.objects.select_related("action", "function", "endpoint").get(pk=call_id)


def deliver(call: FunctionCall, outcome: Outcome) -> bool:
    """Write how the call ended, and end its action with the last one; False when the call is not ours."""
    with transaction.atomic():
        # Two last calls must not each believe that the other is still running.
        Action.objects.select_for_update().get(pk=call.action_id)
        if not _write(_ours(call), outcome):
            return False
        end_action(call.action_id)
    return True


def end_action(action_id: UUID) -> None:
    """End the action if all its calls have ended. The caller holds the action's row."""
    if not _unfinished(action_id).exists():
        calls = list(FunctionCall.objects.filter(action=action_id).order_by("position"))
        status, display_status, said = details.outcome(calls)
        actions.finish(action_id, status, said, display_status=display_status)


def cancel_idle(action_id: UUID) -> None:
    """End the calls of a cancelled action that nobody carries out; the others stop within a second or two."""
    with transaction.atomic():
        Action.objects.select_for_update().get(pk=action_id)
        idle = _unfinished(action_id).filter(lease_until__lte=Now())
        _write(idle, Outcome(failure=CANCELLED))
        end_action(action_id)


def _outcome(call: FunctionCall) -> Outcome:
    if call.action.cancel_requested:
        return Outcome(failure=CANCELLED)
    caller = actions.creator_of(call.action)
    try:
        function = access.function_for(caller, call.function_id)
        if refusal := isolation.refusal(sandbox.level()):
            raise ActionError("IsolationMissing", refusal)
        if call.lease_token > MOST_TRIES:
            raise ActionError(LOST.code, LOST.description)
    except ActionError as error:
        return Outcome(failure=Failure(error.code, error.description))
    arguments = json.loads(call.arguments)
    to_run = Call(function.source, function.name, arguments["args"], arguments["kwargs"])
    return sandbox.run(to_run, folders_of(caller), go_on=_keeper(call))


def folders_of(caller: Caller) -> list[Folder]:
    """Return the folders that functions running for `caller` see."""
    return [Folder(path, writable) for path, writable in folders.mounts_for(caller)]


def _keeper(call: FunctionCall) -> Callable[[], bool]:
    """A function that says whether to go on, and renews the lease at a third of its length."""
    renewed_at = time.monotonic()

    def go_on() -> bool:
        nonlocal renewed_at
        if stopping.is_set():
            return False
        if time.monotonic() - renewed_at < settings.LEASE_SECONDS / 3:
            return True
        renewed_at = time.monotonic()
        return _renew(call)

    return go_on


def _renew(call: FunctionCall) -> bool:
    try:
        if _is_cancelled(call):
            return False
        return _ours(call).update(lease_until=_lease_end()) == 1
    except OperationalError as error:
        logger.warning("The lease of call %s could not be renewed: %s", call.pk, error)
        connection.close()
        return True


def _after_a_stop(call: FunctionCall) -> None:
    if _is_cancelled(call):
        deliver(call, Outcome(failure=CANCELLED))
    else:
        # Handed back by a worker that ends; whoever has it instead of us is not disturbed.
        _ours(call).update(status=FunctionCall.PENDING, lease_until=EPOCH, hinted_at=EPOCH)


def _is_cancelled(call: FunctionCall) -> bool:
    return Action.objects.filter(pk=call.action_id, cancel_requested=True).exists()


def _write(calls: QuerySet[FunctionCall], outcome: Outcome) -> int:
    failure = outcome.failure
    return calls.update(
        status=FunctionCall.FAILED if failure else FunctionCall.SUCCEEDED,
        result="" if failure else json.dumps(outcome.result, ensure_ascii=False),
        error=details.kept(failure) if failure else "",
        completed_at=timezone.now(),
    )


def _unfinished(action_id: UUID) -> QuerySet[FunctionCall]:
    return FunctionCall.objects.filter(action=action_id).exclude(status__in=FunctionCall.TERMINAL)


def _ours(call: FunctionCall) -> QuerySet[FunctionCall]:
    return _unfinished(call.action_id).filter(pk=call.pk, lease_token=call.lease_token)


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)
