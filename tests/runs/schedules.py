"""Schedules for the tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from library.models import Flow, FlowRole
from library.publish import create_flow
from runs import clock, metadata
from runs.models import RunSchedule
from runs.scheduling import schedules
from runs.scheduling.schedule_reading import read_plan
from tests.people import PASS, person, urn

DAILY = {"type": "cron", "expression": "0 9 * * *", "time_zone": "Europe/Berlin"}
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}}


def flow_of(schema: Any = SCHEMA) -> Flow:
    """A flow of Alice's that Bob may start, Carol see, and whose runs Dora manages."""
    roles = {
        FlowRole.STARTER: [urn("bob")],
        FlowRole.VIEWER: [urn("carol")],
        FlowRole.RUN_MANAGER: [urn("dora")],
    }
    return create_flow(person("alice"), "Nightly copy", json.dumps(PASS), json.dumps(schema), roles=roles)


def schedule_of(asked: dict[str, Any] = DAILY, owner: str = "bob", **more: Any) -> RunSchedule:
    flow, body = more.pop("flow", None) or flow_of(), more.pop("body", {"x": 1})
    return schedules.create(person(owner), flow.pk, read_plan(asked, clock.now()), body, metadata.read(more))


def make_due(schedule: RunSchedule, **ago: float) -> datetime:
    """Let the next time have come some time ago; return it."""
    due_at = clock.now() - timedelta(**(ago or {"seconds": 1}))
    RunSchedule.objects.filter(pk=schedule.pk).update(next_at=due_at)
    RunSchedule.objects.filter(pk=schedule.pk, kind=RunSchedule.ONCE).update(start_at=due_at)
    return due_at


def fresh(schedule: RunSchedule) -> RunSchedule:
    return RunSchedule.objects.get(pk=schedule.pk)


def later(days: int = 1) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
