"""Where our own providers keep their actions: started once per request id, carried out under a lease."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from flowlang.problems import JSON
from providers import hints
from providers.models import EPOCH, Action
from providers.provider import ActionError, ActionRequest, ActionStatus
from wire.models import User
from wire.principals import IDENTITY_PREFIX, Caller, caller_of, flow_caller

logger = logging.getLogger(__name__)

RELEASE_AFTER: Final = "P30D"
FINISHED_TASK: Final = "runs.tasks.action_finished"
LONGEST_REQUEST_ID: Final = 255
_MOST_LOOKED_AT: Final = 1000


def start(
    provider_path: str,
    request: ActionRequest,
    caller: Caller,
    *,
    forget: frozenset[str] = frozenset(),
    ended: tuple[str, JSON] | None = None,
) -> tuple[Action, bool]:
    """Return the action of this request, and whether it is new.

    forget  members of the body that are not stored (credentials); they count for "same body" all the same
    ended   (status, details) of an action that ends as it starts
    Raises  ActionError("ActionConflict", status=409) when the id came before with another body
    """
    if not 0 < len(request.request_id) <= LONGEST_REQUEST_ID:
        raise ActionError(
            "BadActionRequest", f"request_id must have 1 to {LONGEST_REQUEST_ID} characters.", status=422
        )
    digest = hashlib.sha256(to_text(request.body, sort_keys=True).encode()).hexdigest()
    key = {"creator": caller.urn, "provider": provider_path, "request_id": request.request_id}
    try:
        with transaction.atomic():
            return Action.objects.create(**key, digest=digest, **_fields(request, forget, ended)), True
    except IntegrityError:
        action = Action.objects.get(**key)
    if action.digest != digest:
        raise ActionError(
            "ActionConflict",
            f'request_id "{request.request_id}" was used before with another body. Send a new id.',
            status=409,
        )
    return action, False


def _fields(request: ActionRequest, forget: frozenset[str], ended: tuple[str, JSON] | None) -> dict[str, Any]:
    now = timezone.now()
    status, details = ended or (Action.ACTIVE, {})
    return {
        "body": to_text({name: value for name, value in request.body.items() if name not in forget}),
        "label": (request.label or "")[:64],
        "monitor_by": list(request.monitor_by),
        "manage_by": list(request.manage_by),
        "status": status,
        "display_status": status,
        "details": to_text(details),
        "started_at": now,
        "completed_at": now if status in Action.TERMINAL else None,
    }


def is_repeat(provider_path: str, request_id: str, caller: Caller) -> bool:
    """Whether this caller has sent this request id to this provider before."""
    return Action.objects.filter(
        creator=caller.urn, provider=provider_path, request_id=request_id[: LONGEST_REQUEST_ID + 1]
    ).exists()


def find(action_id: str, provider_path: str, caller: Caller, *, to_manage: bool = False) -> Action:
    """Return an action that `caller` may see, or may cancel and release when `to_manage`.

    Raises ActionError("ActionNotFound", status=404), also for what the caller may not see
    """
    try:
        action = Action.objects.get(pk=UUID(action_id), provider=provider_path, released_at=None)
    except (ObjectDoesNotExist, ValueError) as error:
        raise _not_found(action_id) from error
    allowed = {action.creator, *action.manage_by, *([] if to_manage else action.monitor_by)}
    if not caller.is_superuser and allowed.isdisjoint(caller.principals | {caller.urn}):
        raise _not_found(action_id)
    return action


def visible(
    provider_path: str, caller: Caller, roles: frozenset[str], statuses: frozenset[str]
) -> list[Action]:
    """Return the newest actions in which `caller` has one of `roles`, at most 100."""
    found = Action.objects.filter(provider=provider_path, status__in=statuses, released_at=None)
    principals = caller.principals | {caller.urn}
    # The usual question. Of those about other roles, only the newest actions are looked at.
    if roles == {"creator_id"}:
        found = found.filter(creator__in=principals)
    rows = found.order_by("-started_at")[:_MOST_LOOKED_AT]
    return [action for action in rows if not principals.isdisjoint(_holders(action, roles))][:100]


def _holders(action: Action, roles: frozenset[str]) -> set[str]:
    holders = {"creator_id": [action.creator], "monitor_by": action.monitor_by, "manage_by": action.manage_by}
    return {urn for role in roles for urn in holders[role]}


def document(action: Action) -> ActionStatus:
    """Return the action status document (source: action-providers, ActionStatus)."""
    return {
        "action_id": str(action.pk),
        "status": action.status,
        "display_status": action.display_status,
        "creator_id": action.creator,
        "label": action.label or None,
        "monitor_by": action.monitor_by,
        "manage_by": action.manage_by,
        "start_time": _instant(action.started_at),
        "completion_time": _instant(action.completed_at) if action.completed_at else None,
        "release_after": RELEASE_AFTER,
        "details": json.loads(action.details),
    }


def body_of(action: Action) -> dict[str, Any]:
    """Return what the action was asked to do."""
    return cast("dict[str, Any]", json.loads(action.body))


def creator_of(action: Action) -> Caller:
    """Return on whose behalf the action acts, with the rights that they have now."""
    identity = action.creator.removeprefix(IDENTITY_PREFIX)
    user = User.objects.filter(pk=identity, is_active=True).first()
    return caller_of(user) if user else flow_caller(identity)


def claim(action_id: str | UUID, lease_seconds: float | None = None) -> Action | None:
    """Return the action to be carried out by whoever called, or None when it ended or somebody else does it.

    `lease_token` of the answer is the fencing token that every later write must show.
    """
    free = Action.objects.filter(pk=action_id, status=Action.ACTIVE, lease_until__lte=Now())
    with transaction.atomic():
        if not free.update(lease_token=F("lease_token") + 1, lease_until=_lease_end(lease_seconds)):
            return None
        return Action.objects.get(pk=action_id)


def renew(action_id: str | UUID, token: int, lease_seconds: float | None = None) -> bool:
    """Keep the lease; False when it is no longer ours: stop, and write nothing."""
    return _ours(action_id, token).update(lease_until=_lease_end(lease_seconds)) == 1


def let_go(action_id: str | UUID, token: int) -> None:
    """Give the lease back, so that the next try need not wait for its end."""
    _ours(action_id, token).update(lease_until=EPOCH)


def withdraw(action: Action, *, is_final: bool) -> None:
    """Take back the start of an action whose call ends in an error: nothing was done.

    is_final  asking again will not help: the row goes; otherwise the same request may come again at once
    """
    if is_final:
        _ours(action.pk, action.lease_token).delete()
    else:
        let_go(action.pk, action.lease_token)


def wait_for_person(action: Action, details: JSON) -> None:
    """Make an action INACTIVE that waits for a person to do something; its lease is given back."""
    _ours(action.pk, action.lease_token).update(
        status=Action.INACTIVE,
        display_status=Action.INACTIVE,
        details=to_text(details),
        lease_until=EPOCH,
    )


def reopen(action: Action) -> bool:
    """Let an INACTIVE action go on; False when somebody else did, or it is not INACTIVE."""
    waiting = Action.objects.filter(pk=action.pk, status=Action.INACTIVE)
    return waiting.update(status=Action.ACTIVE, display_status=Action.ACTIVE) == 1


def describe(action: Action, details: JSON) -> None:
    """Write what an action that nobody carries out yet is about to do."""
    Action.objects.filter(pk=action.pk, lease_token=0).update(details=to_text(details))


def progress(action_id: str | UUID, token: int, details: JSON, display_status: str = "ACTIVE") -> bool:
    """Write how far it is, and keep the lease; False when it is no longer ours."""
    written = _ours(action_id, token).update(
        details=to_text(details), display_status=display_status[:64], lease_until=_lease_end(None)
    )
    return written == 1


def is_cancelled(action_id: str | UUID, token: int) -> bool | None:
    """Whether somebody asked the action to stop; None when it is no longer ours."""
    return _ours(action_id, token).values_list("cancel_requested", flat=True).first()


@contextmanager
def kept_lease(action: Action) -> Iterator[None]:
    """Within, a small thread renews the lease, so that a single slow call (a large fsync) cannot lose it."""
    stop = threading.Event()
    arguments = (action.pk, action.lease_token, stop)
    thread = threading.Thread(target=_renew_until, args=arguments, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _renew_until(action_id: UUID, token: int, stop: threading.Event) -> None:
    while not stop.wait(settings.LEASE_SECONDS / 3):
        try:
            renew(action_id, token)
        except OperationalError as error:
            logger.warning("The lease of action %s could not be renewed: %s", action_id, error)
            connection.close()
    connection.close()


def finish(
    action_id: str | UUID,
    status: str,
    details: JSON,
    token: int | None = None,
    *,
    display_status: str = "",
    is_news: bool = True,
) -> bool:
    """End an action; False when it had ended already or is no longer ours.

    token    the fencing token, for actions carried out under a lease
    is_news  hint the run that waits for it; not needed while that run's own call is being answered
    """
    unfinished = Action.objects.filter(pk=action_id, status__in=Action.UNFINISHED)
    mine = unfinished if token is None else unfinished.filter(lease_token=token)
    with transaction.atomic():
        ended = mine.update(
            status=status,
            display_status=(display_status or status)[:64],
            details=to_text(details),
            completed_at=timezone.now(),
        )
        if ended and is_news:
            transaction.on_commit(lambda: hints.send(FINISHED_TASK, str(action_id)))
    return ended == 1


def hint_when_idle(action: Action, task_name: str, queue: str | None = None) -> None:
    """Ask for a worker when nobody holds the lease: how a killed worker's action is taken up again."""
    if action.status == Action.ACTIVE and action.lease_until <= timezone.now():
        hints.send(task_name, str(action.pk), queue=queue)


def request_cancel(action: Action) -> None:
    """Note that the action shall stop. Raises ActionError("ActionConflict", 409) when it has ended."""
    unfinished = Action.objects.filter(pk=action.pk, status__in=Action.UNFINISHED)
    if not unfinished.update(cancel_requested=True):
        raise ActionError("ActionConflict", f"Action {action.pk} has ended already.", status=409)


def release(action: Action) -> ActionStatus:
    """Forget a finished action: it answers no more. Its row stays, so that its request id stays used.

    Raises ActionError("ActionConflict", 409) when it has not ended
    """
    if action.status not in Action.TERMINAL:
        raise ActionError(
            "ActionConflict", f"Action {action.pk} has not ended yet; cancel it first.", status=409
        )
    Action.objects.filter(pk=action.pk).update(released_at=timezone.now())
    return document(action)


def _ours(action_id: str | UUID, token: int) -> QuerySet[Action]:
    return Action.objects.filter(pk=action_id, lease_token=token, status__in=Action.UNFINISHED)


def _lease_end(lease_seconds: float | None) -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS if lease_seconds is None else lease_seconds)


def _not_found(action_id: str) -> ActionError:
    return ActionError("ActionNotFound", f'There is no action "{action_id[:80]}" here.', status=404)


def to_text(value: JSON, *, sort_keys: bool = False) -> str:
    """Return `value` as the JSON text that is stored."""
    return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"))


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
