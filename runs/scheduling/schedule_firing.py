"""Starting what schedules have due. Each start is one short transaction with the step to the next time."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, QuerySet

from library.models import FlowVersion
from providers import hints
from runs import clock, failpoints, inputs, starting
from runs.models import Run, RunSchedule, ScheduledRun
from runs.scheduling import schedule_due, schedules
from runs.transactions import retried
from wire.errors import ApiError

logger = logging.getLogger(__name__)

PAUSED_TASK: Final = "runs.tasks.tell_of_paused_schedule"
_PASSING: Final = frozenset({409, 429, 503})  # too many runs at present, say: not the schedule's fault
_LONGEST_REASON: Final = 500


def fire(schedule_id: UUID) -> Run | None:
    """Start the run that is due, if it still is, and step to the next time to come.

    1. Look whether the owner may still start the flow and the input still fits; if not, pause and say so.
    2. In one transaction: step on, on condition that nobody else has, and insert the run.
    However many times were missed, one run makes up for them.
    """
    now = clock.now()
    found = RunSchedule.objects.select_related("flow", "owner").filter(pk=schedule_id, next_at__lte=now)
    schedule = found.first()
    if schedule is None or schedule.next_at is None:
        return None
    due_at = schedule.next_at
    try:
        version = schedules.startable(schedule.owner, schedule.flow_id)
        inputs.refuse_input(version, orjson.loads(schedule.input))
        return retried(lambda: _start(schedule, version, due_at, now))
    except ApiError as error:
        _stop(schedule, error)
        return None


def _start(schedule: RunSchedule, version: FlowVersion, due_at: datetime, now: datetime) -> Run | None:
    """A commit that broke off is harmless: done again, it finds that the schedule has stepped on."""
    with transaction.atomic():
        stepped = _as_read(schedule).update(
            next_at=schedules.following(schedule, now, started=1),
            runs_started=F("runs_started") + 1,
            reason="",
        )
        if not stepped:
            return None
        failpoints.reach("in_schedule")
        run = _started(schedule, version)
        ScheduledRun.objects.create(schedule=schedule, run=run, due_at=due_at)
        RunSchedule.objects.filter(pk=schedule.pk).update(last_run=run)
    failpoints.reach("after_schedule")
    return run


def _started(schedule: RunSchedule, version: FlowVersion) -> Run:
    return starting.start(
        version,
        schedule.owner,
        orjson.loads(schedule.input),
        label=schedule.label,
        tags=schedule.tags,
        managers=schedule.managers,
        monitors=schedule.monitors,
        notify_on=schedule.notify_on,
    )


def _as_read(schedule: RunSchedule) -> QuerySet[RunSchedule]:
    return RunSchedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at, edited_at=schedule.edited_at)


def _stop(schedule: RunSchedule, error: ApiError) -> None:
    """Pause the schedule, or put it off when the reason passes by itself."""
    reason = _reason(error)
    if error.status in _PASSING:
        schedule_due.put_off(schedule.pk, reason)
        return
    logger.warning("schedule %s: paused: %s", schedule.pk, error.code)
    if _as_read(schedule).update(next_at=None, paused_at=clock.now(), reason=reason):
        hints.send(PAUSED_TASK, str(schedule.pk))


def _reason(error: ApiError) -> str:
    """Return what is wrong in words, the first fault of a list among them."""
    first = error.detail[0] if isinstance(error.detail, list) and error.detail else None
    if first is None:
        return str(error)[:_LONGEST_REASON]
    place = first["loc"]
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{error} {where}: {first['msg']}"[:_LONGEST_REASON]
