"""Starting a run: its row and its first event, which a worker then carries on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import orjson
from django.db import transaction

from flowlang import events, machine
from flowlang.events import Event
from flowlang.problems import JSON, FlowError
from flowlang.sizes import encode_within_limit
from library.models import FlowVersion
from runs import clock, journal
from runs.context import context_of
from runs.models import Run, RunRole
from runs.nudges import FIRST_PAUSE, hint
from wire.errors import FlowInputError
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
) -> Run:
    """Return a new run of `version`; its row, roles and first event are one transaction.

    body      the input, already validated against the version's input schema
    managers, monitors   principal URNs
    Raises    FlowInputError (400) when the body is larger than run data may be
    """
    try:
        text = encode_within_limit(body, "The input").decode()
    except FlowError as error:
        item: dict[str, JSON] = {"loc": ["$"], "msg": error.cause, "type": "InvalidActionInput"}
        raise FlowInputError([item], error.cause) from error
    now = clock.now()
    run = _new_run(version, owner, text, now)
    run.label, run.tags, run.notify_on = label, list(tags), list(notify_on)
    roles = {RunRole.MANAGER: managers, RunRole.MONITOR: monitors}
    first = Event(events.FLOW_STARTED, "The Flow Instance started execution", {"input": events.visible(body)})
    with transaction.atomic():
        run.save(force_insert=True)
        RunRole.objects.bulk_create(
            RunRole(run=run, role=role, principal=urn) for role in roles for urn in dict.fromkeys(roles[role])
        )
        journal.insert(run.pk, 1, [first], now)
        transaction.on_commit(lambda: hint(run.pk))
    return run


def _new_run(version: FlowVersion, owner: User, text: str, now: datetime) -> Run:
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
    )
