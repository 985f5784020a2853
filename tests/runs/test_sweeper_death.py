"""The sweeper dies by SIGKILL while it starts what schedules and batches have due: once each all the same."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.workshop import Workshop, kill, wait_until
from tests.faults.tables import Tables

START_SECONDS = 120  # where many programs share the machine
_SCHEDULE = """
from tests.runs.schedules import schedule_of
schedule_of({"type": "once"})
"""
# Of the events the first ones only: a sweeper that finds a run due for ten seconds carries it on itself.
_OF_SCHEDULES = """
SELECT (SELECT count(*) FROM runs_run), (SELECT count(*) FROM runs_scheduledrun),
    (SELECT count(*) FROM runs_runevent WHERE seq = 1), (SELECT count(*) FROM runs_runschedule),
    (SELECT count(*) FROM runs_runschedule WHERE next_at IS NULL AND paused_at IS NULL)
"""
_BATCH = """
from runs.batching import batches, bulk_table
from tests.people import person
from tests.runs.schedules import SCHEMA, flow_of
version = flow_of().versions.get()
rows = bulk_table.read(SCHEMA, {}, "x\\n1\\n2\\nbad\\n4", None, has_head=None).rows
batches.create(person("bob"), version, rows, {}, "once")
"""
_OF_BATCHES = """
SELECT (SELECT count(*) FROM runs_run WHERE request_id LIKE 'batch:%'),
    (SELECT count(*) FROM runs_batchrow WHERE run_id IS NOT NULL),
    (SELECT count(*) FROM runs_batch WHERE next_at IS NULL)
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path_factory.mktemp("w"))
    yield workshop
    workshop.close()


@pytest.fixture
def sweepers(workshop: Workshop) -> Iterator[list[subprocess.Popen[Any]]]:
    """Those that go on; they end with the test."""
    sweepers: list[subprocess.Popen[Any]] = []
    yield sweepers
    for sweeper in sweepers:
        kill(sweeper)


def shell(workshop: Workshop, code: str) -> None:
    done = workshop.manage("shell", "-v", "0", "-c", code)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def counts(workshop: Workshop, statement: str) -> tuple[int, ...]:
    return Tables(workshop.environment["DATABASE_URL"]).ask(statement)[0]


def die(workshop: Workshop, failpoint: str) -> None:
    sweeper = workshop.spawn([sys.executable, "manage.py", "sweeper"], failpoint)
    assert sweeper.wait(START_SECONDS) == -signal.SIGKILL


def test_a_sweeper_killed_while_it_starts_a_run_starts_it_once(workshop, sweepers):
    """Numbers of runs, starts, first events, schedules, and of those that are over."""
    shell(workshop, _SCHEDULE)
    die(workshop, "in_schedule")
    assert counts(workshop, _OF_SCHEDULES) == (0, 0, 0, 1, 0)
    die(workshop, "after_schedule")
    assert counts(workshop, _OF_SCHEDULES) == (1, 1, 1, 1, 1)
    shell(workshop, _SCHEDULE)
    sweepers.append(workshop.sweeper())
    wait_until(lambda: counts(workshop, _OF_SCHEDULES) == (2, 2, 2, 2, 2), START_SECONDS)


def test_a_sweeper_killed_between_rows_starts_each_once(workshop, sweepers):
    """Numbers of runs of batches, of rows that know theirs, and of batches of which no row waits."""
    shell(workshop, _BATCH)
    die(workshop, "in_batch")
    assert counts(workshop, _OF_BATCHES) == (0, 0, 0)
    sweepers.append(workshop.sweeper())
    wait_until(lambda: counts(workshop, _OF_BATCHES) == (3, 3, 1), START_SECONDS)
