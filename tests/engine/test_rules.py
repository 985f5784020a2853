"""The eight rules of the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from flowlang import machine
from flowlang.machine import ActionReported
from providers import hints
from providers.provider import ActionError
from runs import clock, engine, health, lease, sweeping, tasks
from runs.models import EPOCH, Run, RunEvent
from runs.sweeping import pause
from tests.engine.conftest import (
    action,
    codes,
    expire_lease,
    fresh,
    last_details,
    log,
    make_due,
    start,
    version_of,
    writes,
)
from tests.people import person

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 60}


def chain(length: int) -> dict:
    states = {
        f"S{number}": {
            "Type": "Pass",
            "Parameters": {"n": number},
            "ResultPath": f"$.s{number}",
            "Next": f"S{number + 1}",
        }
        for number in range(length - 1)
    }
    return {"StartAt": "S0", "States": states | {f"S{length - 1}": PASS}}


def fail(_: object) -> None:
    raise ZeroDivisionError("a bug")


# --- 1: only start and deliver write events; numbers start at 1 and have no gaps


@pytest.mark.django_db
def test_events_are_numbered_from_one_without_gaps(ledger):
    run = start(PASS, action(), PASS)
    engine.work(run.pk)
    assert [seq for seq, *_ in log(run)] == list(range(1, len(codes(run)) + 1))
    assert fresh(run).last_seq == len(codes(run))


@pytest.mark.django_db
def test_a_number_is_given_once_in_a_run():
    run = start(PASS)
    with pytest.raises(IntegrityError), transaction.atomic():
        RunEvent.objects.create(run=run, seq=1, time=clock.now(), code="X", description="", details="{}")


@pytest.mark.django_db
def test_start_writes_the_event_that_the_machine_would():
    run = start(PASS, input={"x": 1, "_private_key": "s", "_tokens": {"r": "t"}})
    version = run.version
    cursor = machine.begin(version.definition, json.loads(run.input), {})
    program = machine.compile_definition(version.definition)
    first = machine.advance(program, cursor, machine.Started(cursor.data), clock.now()).events[0]
    assert log(run) == [(1, first.code, first.description, json.dumps(first.details, separators=(",", ":")))]


# --- 2: a stretch of local states is one transaction; no provider is called inside one


@pytest.mark.django_db(transaction=True)
def test_twenty_local_states_cost_a_claim_and_one_transaction():
    run = engine.start(version_of(chain(20)), person("alice"), {})
    with CaptureQueriesContext(connection) as captured:
        engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert writes(captured) == 1
    written = [query["sql"].split() for query in captured]
    written = [words[:3] for words in written if words[0] in ("UPDATE", "INSERT", "WITH")]
    update = ["UPDATE", "runs_run", "SET"]  # the claim, and what came of it
    if connection.vendor == "postgresql":
        assert written == [update, ["WITH", "mine", "AS"]]
    else:
        assert written == [update, update, ["INSERT", "INTO", "runs_runevent"]]


@pytest.mark.django_db(transaction=True)
def test_a_long_stretch_is_cut_every_hundred_states():
    run = engine.start(version_of(chain(250)), person("alice"), {})
    with CaptureQueriesContext(connection) as captured:
        engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert sum("INSERT INTO runs_runevent" in query["sql"] for query in captured) == 3


@pytest.mark.django_db(transaction=True)
def test_ten_actions_cost_eleven_transactions(ledger):
    run = start(*[action()] * 10)
    with CaptureQueriesContext(connection) as captured:
        engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert writes(captured) == 11


@pytest.mark.django_db(transaction=True)
def test_no_provider_is_called_inside_a_transaction(ledger):
    ledger.answers += ["ACTIVE", "SUCCEEDED"]
    run = start(action())
    engine.work(run.pk)
    make_due(run)
    engine.work(run.pk)
    assert ledger.operations() == ["run", "status"]
    assert not ledger.was_called_in_a_transaction


# --- 3: doing an intent twice does it once


@pytest.mark.django_db
def test_the_request_id_is_fixed_by_run_and_visit(ledger):
    run = start(PASS, action(), action())
    engine.work(run.pk)
    assert list(ledger.effects) == [f"{run.pk}:2", f"{run.pk}:3"]


@pytest.mark.django_db
def test_an_intent_that_is_performed_again_after_a_crash_takes_effect_once(ledger):
    run = start(action())
    hold = lease.claim(run.pk)
    hold = engine.deliver(hold, engine.perform(hold))
    engine.perform(hold)  # and here the worker dies
    expire_lease(run)
    assert engine.work(run.pk)
    assert ledger.operations() == ["run", "run"]
    assert len(ledger.effects) == 1
    assert codes(run) == ["FlowStarted", "ActionStarted", "ActionCompleted", "FlowSucceeded"]


# --- 4: every write is conditional on the fencing token


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_writes_nothing(ledger):
    run = start(action())
    seen = {}

    def somebody_else_takes_over():
        expire_lease(run)
        engine.work(run.pk)
        seen["log"], seen["row"] = log(run), fresh(run)

    ledger.meanwhile = somebody_else_takes_over
    engine.work(run.pk)
    assert ledger.operations() == ["run", "run"] and len(ledger.effects) == 1
    assert log(run) == seen["log"]
    row = fresh(run)
    assert (row.last_seq, row.lease_token) == (seen["row"].last_seq, 2)
    assert codes(run)[-1] == "FlowSucceeded"


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_cannot_put_the_run_off(ledger):
    run = start(action())
    ledger.answers.append(ActionError("Busy", "Not now.", permanent=False, status=503))

    def somebody_else_takes_over():
        expire_lease(run)
        lease.claim(run.pk)

    ledger.meanwhile = somebody_else_takes_over
    engine.work(run.pk)
    assert fresh(run).wake_at <= clock.now()
    assert fresh(run).attempts == 0


@pytest.mark.django_db
def test_a_held_run_cannot_be_claimed():
    run = start(WAIT, PASS)
    assert lease.claim(run.pk) is not None
    assert lease.claim(run.pk) is None
    assert not engine.work(run.pk)


@pytest.mark.django_db
def test_fencing_tokens_grow_with_every_claim():
    run = start(WAIT, PASS)
    tokens = []
    for _ in range(3):
        tokens.append(lease.claim(run.pk).token)
        expire_lease(run)
    assert tokens == [1, 2, 3]


@pytest.mark.django_db
def test_a_delivery_whose_commit_was_answered_by_an_error_is_not_written_twice(ledger):
    run = start(action())
    before = _at_one_instant(lease.claim(run.pk))
    hold = engine.deliver(before, engine.perform(before))
    again = engine.deliver(before, machine.Started(is_new=False))
    assert again is not None and again.last_seq == hold.last_seq
    assert codes(run) == ["FlowStarted", "ActionStarted"]


def _at_one_instant(hold):
    """The hold, whose clock stands still: what is delivered twice is then the very same."""
    now = hold.clock.now()
    return replace(hold, clock=SimpleNamespace(now=lambda: now))


@pytest.mark.django_db
def test_a_claim_that_a_crash_has_undone_writes_nothing_though_its_token_is_given_again(ledger):
    run = start(action())
    undone = lease.claim(run.pk)
    undo = {"lease_token": 0, "lease_owner": "", "lease_until": EPOCH}
    Run.objects.filter(pk=run.pk).update(**undo)
    other = lease.claim(run.pk)
    assert other.token == undone.token
    assert engine.deliver(undone, engine.perform(undone)) is None
    assert engine.deliver(other, engine.perform(other)) is not None
    assert engine.deliver(undone, engine.perform(undone)) is None
    assert codes(run) == ["FlowStarted", "ActionStarted"]


# --- 5: what is due later is wake_at


@pytest.mark.django_db
def test_a_wait_is_a_row_and_nobody_holds_it():
    run = start(WAIT, PASS)
    engine.work(run.pk)
    row = fresh(run)
    assert timedelta(seconds=58) < row.wake_at - clock.now() <= timedelta(seconds=60)
    assert (row.lease_owner, row.lease_until) == ("", EPOCH)
    assert not engine.work(run.pk)
    make_due(run)
    # The Wait itself knows when it is over, so an early look changes nothing.
    engine.work(run.pk)
    assert codes(run) == ["FlowStarted", "WaitStarted"]
    assert fresh(run).wake_at == row.wake_at


@pytest.mark.django_db
def test_a_wait_that_is_over_goes_on():
    run = start({"Type": "Wait", "Seconds": 1}, PASS)
    engine.work(run.pk)
    Run.objects.filter(pk=run.pk).update(
        wake_at=clock.now(), intent='{"kind":"Sleep","due_at":"2026-01-01T00:00:00Z"}'
    )
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert fresh(run).wake_at is None


# --- 6: messages may be lost or doubled


@pytest.mark.django_db
def test_doubled_hints_change_nothing(ledger):
    run = start(PASS, action(), PASS)
    for _ in range(5):
        tasks.advance_run(str(run.pk))
    assert ledger.operations() == ["run"]
    assert codes(run)[-1] == "FlowSucceeded" and codes(run).count("FlowSucceeded") == 1


@pytest.mark.django_db
def test_a_lost_hint_is_made_good_by_the_sweeper(ledger):
    run = start(action())
    Run.objects.update(hint_at=EPOCH)
    with hints.inline():
        swept = engine.sweep()
    assert fresh(run).status == Run.SUCCEEDED
    assert swept.overdue == []


@pytest.mark.django_db
def test_the_sweeper_hints_again_at_growing_intervals():
    assert [pause(timedelta(seconds=age)).total_seconds() for age in (0, 2, 4, 9, 31, 500)] == [
        2,
        4,
        8,
        16,
        32,
        60,
    ]
    run = start(PASS)
    Run.objects.update(hint_at=EPOCH, wake_at=clock.now() - timedelta(seconds=5))
    assert engine.sweep().due == [run.pk]
    assert timedelta(seconds=7) < fresh(run).hint_at - clock.now() <= timedelta(seconds=8)


@pytest.mark.django_db
def test_a_run_that_comes_on_during_a_sweep_is_hinted_at_when_it_is_due_again(monkeypatch):
    run = start(WAIT, PASS)
    Run.objects.update(hint_at=EPOCH, wake_at=clock.now() - timedelta(seconds=40))

    def come_on(_: timedelta) -> timedelta:
        assert engine.work(run.pk)
        return timedelta(seconds=60)

    monkeypatch.setattr(sweeping, "pause", come_on)
    engine.sweep()
    assert codes(run)[-1] == "WaitStarted" and fresh(run).hint_at == EPOCH


@pytest.mark.django_db
def test_the_sweeper_leaves_alone_what_is_held_waits_or_has_ended():
    held, waiting, ended = start(PASS), start(WAIT, PASS), start(PASS)
    engine.work(waiting.pk)
    engine.work(ended.pk)
    lease.claim(held.pk)
    swept = engine.sweep()
    assert swept.due == []
    assert swept.next_at == fresh(waiting).wake_at


@pytest.mark.django_db
def test_what_is_due_for_long_is_overdue_oldest_first():
    runs = [start(PASS) for _ in range(3)]
    for seconds, run in zip((11, 30, 5), runs, strict=True):
        Run.objects.filter(pk=run.pk).update(wake_at=clock.now() - timedelta(seconds=seconds))
    assert engine.sweep().overdue == [runs[1].pk, runs[0].pk]


@pytest.mark.django_db
def test_a_run_whose_worker_was_lost_is_due_since_the_end_of_its_lease():
    run = start(PASS)
    lease.claim(run.pk)
    an_hour_ago = clock.now() - timedelta(hours=1)
    Run.objects.update(wake_at=an_hour_ago, lease_until=clock.now() - timedelta(seconds=1), hint_at=EPOCH)
    swept = engine.sweep()
    assert (swept.due, swept.overdue) == ([run.pk], [])
    assert fresh(run).hint_at - clock.now() <= timedelta(seconds=2)
    assert health._due_runs(clock.now()).ok
    Run.objects.update(lease_until=an_hour_ago)
    assert engine.sweep().overdue == [run.pk] and not health._due_runs(clock.now()).ok


@pytest.mark.django_db
def test_a_lost_run_is_hinted_at_when_its_lease_is_over_however_long_it_was_put_off_before():
    run = start(PASS)
    Run.objects.update(hint_at=clock.now() + timedelta(seconds=60))
    lease.claim(run.pk)
    Run.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert sweeping.unhinted(clock.now(), 10) == [run.pk]


@pytest.mark.django_db(transaction=True)
def test_a_hint_leaves_only_after_the_commit():
    with hints.inline():
        with transaction.atomic():
            run = start(PASS)
            assert codes(run) == ["FlowStarted"]
        assert fresh(run).status == Run.SUCCEEDED


# --- 7: tasks take one id and have no logic


@pytest.mark.django_db
def test_a_hint_for_a_run_that_is_not_there_is_ignored():
    tasks.advance_run(str(uuid4()))
    tasks.action_finished(str(uuid4()))
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_step_that_raises_is_logged_and_fails_the_run_after_five_tries(caplog, monkeypatch):
    run = start(PASS)
    monkeypatch.setattr(engine, "perform", fail)
    for _ in range(6):
        tasks.advance_run(str(run.pk))
        expire_lease(run)
    assert caplog.text.count("a step failed") == 5
    assert fresh(run).status == Run.FAILED
    details = last_details(run)
    assert details["exception"] == "Flows.WorkerLost"
    assert details["state_name"] == "A" and "5 times" in details["cause"]


@pytest.mark.django_db
def test_a_worker_that_raised_gives_the_run_back_soon(monkeypatch):
    run = start(PASS)
    monkeypatch.setattr(engine, "perform", fail)
    tasks.advance_run(str(run.pk))
    assert fresh(run).lease_until - clock.now() <= timedelta(seconds=1)


@pytest.mark.django_db
def test_five_lost_workers_at_one_visit_are_enough(ledger):
    run = start(action())
    for _ in range(6):
        lease.claim(run.pk)  # and dies
        expire_lease(run)
    assert engine.work(run.pk)
    assert fresh(run).status == Run.FAILED
    assert codes(run) == ["FlowStarted", "FlowFailed"]
    assert ledger.calls == []


@pytest.mark.django_db
def test_lost_leases_are_forgotten_when_the_run_comes_on(ledger):
    run = start(action(), WAIT, PASS)
    for _ in range(3):
        lease.claim(run.pk)
        expire_lease(run)
    assert fresh(run).recoveries == 2
    engine.work(run.pk)
    assert fresh(run).recoveries == 0


# --- 8: events by one statement, run data saved once


@pytest.mark.django_db
def test_run_data_that_stays_the_same_is_not_written_again(ledger):
    ledger.answers += ["ACTIVE", "ACTIVE"]
    run = start(action())
    engine.work(run.pk)
    make_due(run)
    with CaptureQueriesContext(connection) as captured:
        engine.work(run.pk)
    updates = [query["sql"] for query in captured if query["sql"].startswith("UPDATE")]
    assert updates and not any(" data = " in sql for sql in updates)
    assert not any(query["sql"].startswith("INSERT") for query in captured)


@pytest.mark.django_db
def test_a_run_gives_others_their_turn_after_twenty_intents(ledger):
    run = start(*[action()] * 22)
    engine.work(run.pk)
    assert len(ledger.calls) == 19  # the first intent was to begin
    row = fresh(run)
    assert row.lease_owner == "" and row.wake_at <= clock.now()
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


@pytest.mark.django_db
def test_times_of_events_never_go_back():
    run = start(WAIT, PASS)
    later = clock.now() + timedelta(hours=1)
    Run.objects.update(last_event_at=later)
    engine.work(run.pk)
    assert run.events.latest("seq").time == later


@pytest.mark.django_db
def test_an_outcome_that_nobody_asked_for_changes_nothing(ledger):
    run = start(WAIT, PASS)
    hold = lease.claim(run.pk)
    engine.deliver(hold, machine.Started(is_new=False))
    make_due(run)
    engine.deliver(
        lease.claim(run.pk), ActionReported({"action_id": "x", "status": "SUCCEEDED", "details": {}})
    )
    assert codes(run) == ["FlowStarted", "WaitStarted"]
