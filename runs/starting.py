"""Starting a run: its row and its first event, which a worker then carries on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from flowlang import events, forms, machine
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
    run = new_run(version, owner, text, now)
    run.label, run.tags, run.notify_on = label, list(tags), list(notify_on)
    enter(run, {RunRole.MANAGER: managers, RunRole.MONITOR: monitors}, {"input": events.visible(body)})
    return run


def enter(run: Run, roles: Mapping[str, Sequence[str]], details: dict[str, JSON]) -> None:
    """Insert a new run, its roles and its first event in one transaction; hint at it after the commit."""
    first = Event(events.FLOW_STARTED, "The Flow Instance started execution", details)
    with transaction.atomic():
        run.save(force_insert=True)
        RunRole.objects.bulk_create(
            RunRole(run=run, role=role, principal=urn) for role in roles for urn in dict.fromkeys(roles[role])
        )
        journal.insert(run.pk, 1, [first], run.started_at)
        transaction.on_commit(lambda: hint(run.pk))


def refuse_input(version: FlowVersion, body: dict[str, Any]) -> None:
    """Raise FlowInputError when the flow's input schema does not allow `body`."""
    items = forms.validate(version.input_schema, body)
    if items:
        plural = "" if len(items) == 1 else "s"
        raise FlowInputError(items, f"Input failed schema validation with {len(items)} error{plural}.")


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
    )
