"""Limits of a run, states that cost workers their lives, and what does not count as such."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from providers.provider import ActionError
from runs import clock, endings, engine, journal, lease, news
from runs.models import SEMANTICS, Run
from tests.engine.conftest import action, codes, expire_lease, fresh, last_details, make_due, start
from tests.people import person

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 60}
LOOP = {"Type": "Pass", "Next": "A"}
BUSY = ActionError("Busy", "Not now.", permanent=False, status=503)

pytestmark = pytest.mark.django_db


def test_a_log_that_is_full_ends_with_the_failure_of_its_run(monkeypatch):
    monkeypatch.setattr(endings, "MAX_EVENTS", 30)
    run = start(*[WAIT, PASS] * 10)
    for _ in range(12):
        engine.work(run.pk)
        if fresh(run).wake_at is None:
            break
        Run.objects.filter(pk=run.pk).update(
            wake_at=clock.now(), intent='{"kind":"Sleep","due_at":"2026-01-01T00:00:00Z"}'
        )
    row = fresh(run)
    assert (row.status, row.wake_at) == (Run.FAILED, None)
    assert last_details(run)["exception"] == "Flows.EventLimitExceeded"
    assert 25 < row.last_seq <= 30 and len(codes(run)) == row.last_seq
    assert codes(run).count("FlowFailed") == 1


def test_a_run_whose_log_ends_within_the_limit_succeeds(monkeypatch):
    monkeypatch.setattr(endings, "MAX_EVENTS", 5)
    run = start(PASS)
    engine.work(run.pk)
    assert codes(run)[-1] == "FlowSucceeded"


def test_a_long_log_leaves_out_the_progress_of_actions(ledger, monkeypatch):
    monkeypatch.setattr(endings, "MAX_POLLS_UNTIL", 1)
    ledger.answers += ["ACTIVE", "INACTIVE", "ACTIVE", "SUCCEEDED"]
    run = start(action())
    for _ in range(4):
        engine.work(run.pk)
        if fresh(run).wake_at:
            make_due(run)
    assert fresh(run).status == Run.SUCCEEDED
    assert "ActionPolled" not in codes(run)


def test_a_run_that_takes_longer_than_a_year_fails_and_its_action_is_cancelled(ledger):
    ledger.answers.append("ACTIVE")
    run = start(action(WaitTime=31_536_000), PASS)
    engine.work(run.pk)
    Run.objects.filter(pk=run.pk).update(started_at=clock.now() - timedelta(days=366), wake_at=clock.now())
    ledger.answers.append("ACTIVE")
    engine.work(run.pk)
    assert last_details(run)["exception"] == "Flows.RunTimeExceeded"
    assert ledger.operations() == ["run", "status", "cancel"]


def test_a_run_is_looked_at_when_its_year_is_over():
    run = start({"Type": "Wait", "Seconds": 31_536_000}, PASS)
    Run.objects.filter(pk=run.pk).update(started_at=clock.now() - timedelta(days=364))
    engine.work(run.pk)
    assert timedelta(hours=23) < fresh(run).wake_at - clock.now() < timedelta(hours=25)


def test_a_provider_that_stays_busy_does_not_let_a_run_take_longer_than_a_year(ledger):
    ledger.answers += [BUSY, BUSY]
    run = start(action(WaitTime=31_536_000), PASS)
    engine.work(run.pk)
    Run.objects.filter(pk=run.pk).update(started_at=clock.now() - timedelta(days=366), wake_at=clock.now())
    engine.work(run.pk)
    assert last_details(run)["exception"] == "Flows.RunTimeExceeded"


# --- lost workers


def lose(run: Run, times: int) -> None:
    for _ in range(times):
        lease.claim(run.pk)  # and dies
        expire_lease(run)


def test_the_row_of_a_run_that_was_given_up_says_so(ledger):
    run = start(action())
    lose(run, 6)
    engine.work(run.pk)
    assert fresh(run).recoveries >= endings.MAX_LOSSES
    assert last_details(run)["exception"] == "Flows.WorkerLost"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_again_and_again_is_not_the_runs_fault(ledger, monkeypatch):
    write, pauses = journal.write, "runs.transactions._PAUSES_SECONDS"
    monkeypatch.setattr(pauses, (0.0,))

    def fail(*_):
        raise OperationalError("the database system is shutting down")

    run = start(action())
    for _ in range(8):
        monkeypatch.setattr(journal, "write", fail)
        with pytest.raises(OperationalError):
            engine.work(run.pk)
        row = fresh(run)
        assert (row.recoveries, row.lease_owner) == (0, "")
        expire_lease(run)
    monkeypatch.setattr(journal, "write", write)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_cannot_be_given_back_now_is_given_back_later(ledger, monkeypatch, settings):
    settings.LEASE_SECONDS = 0.3
    give_back, failures = lease._give_back, [OperationalError("down"), OperationalError("still down")]

    def fail_first(*key):
        if failures:
            raise failures.pop()
        give_back(*key)

    monkeypatch.setattr(lease, "_give_back", fail_first)
    run = start(PASS)
    hold = lease.claim(run.pk)
    keeper = lease._Keeper()
    keeper.let_go(hold, fail_first)
    assert fresh(run).lease_owner != ""
    for _ in range(2):
        keeper._renew([], dict(keeper._going))
    assert fresh(run).lease_owner == ""
    assert not keeper._going


# --- editions of the language's rules


def test_a_run_keeps_the_edition_of_the_rules_with_which_it_began():
    assert fresh(start(PASS)).semantics == SEMANTICS


def test_a_worker_leaves_alone_a_run_whose_rules_it_does_not_know():
    run = start(PASS)
    Run.objects.filter(pk=run.pk).update(semantics=SEMANTICS + 1)
    assert not engine.work(run.pk)
    assert codes(run) == ["FlowStarted"]


# --- the list of runs that were given up


def listed(name: str, *, is_superuser: bool = False) -> str:
    user = person(name)
    type(user).objects.filter(pk=user.pk).update(is_superuser=is_superuser)
    client = Client()
    client.force_login(person(name))
    answer = client.get("/runs/given-up/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def given_up(ledger) -> Run:
    run = start(action(), label="night 62", owner=person("alice"))
    lose(run, 6)
    engine.work(run.pk)
    return fresh(run)


def test_who_may_see_a_run_that_was_given_up_finds_it_and_can_retry_it(given_up):
    page = listed("alice")
    assert "night 62" in page and f"/runs/{given_up.pk}/retry" in page
    client = Client()
    client.force_login(person("alice"))
    answer = client.post(f"/runs/{given_up.pk}/retry", {"state": "A"})
    assert answer.status_code == 302
    again = Run.objects.exclude(pk=given_up.pk).get()
    engine.work(again.pk)
    assert fresh(again).status == Run.SUCCEEDED


def test_an_administrator_sees_that_there_is_one_but_not_what_is_in_it(given_up):
    page = listed("root", is_superuser=True)
    assert str(given_up.pk) in page and "alice" in page
    assert "night 62" not in page and "/retry" not in page


def test_others_see_nothing_of_it_and_runs_that_failed_otherwise_are_not_there(given_up):
    failed = start({"Type": "Fail", "Error": "E", "Cause": "c"}, owner=person("mallory"))
    engine.work(failed.pk)
    page = listed("mallory")
    assert str(given_up.pk) not in page and str(failed.pk) not in page
    assert "None." in page


def test_health_counts_runs_that_were_given_up_lately(given_up, client):
    parts = client.get("/readyz").json()["parts"]
    assert parts["given_up_runs"]["message"].startswith("1 in the last day")
    Run.objects.update(completed_at=clock.now() - timedelta(days=2))
    assert client.get("/readyz").json()["parts"]["given_up_runs"]["message"] == "none in the last day"


@pytest.mark.parametrize("owner", [lease._Keeper, news._Publisher])
def test_a_thread_that_has_died_is_replaced(owner, monkeypatch):
    made = owner()
    made._thread = threading.Thread(target=int)
    made._thread.start()
    made._thread.join()
    monkeypatch.setattr(owner, "_renew_for_ever", int, raising=False)
    monkeypatch.setattr(owner, "_publish_for_ever", int, raising=False)
    dead = made._thread
    give = made.add if owner is lease._Keeper else lambda hold: made.put(hold.run.pk, 1)
    give(lease.claim(start(PASS).pk))
    assert made._thread is not dead
