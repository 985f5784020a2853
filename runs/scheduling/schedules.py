"""Schedules: made, changed, paused and resumed by people. What is due is started by `schedule_firing`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from flowlang.problems import JSON, FlowError
from flowlang.sizes import encode_within_limit
from library.access import flow_for
from library.models import FlowRole, FlowVersion
from library.publish import current_version
from runs import clock, secrets
from runs.inputs import refuse_input
from runs.metadata import Said
from runs.models import Run, RunRole, RunSchedule
from runs.scheduling.schedule_reading import Plan
from runs.scheduling.schedule_times import PREVIEWED, Rule
from wire.errors import Forbidden, NotFound, StateConflict, Unprocessable
from wire.models import User

MOST_PER_OWNER: Final = 200  # that are not over
Body = dict[str, JSON]


def create(owner: User, flow_id: UUID | str, plan: Plan, body: Body, said: Said) -> RunSchedule:
    """Return a new schedule. Raises NotFound, Forbidden, FlowInputError, StateConflict (409: too many)."""
    version = startable(owner, flow_id)
    text = _checked(version, body)
    _refuse_one_more(owner)
    now = clock.now()
    schedule = RunSchedule(
        flow=version.flow, owner=owner, input=text, next_at=plan.first_at, created_at=now, edited_at=now
    )
    usual = {"notify_on": [Run.INACTIVE]}
    for name, value in (usual | _columns(plan) | _said(said)).items():
        setattr(schedule, name, value)
    schedule.save(force_insert=True)
    return schedule


def _refuse_one_more(owner: User) -> None:
    """Raise StateConflict (409) when a person has as many schedules that are not over as there may be."""
    mine = RunSchedule.objects.filter(owner=owner).exclude(next_at=None, paused_at=None)
    if mine.count() >= MOST_PER_OWNER:
        raise StateConflict(
            f"You have {MOST_PER_OWNER} schedules that are not over, the most there may be. Delete one."
        )


def change(
    schedule: RunSchedule, said: Said, *, plan: Plan | None = None, body: Body | None = None
) -> RunSchedule:
    """Return the schedule with what is given changed; a paused one stays paused.

    plan  a new one starts its count of runs anew
    body  hidden members that it leaves out are kept: nobody can read them to send them again
    Raises  StateConflict (409) when one that was over would be one too many
    """
    changes = _said(said)
    if body is not None:
        kept = secrets.restored(body, orjson.loads(schedule.input))
        changes["input"] = _checked(startable(schedule.owner, schedule.flow_id), kept)
    if plan is not None:
        if schedule.status == RunSchedule.ENDED:
            _refuse_one_more(schedule.owner)
        next_at = None if schedule.paused_at else plan.first_at
        changes |= _columns(plan) | {"next_at": next_at, "runs_started": 0}
    return _store(schedule, **changes)


def pause(schedule: RunSchedule) -> RunSchedule:
    """Return the schedule, paused. Raises StateConflict (409) when it has ended."""
    if schedule.status == RunSchedule.ENDED:
        raise StateConflict(f"Schedule {schedule.pk} has ended: there is nothing to pause.")
    if schedule.paused_at is not None:
        return schedule
    return _store(schedule, next_at=None, paused_at=clock.now(), reason="")


def resume(schedule: RunSchedule) -> RunSchedule:
    """Return the schedule, active: next at its next time to come. What was due meanwhile is not made up for.

    Raises  StateConflict (409) when no time is to come; Forbidden, FlowInputError when it could not start
    """
    if schedule.paused_at is None and schedule.next_at is not None:
        return schedule
    next_at = following(schedule, clock.now())
    if next_at is None:
        raise StateConflict(f"Schedule {schedule.pk} is over: no time is left. Give it new times instead.")
    if schedule.status == RunSchedule.ENDED:
        _refuse_one_more(schedule.owner)
    _checked(startable(schedule.owner, schedule.flow_id), orjson.loads(schedule.input))
    return _store(schedule, next_at=next_at, paused_at=None, reason="")


def startable(owner: User, flow_id: UUID | str) -> FlowVersion:
    """Return what a start of the flow by `owner` would run. Raises NotFound, Forbidden."""
    if not owner.is_active:
        raise Forbidden(f"{owner.get_username()} has been deactivated and cannot start runs.")
    return current_version(flow_for(owner, flow_id, FlowRole.STARTER))


def rule_of(schedule: RunSchedule) -> Rule:
    return Rule(
        kind=schedule.kind,
        zone=schedule.zone,
        start_at=schedule.start_at,
        interval_seconds=schedule.interval_seconds,
        cron=schedule.cron,
        end_at=schedule.end_at,
    )


def following(schedule: RunSchedule, instant: datetime, *, started: int = 0) -> datetime | None:
    """Return when it is due after `instant`, once `started` more runs have been started; None: never."""
    if schedule.most_runs is not None and schedule.runs_started + started >= schedule.most_runs:
        return None
    return rule_of(schedule).after(instant)


def coming(schedule: RunSchedule) -> list[datetime]:
    """Return its next times, the very next first; [] while it is paused."""
    if schedule.next_at is None:
        return []
    left = None if schedule.most_runs is None else schedule.most_runs - schedule.runs_started
    return [schedule.next_at, *rule_of(schedule).coming(schedule.next_at, PREVIEWED - 1)][:left]


def previewed(plan: Plan) -> list[datetime]:
    """Return the first times of a plan."""
    return [plan.first_at, *plan.rule.coming(plan.first_at, PREVIEWED - 1)][: plan.most_runs]


def _checked(version: FlowVersion, body: Body) -> str:
    refuse_input(version, body)
    try:
        return encode_within_limit(body, "The input").decode()
    except FlowError as error:
        item: dict[str, JSON] = {"loc": ["body"], "msg": error.cause, "type": "value_error"}
        raise Unprocessable([item], error.cause) from error


def _columns(plan: Plan) -> dict[str, Any]:
    rule = plan.rule
    return {
        "kind": rule.kind,
        "zone": rule.zone,
        "start_at": rule.start_at,
        "interval_seconds": rule.interval_seconds,
        "cron": rule.cron,
        "end_at": rule.end_at,
        "most_runs": plan.most_runs,
    }


def _said(said: Said) -> dict[str, Any]:
    names = {RunRole.MANAGER: "managers", RunRole.MONITOR: "monitors"}
    return dict(said.values) | {names[role]: people for role, people in said.roles.items()}


def _store(schedule: RunSchedule, **changes: Any) -> RunSchedule:
    """Write only these columns: the sweeper may be writing others.

    Raises  NotFound when it was just deleted, StateConflict (409) when somebody else just changed it
    """
    changes["edited_at"] = clock.now()
    mine = RunSchedule.objects.filter(pk=schedule.pk)
    as_read = mine.filter(paused_at=schedule.paused_at, edited_at=schedule.edited_at)
    if not as_read.update(**changes):
        if not mine.exists():
            raise NotFound(f"Schedule {schedule.pk} has been deleted.")
        raise StateConflict(f"Schedule {schedule.pk} was changed just now. Look at it once more.")
    for name, value in changes.items():
        setattr(schedule, name, value)
    return schedule
