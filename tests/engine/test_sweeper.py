"""The sweeper and the site's health, as far as they need no broker."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest

from providers import hints
from runs import clock, engine, health
from runs.hands import Hands
from runs.models import EPOCH, Heartbeat, Run
from runs.sweeper import Sweeper
from tests.engine.conftest import fresh, start
from tests.engine.workshop import wait_until

WAIT = {"Type": "Wait", "Seconds": 3600}
END = {"Type": "Pass", "End": True}

pytestmark = pytest.mark.django_db


def overdue(seconds: int = 11) -> Run:
    run = start(END)
    Run.objects.filter(pk=run.pk).update(wake_at=clock.now() - timedelta(seconds=seconds))
    return run


def test_a_sweep_beats_and_rests_until_something_falls_due():
    run = start(WAIT, END)
    engine.work(run.pk)
    assert Sweeper().tick() == 1.0
    assert Heartbeat.objects.get(name="sweeper").note == ""
    Run.objects.update(wake_at=clock.now() + timedelta(seconds=0.9))
    assert 0.05 <= Sweeper().tick() <= 0.9


def test_when_nobody_takes_up_due_runs_the_sweeper_carries_them_on_and_says_so(caplog):
    run = overdue()
    sweeper = Sweeper()
    sweeper.tick()
    assert fresh(run).status == Run.SUCCEEDED
    assert sweeper.is_degraded and "carries them on itself" in caplog.text
    assert "degraded" in Heartbeat.objects.get(name="sweeper").note


def test_in_degraded_mode_what_falls_due_is_carried_on_at_once():
    overdue()
    sweeper = Sweeper()
    sweeper.tick()
    run = start(END)
    sweeper.tick()
    assert fresh(run).status == Run.SUCCEEDED


def test_a_backlog_is_not_called_an_absence(caplog):
    health.sing("runs")
    overdue()
    Sweeper().tick()
    assert "behind" in caplog.text and "Nobody" not in caplog.text


def test_hands_take_each_due_run_once_and_do_not_keep_the_sweeper(monkeypatch):
    gate, taken = threading.Event(), []

    def advance(run_id: str) -> None:
        taken.append(run_id)
        gate.wait(60)

    monkeypatch.setattr("runs.tasks.advance_run", advance)
    overdue()
    hands = Hands(1)
    sweeper = Sweeper(hands.take)
    begun = time.monotonic()
    for _ in range(3):
        assert sweeper.tick() > 0.0
    assert time.monotonic() - begun < 30
    wait_until(lambda: taken)
    assert len(taken) == 1
    gate.set()
    wait_until(lambda: not hands._taken)
    sweeper.tick()
    wait_until(lambda: len(taken) == 2)


def test_hands_take_a_few_at_a_time_for_who_waits_next_is_not_known_yet(monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr("runs.tasks.advance_run", lambda _: gate.wait(60))
    hands, due = Hands(1), [uuid4() for _ in range(500)]
    hands.take(due)
    assert hands._taken and hands._taken < set(due[:50])
    gate.set()
    wait_until(lambda: not hands._taken)


def test_degraded_mode_ends_when_a_worker_is_heard_again():
    overdue()
    sweeper = Sweeper()
    sweeper.tick()
    health.sing("runs")
    sweeper.tick()
    assert not sweeper.is_degraded
    run = start(END)
    sweeper.tick()
    assert fresh(run).status == Run.ACTIVE


def test_canaries_sing_on_every_queue():
    with hints.inline():
        Sweeper().tick()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweeper", "queue:runs", "queue:actions"}


# --- health


def parts(client) -> dict:
    answer = client.get("/readyz")
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    return answer.json()["parts"]


def test_this_process_is_healthy_when_it_answers(client):
    assert client.get("/healthz").json() == {"ok": True}


def test_a_site_without_sweeper_and_workers_is_not_ready_and_says_what_to_do(client):
    found = parts(client)
    assert found["database"]["ok"]
    for name in ("sweeper", "worker_runs", "worker_actions"):
        assert not found[name]["ok"] and "manage.py" in found[name]["what_to_do"]


def test_a_site_that_works_is_well(client):
    health.beat(health.SWEEPER)
    health.sing("runs")
    health.sing("actions")
    found = parts(client)
    assert all(found[name]["ok"] for name in ("sweeper", "worker_runs", "worker_actions", "due_runs"))


def test_a_worker_that_no_longer_takes_messages_is_seen(client):
    health.sing("runs")
    Heartbeat.objects.filter(name="queue:runs").update(seen_at=EPOCH)
    assert not parts(client)["worker_runs"]["ok"]


def test_a_run_that_is_due_for_long_is_seen(client):
    overdue(seconds=90)
    found = parts(client)["due_runs"]
    assert not found["ok"]
    assert re.fullmatch(r"the oldest has been due for 9\d s", found["message"])


def test_a_broker_that_is_not_there_is_a_message_and_no_error(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path / 'none.sock'}"
    broker = parts(client)["broker"]
    assert not broker["ok"] and "REDIS_URL" in broker["what_to_do"]
