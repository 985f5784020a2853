"""Schedules as they are served: once per due time, with the owner's rights, or paused with a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from library.models import FlowRole
from library.publish import delete, publish
from providers import hints
from runs import clock, engine, inputs, starting, tasks
from runs.metadata import Said
from runs.models import Run, RunRole, RunSchedule, ScheduledRun
from runs.scheduling import schedule_due, schedule_firing, schedules
from runs.scheduling.schedule_reading import read_plan
from runs.sweeper import Sweeper
from tests.people import PASS, person, urn
from tests.runs.schedules import DAILY, SCHEMA, flow_of, fresh, later, make_due, schedule_of
from wire.errors import ApiError, FlowInputError, Forbidden, NotFound, StateConflict

pytestmark = pytest.mark.django_db
HOURLY = {"type": "recurring", "interval_seconds": 3600}


def served() -> list[Run]:
    Sweeper().tick()
    return list(Run.objects.order_by("started_at"))


def test_the_sweeper_starts_what_is_due_with_all_that_was_said():
    more = {"label": "night", "tags": ["a"], "run_managers": [urn("carol")], "run_monitors": [urn("dora")]}
    schedule = schedule_of(HOURLY, body={"x": 7, "_private_key": "s"}, **more)
    (run,) = served()
    assert (run.owner, run.label, run.tags, run.notify_on) == (person("bob"), "night", ["a"], ["INACTIVE"])
    assert json.loads(run.input) == {"x": 7, "_private_key": "s"}
    roles = dict(RunRole.objects.values_list("role", "principal"))
    assert roles == {"run_manager": urn("carol"), "run_monitor": urn("dora")}
    assert fresh(schedule).last_run == run and fresh(schedule).runs_started == 1
    engine.work(run.pk)
    assert Run.objects.get().status == Run.SUCCEEDED


def test_nothing_is_started_early_and_nothing_twice():
    schedule = schedule_of({"type": "once", "datetime": later()})
    assert served() == []
    make_due(schedule)
    assert len(served()) == 1
    assert len(served()) == 1
    assert fresh(schedule).status == RunSchedule.ENDED


def test_the_sweeper_sleeps_no_longer_than_until_the_next_time():
    schedule = schedule_of({"type": "once", "datetime": later()})
    RunSchedule.objects.filter(pk=schedule.pk).update(next_at=clock.now() + timedelta(seconds=0.4))
    assert 0.05 <= Sweeper().tick() <= 0.4


def test_what_was_missed_runs_once_and_then_at_the_next_time():
    schedule = schedule_of(HOURLY)
    RunSchedule.objects.update(start_at=clock.now() - timedelta(days=3, minutes=5))
    due_at = make_due(schedule, days=2, minutes=5)
    assert len(served()) == 1 and len(served()) == 1
    assert ScheduledRun.objects.get().due_at == due_at
    wait = fresh(schedule).next_at - clock.now()
    assert timedelta(minutes=54) < wait < timedelta(minutes=56)


def test_a_count_ends_a_schedule():
    schedule = schedule_of(HOURLY | {"end": {"condition": "iterations", "iterations": 2}})
    served()
    make_due(schedule)
    assert len(served()) == 2
    assert fresh(schedule).status == RunSchedule.ENDED


def test_an_end_ends_a_schedule():
    schedule = schedule_of(HOURLY | {"end": {"condition": "time", "datetime": later()}})
    RunSchedule.objects.update(end_at=clock.now() + timedelta(minutes=20))
    served()
    assert fresh(schedule).status == RunSchedule.ENDED


def test_two_sweepers_start_one_run():
    schedule = schedule_of(HOURLY)
    version = schedules.startable(schedule.owner, schedule.flow_id)
    now = clock.now()
    first = schedule_firing._start(schedule, version, schedule.next_at, now)
    assert first and schedule_firing._start(schedule, version, schedule.next_at, now) is None
    assert Run.objects.count() == 1


def test_a_start_that_breaks_off_leaves_the_time_due(monkeypatch):
    schedule = schedule_of(HOURLY)
    monkeypatch.setattr(starting, "start", lambda *_, **__: 1 / 0)
    due_at = fresh(schedule).next_at
    with pytest.raises(ZeroDivisionError):
        schedule_firing.fire(schedule.pk)
    assert not Run.objects.exists()
    assert (fresh(schedule).next_at, fresh(schedule).runs_started) == (due_at, 0)
    monkeypatch.undo()
    assert len(served()) == 1


def test_a_fault_of_ours_puts_a_schedule_off_and_hurts_no_other(monkeypatch, caplog):
    broken, other = schedule_of(HOURLY, body={"x": 1}), schedule_of(HOURLY, body={"x": 2})
    make_due(broken, hours=1)
    start = starting.start

    def startled(version, owner, body, **said):
        return 1 / 0 if body == {"x": 1} else start(version, owner, body, **said)

    monkeypatch.setattr(starting, "start", startled)
    assert [json.loads(run.input) for run in served()] == [{"x": 2}]
    assert fresh(broken).next_at > clock.now() and "fault of this site" in fresh(broken).reason
    assert fresh(other).reason == "" and "could not be served" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_tells_lies_starts_one_run(monkeypatch):
    schedule = schedule_of(HOURLY)
    real, lies = schedule_firing._start, [True]

    def lying(*arguments):
        run = real(*arguments)
        if lies and lies.pop():
            raise OperationalError("the connection broke after the commit")
        return run

    monkeypatch.setattr(schedule_firing, "_start", lying)
    monkeypatch.setattr(
        "runs.transactions.connection", type("C", (), {"in_atomic_block": False, "close": id})()
    )
    monkeypatch.setattr("runs.transactions.connection.close", lambda: None)
    schedule_firing.fire(schedule.pk)
    assert Run.objects.count() == 1


# --- rights and input, at each start


def paused(schedule: RunSchedule) -> str:
    """Serve; return the reason for the pause, after a look at the mail about it."""
    mail.outbox.clear()
    with hints.inline():
        Sweeper().tick()
        Sweeper().tick()
    row = fresh(schedule)
    assert (row.status, row.next_at, Run.objects.count()) == (RunSchedule.PAUSED, None, 0)
    (told,) = mail.outbox
    assert told.to == ["bob@example.org"] and row.reason in told.body
    return row.reason


def test_an_owner_who_may_no_longer_start_the_flow_is_told_and_the_schedule_paused():
    schedule = schedule_of(HOURLY)
    FlowRole.objects.filter(role=FlowRole.STARTER).update(role=FlowRole.VIEWER)
    assert "flow_starter" in paused(schedule)


def test_a_schedule_of_a_deleted_flow_is_paused():
    schedule = schedule_of(HOURLY)
    delete(schedule.flow)
    assert "No Flow exists" in paused(schedule)


def test_a_deactivated_owner_starts_nothing():
    schedule = schedule_of(HOURLY)
    bob = person("bob")
    bob.is_active = False
    bob.save()
    assert "bob has been deactivated" in paused(schedule)


def test_an_input_that_no_longer_fits_pauses_the_schedule_with_the_reason():
    schedule = schedule_of(HOURLY)
    changed = SCHEMA | {"properties": {"x": {"type": "string"}}}
    publish(schedule.flow, json.dumps(PASS), json.dumps(changed), person("alice"))
    assert "$.x: 1 is not of type 'string'" in paused(schedule)


def test_a_reason_that_passes_puts_the_start_off(monkeypatch):
    def refuse(*_, **__):
        raise StateConflict("You have 100 active runs.")

    schedule = schedule_of(HOURLY)
    monkeypatch.setattr(starting, "start", refuse)
    assert served() == []
    row = fresh(schedule)
    assert row.status == RunSchedule.ACTIVE and row.reason == "You have 100 active runs."
    assert timedelta(seconds=50) < row.next_at - clock.now() <= timedelta(seconds=60)
    monkeypatch.undo()
    make_due(schedule)
    assert len(served()) == 1 and fresh(schedule).reason == ""


def test_the_newest_version_is_run():
    schedule = schedule_of(HOURLY)
    publish(schedule.flow, json.dumps(PASS | {"Comment": "2"}), json.dumps(SCHEMA), person("alice"))
    (run,) = served()
    assert run.version.number == 2


# --- people


def test_only_who_may_start_a_flow_schedules_it():
    flow = flow_of()
    with pytest.raises(Forbidden):
        schedule_of(HOURLY, "carol", flow=flow)
    with pytest.raises(NotFound):
        schedule_of(HOURLY, "mallory", flow=flow)
    with pytest.raises(FlowInputError):
        schedule_of(HOURLY, flow=flow, body={"x": "no"})
    with pytest.raises(ApiError, match="204,800"):
        schedule_of(HOURLY, flow=flow, body={"y": "y" * 300_000})
    assert not RunSchedule.objects.exists()


def test_a_paused_schedule_starts_nothing_and_goes_on_at_the_next_time():
    schedule = schedules.pause(schedule_of(HOURLY))
    assert served() == []
    schedules.resume(fresh(schedule))
    assert served() == []  # what was due meanwhile is not made up for
    assert clock.now() < fresh(schedule).next_at <= clock.now() + timedelta(hours=1)


def test_pausing_while_it_is_being_served_wins(monkeypatch):
    schedule, real = schedule_of(HOURLY), inputs.refuse_input

    def meanwhile(version, body):
        schedules.pause(fresh(schedule))
        real(version, body)

    monkeypatch.setattr(inputs, "refuse_input", meanwhile)
    assert served() == []
    assert fresh(schedule).status == RunSchedule.PAUSED


def test_who_changes_what_was_paused_meanwhile_does_not_make_it_due():
    schedule = schedule_of()
    before = fresh(schedule)
    schedules.pause(schedule)
    with pytest.raises(StateConflict, match="Look at it once more"):
        schedules.change(before, Said(), plan=read_plan(HOURLY, clock.now()))
    assert (fresh(schedule).status, fresh(schedule).next_at) == (RunSchedule.PAUSED, None)


def test_a_schedule_whose_time_has_passed_cannot_be_resumed():
    schedule = schedules.pause(schedule_of({"type": "once", "datetime": later()}))
    RunSchedule.objects.update(start_at=clock.now() - timedelta(hours=1))
    with pytest.raises(StateConflict, match="no time is left"):
        schedules.resume(fresh(schedule))


def test_what_was_deleted_meanwhile_is_not_found():
    schedule = schedule_of(HOURLY)
    fresh(schedule).delete()
    with pytest.raises(NotFound, match="has been deleted"):
        schedules.pause(schedule)


def test_a_site_without_schedules_does_not_load_the_validator():
    code = "import django; django.setup(); import sys, runs.sweeper; print('jsonschema' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_person_has_at_most_so_many_schedules(monkeypatch):
    monkeypatch.setattr(schedules, "MOST_PER_OWNER", 1)
    flow = flow_of()
    over = schedule_of(DAILY, flow=flow)
    RunSchedule.objects.update(next_at=None)
    schedules.pause(schedule_of(DAILY, flow=flow))
    plan = read_plan(DAILY, clock.now())
    for one_more in (
        lambda: schedule_of(DAILY, flow=flow),
        lambda: schedules.resume(fresh(over)),
        lambda: schedules.change(fresh(over), Said(), plan=plan),
    ):
        with pytest.raises(StateConflict, match="1 schedules that are not over"):
            one_more()


def test_many_at_one_instant_are_served_oldest_first_a_batch_at_a_time(monkeypatch):
    monkeypatch.setattr(schedule_due, "_AT_ONCE", 3)
    flow = flow_of()
    for number in range(5):
        make_due(schedule_of(DAILY, flow=flow, body={"x": number}), minutes=10 - number)
    assert [json.loads(run.input)["x"] for run in served()] == [0, 1, 2]
    assert len(served()) == 5


def test_ten_thousand_waiting_schedules_cost_one_query_that_uses_the_index():
    schedule = schedule_of(DAILY)
    rows = [
        RunSchedule(
            flow=schedule.flow, owner=schedule.owner, kind="once", start_at=clock.now(), next_at=later()
        )
        for _ in range(10_000)
    ]
    RunSchedule.objects.bulk_create(rows, batch_size=1000)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert schedule_due.due()[0] == []
    assert len(caught) <= 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {caught[-1]['sql']}")
            assert "schedule_due" in str(cursor.fetchall())


def test_a_task_about_a_schedule_that_is_gone_does_nothing():
    schedule = schedule_of(HOURLY)
    schedule_id = str(schedule.pk)
    schedule.delete()
    tasks.fire_schedule(schedule_id)
    tasks.tell_of_paused_schedule(schedule_id)
    assert not Run.objects.exists() and not mail.outbox


def test_a_schedule_that_has_just_got_other_times_is_not_resumed_by_the_old_ones():
    schedule = schedules.pause(schedule_of(HOURLY))
    before = fresh(schedule)
    once = read_plan({"type": "once", "datetime": later(30)}, clock.now())
    schedules.change(schedule, Said(), plan=once)
    with pytest.raises(StateConflict, match="Look at it once more"):
        schedules.resume(before)
    assert fresh(schedule).next_at is None
    assert schedules.resume(fresh(schedule)).next_at == once.first_at
