"""The sweeper dies by SIGKILL while it starts what a schedule has due: never twice, never not at all."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.workshop import Workshop, wait_until
from tests.faults.tables import Tables

_SCHEDULE = """
from tests.runs.schedules import schedule_of
schedule_of({"type": "once"})
"""
# Of the events the first ones only: a sweeper that finds a run due for ten seconds carries it on itself.
_COUNTS = """
SELECT (SELECT count(*) FROM runs_run), (SELECT count(*) FROM runs_scheduledrun),
    (SELECT count(*) FROM runs_runevent WHERE seq = 1), (SELECT count(*) FROM runs_runschedule),
    (SELECT count(*) FROM runs_runschedule WHERE next_at IS NULL AND paused_at IS NULL)
"""
START_SECONDS = 120  # where many programs share the machine


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def shell(workshop: Workshop, code: str) -> str:
    done = workshop.manage("shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def die(workshop: Workshop, failpoint: str) -> None:
    sweeper = workshop.spawn([sys.executable, "manage.py", "sweeper"], failpoint)
    assert sweeper.wait(START_SECONDS) == -signal.SIGKILL


def test_a_sweeper_killed_while_it_starts_a_run_starts_it_once(workshop):
    tables = Tables(workshop.environment["DATABASE_URL"])

    def counts() -> tuple[int, ...]:
        """Return the numbers of runs, starts, first events, schedules, and of those that are over."""
        return tables.ask(_COUNTS)[0]

    assert shell(workshop, _SCHEDULE) == ""
    die(workshop, "in_schedule")
    assert counts() == (0, 0, 0, 1, 0)
    die(workshop, "after_schedule")
    assert counts() == (1, 1, 1, 1, 1)
    assert shell(workshop, _SCHEDULE) == ""
    workshop.sweeper()
    wait_until(lambda: counts() == (2, 2, 2, 2, 2), START_SECONDS)
