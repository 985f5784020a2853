"""Starting a run: its row and its first event, which a worker then carries on."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from django.db import IntegrityError, transaction

from flowlang import events, machine
from flowlang.events import Event
from flowlang.problems import JSON, FlowError
from flowlang.sizes import encode_within_limit
from library.models import FlowVersion
from runs import clock, journal, limits
from runs.context import context_of
from runs.models import SEMANTICS, Run, RunRole
from runs.nudges import FIRST_PAUSE, hint
from runs.transactions import retried
from wire.errors import FlowInputError, StateConflict
from wire.models import User


def start(
    version: FlowVersion,
    owner: User,
    body: dict[str, JSON],
    *,
    label: str = "",
    tags: Sequence[str] = (),
    managers: Sequence[str] = (),
    monitors: Sequence[str] = (),
    notify_on: Sequence[str] = (Run.INACTIVE,),
    request_id: str = "",
) -> Run:
    """Return a new run of `version`; its row, roles and first event are one transaction.

    body      the input, already validated against the version's input schema
    managers, monitors   principal URNs
    request_id   what the client calls its request; the same one again gives the run that it started before
    Raises    FlowInputError (400) when the body is larger than run data may be, TooManyRuns (409),
              StateConflict (409) when the request id came before with something else
    """
    if not version.is_readable:
        raise StateConflict(
            "The flow's definition cannot be read. Open it in the editor and publish it again."
        )
    try:
        text = encode_within_limit(body, "The input").decode()
    except FlowError as error:
        item: dict[str, JSON] = {"loc": ["$"], "msg": error.cause, "type": "InvalidActionInput"}
        raise FlowInputError([item], error.cause) from error
    run = new_run(version, owner, text, clock.now())
    run.label, run.tags, run.notify_on = label, list(tags), list(notify_on)
    roles = {RunRole.MANAGER: managers, RunRole.MONITOR: monitors}
    run.request_id = request_id
    run.request_digest = _digest(run, roles) if request_id else ""
    return _started_before(run) or _enter_once(run, roles, {"input": events.visible(body)})


def _enter_once(run: Run, roles: Mapping[str, Sequence[str]], details: dict[str, JSON]) -> Run:
    """Enter the run, unless the same request has done so at this very moment."""
    try:
        enter(run, roles, details)
    except IntegrityError:
        earlier = _started_before(run)
        if earlier is None:
            raise
        return earlier
    return run


def _digest(run: Run, roles: Mapping[str, Sequence[str]]) -> str:
    """What must be the same for a request to be the same."""
    people = [sorted(urns) for urns in roles.values()]
    said = [str(run.flow_id), orjson.loads(run.input), run.label, run.tags, run.notify_on, people]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _started_before(run: Run) -> Run | None:
    """Return the run that this request has started already. Raises StateConflict (409)."""
    if not run.request_id:
        return None
    earlier = Run.objects.filter(owner=run.owner_id, request_id=run.request_id).first()
    if earlier is not None and earlier.request_digest != run.request_digest:
        raise StateConflict(
            f'The request id "{run.request_id}" started run {earlier.pk} before, with another flow, input or '
            "description. Send a new id to start another run."
        )
    return earlier


def enter(run: Run, roles: Mapping[str, Sequence[str]], details: dict[str, JSON]) -> None:
    """Insert a new run, its roles and its first event in one transaction; hint at it after the commit.

    Raises  TooManyRuns (409) when its owner has as many as are allowed
    """
    first = Event(events.FLOW_STARTED, "The Flow Instance started execution", details)
    priority = limits.turn(limits.admit(run.owner_id))
    retried(lambda: _insert(run, roles, first, priority))


def _insert(run: Run, roles: Mapping[str, Sequence[str]], first: Event, priority: int) -> None:
    """Doing it again after a commit that broke off is harmless: the run is there, and it is ours."""
    try:
        _insert_rows(run, roles, first, priority)
    except IntegrityError:
        if not Run.objects.filter(pk=run.pk).exists():
            raise
        hint(run.pk, priority)


def _insert_rows(run: Run, roles: Mapping[str, Sequence[str]], first: Event, priority: int) -> None:
    with transaction.atomic():
        run.save(force_insert=True)
        RunRole.objects.bulk_create(
            RunRole(run=run, role=role, principal=urn) for role in roles for urn in dict.fromkeys(roles[role])
        )
        journal.insert(run.pk, 1, [first], run.started_at)
        transaction.on_commit(lambda: hint(run.pk, priority))


def new_run(version: FlowVersion, owner: User, text: str, now: datetime) -> Run:
    """Return the row, not yet stored, of a run that is about to begin with the input `text`."""
    run_id = uuid.uuid4()
    context = context_of(run_id, version.flow_id, owner, now)
    cursor = machine.begin(version.definition, None, context)
    return Run(
        id=run_id,
        flow_id=version.flow_id,
        version=version,
        owner=owner,
        started_at=now,
        input=text,
        data=text,
        context=orjson.dumps(context).decode(),
        state=cursor.state,
        last_seq=1,
        last_event_at=now,
        wake_at=now,
        hint_at=now + FIRST_PAUSE,
        semantics=SEMANTICS,
    )
