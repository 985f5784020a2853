"""Schedules as the API and the pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from flowlang.events import visible
from runs.access import Person
from runs.models import RunSchedule
from runs.scheduling import schedule_access, schedules
from runs.scheduling.schedule_times import CRON, INTERVAL, ONCE
from wire.principals import identity_urn
from wire.timestamps import stamp

Document = dict[str, Any]
_UNITS: Final = ((604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def schedule_document(schedule: RunSchedule, user: Person) -> Document:
    """Return the schedule as `user` may see it, with its next times."""
    times = [stamp(each) for each in schedules.coming(schedule)]
    return {**schedule_documents([schedule], user)[0], "next_run_times": times}


def schedule_documents(page: Sequence[RunSchedule], user: Person) -> list[Document]:
    """Return a page of schedules, in a fixed number of queries."""
    rights = schedule_access.rights_of_all(user, page)
    return [_document(schedule, rights[schedule.pk]) for schedule in page]


def _document(schedule: RunSchedule, rights: Sequence[str]) -> Document:
    """Return the document; hidden members of the input are left out."""
    owner = identity_urn(schedule.owner_id)
    return {
        "schedule_id": str(schedule.pk),
        "flow_id": str(schedule.flow_id),
        "flow_title": schedule.flow.title,
        "schedule_owner": owner,
        "user_role": rights[0] if rights else None,
        "status": schedule.status,
        "reason": schedule.reason or None,
        "schedule": plan_document(schedule),
        "body": visible(orjson.loads(schedule.input)),
        "label": schedule.label or None,
        "tags": schedule.tags,
        "run_managers": schedule.managers,
        "run_monitors": schedule.monitors,
        "activity_notification_policy": {"status": schedule.notify_on},
        "next_run_time": stamp(schedule.next_at),
        "runs_started": schedule.runs_started,
        "last_run_id": str(schedule.last_run_id) if schedule.last_run_id else None,
        "created_timestamp": stamp(schedule.created_at),
        "edited_timestamp": stamp(schedule.edited_at),
    }


def plan_document(schedule: RunSchedule) -> Document:
    """Return when it starts runs, in the shape that `schedule_reading.read_plan` reads."""
    start = stamp(schedule.start_at)
    if schedule.kind == ONCE:
        return {"type": "once", "datetime": start, "time_zone": schedule.zone}
    rule: Document = {"type": "cron", "expression": schedule.cron}
    if schedule.kind == INTERVAL:
        rule = {"type": "recurring", "interval_seconds": schedule.interval_seconds}
    return {**rule, "start": start, "end": _end(schedule), "time_zone": schedule.zone}


def _end(schedule: RunSchedule) -> Document | None:
    if schedule.end_at is not None:
        return {"condition": "time", "datetime": stamp(schedule.end_at)}
    if schedule.most_runs is not None:
        return {"condition": "iterations", "iterations": schedule.most_runs}
    return None


def in_words(schedule: RunSchedule) -> str:
    """Return how often it starts runs: "once", "every 2 hours", "cron 0 9 * * 1-5"."""
    if schedule.kind == CRON:
        return f"cron {schedule.cron}"
    return every(schedule.interval_seconds) if schedule.kind == INTERVAL else "once"


def every(seconds: int) -> str:
    """Return "every 2 hours", in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    number = seconds // size
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"
