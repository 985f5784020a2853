"""A worker that is done with a hinted run takes up further due ones by itself."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from runs import clock, engine, sweeping, taking
from runs.models import EPOCH, Run
from runs.nudges import FIRST_PAUSE
from tests.engine.conftest import fresh, start
from tests.people import person

END = {"Type": "Pass", "End": True}

pytestmark = pytest.mark.django_db


def unhinted(count: int, name: str = "alice") -> list[Run]:
    runs = [start(END, owner=person(name)) for _ in range(count)]
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(hint_at=EPOCH)
    return runs


def test_what_is_due_and_was_hinted_to_nobody_is_taken_up():
    runs = unhinted(13)
    assert taking.further(engine.work, time.monotonic() + 20) == 13
    assert {fresh(run).status for run in runs} == {Run.SUCCEEDED}


def test_what_somebody_was_hinted_at_is_left_to_them():
    run = start(END)
    assert taking.further(engine.work, time.monotonic() + 20) == 0
    assert fresh(run).status == Run.ACTIVE


def test_when_the_time_is_over_the_rest_is_given_back(monkeypatch):
    runs = unhinted(3)
    taken, present = [], [100.0]
    monkeypatch.setattr(taking, "time", SimpleNamespace(monotonic=lambda: present[0]))

    def slow(run_id):
        taken.append(run_id)
        present[0] += 0.3

    assert taking.further(slow, 100.2) == 1
    left = [fresh(run) for run in runs if run.pk not in taken]
    assert len(left) == 2 and all(run.hint_at <= clock.now() for run in left)


def test_nobody_comes_twice_before_everybody_came_once():
    unhinted(12)
    (late,) = unhinted(1, "bob")
    Run.objects.filter(pk=late.pk).update(wake_at=clock.now())
    order = []
    taking.further(order.append, time.monotonic() + 20)
    assert late.pk in order[:2]


def test_what_is_taken_counts_as_hinted_at_for_a_moment():
    (run,) = unhinted(1)
    before = clock.now()
    taking.further(lambda _: None, time.monotonic() + 20)
    assert fresh(run).hint_at >= before + FIRST_PAUSE


def test_a_sweep_hints_at_some_and_says_that_there_are_more(monkeypatch):
    sent = []
    unhinted(60)
    monkeypatch.setattr("runs.sweeping.hint", lambda run_id, priority: sent.append(run_id))
    assert engine.sweep().more and len(sent) == 50
    assert not engine.sweep().more and len(sent) == 60


def test_what_has_come_on_since_it_was_found_is_not_taken(monkeypatch):
    unhinted(1)
    find = sweeping.unhinted

    def find_too_late(*asked):
        return [each for each in find(*asked) if engine.work(each)]

    monkeypatch.setattr(sweeping, "unhinted", find_too_late)
    assert taking.further(lambda _: None, time.monotonic() + 20) == 0
