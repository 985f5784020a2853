"""The sweeper dies by SIGKILL while it starts what a schedule has due: never twice, never not at all."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.workshop import Workshop, wait_until

_SCHEDULE = """
from tests.runs.schedules import schedule_of
schedule_of({"type": "once"})
"""
_COUNT = """
from runs.models import *
numbers = [model.objects.count() for model in (Run, ScheduledRun, RunEvent)]
print(*numbers, *{schedule.status for schedule in RunSchedule.objects.all()})
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def shell(workshop: Workshop, code: str) -> str:
    done = workshop.manage("shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def counts(workshop: Workshop) -> str:
    """Return the numbers of runs, of starts and of first events, and where the schedules stand."""
    return shell(workshop, _COUNT)


def die(workshop: Workshop, failpoint: str) -> None:
    sweeper = workshop.spawn([sys.executable, "manage.py", "sweeper"], failpoint)
    assert sweeper.wait(30) == -signal.SIGKILL


def test_a_sweeper_killed_while_it_starts_a_run_starts_it_once(workshop):
    assert shell(workshop, _SCHEDULE) == ""
    die(workshop, "in_schedule")
    assert counts(workshop) == "0 0 0 ACTIVE"
    die(workshop, "after_schedule")
    assert counts(workshop) == "1 1 1 ENDED"
    assert shell(workshop, _SCHEDULE) == ""
    workshop.sweeper()
    wait_until(lambda: counts(workshop) == "2 2 2 ENDED", seconds=60)
