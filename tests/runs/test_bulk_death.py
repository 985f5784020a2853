"""The sweeper dies by SIGKILL while it starts the rows of a batch: no row twice, none not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.workshop import Workshop, wait_until
from tests.faults.tables import Tables
from tests.runs.test_schedules_death import START_SECONDS, die, shell

_BATCH = """
from runs.batching import batches, bulk_table
from tests.people import person
from tests.runs.schedules import SCHEMA, flow_of
version = flow_of().versions.get()
rows = bulk_table.read(SCHEMA, {}, "x\\n1\\n2\\nbad\\n4", None, has_head=None).rows
batches.create(person("bob"), version, rows, {}, "once")
"""
_COUNTS = """
SELECT (SELECT count(*) FROM runs_run), (SELECT count(*) FROM runs_batchrow WHERE run_id IS NOT NULL),
    (SELECT count(*) FROM runs_batch WHERE next_at IS NULL)
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def test_a_sweeper_killed_between_rows_starts_each_once(workshop):
    tables = Tables(workshop.environment["DATABASE_URL"])

    def counts() -> tuple[int, ...]:
        """Return the numbers of runs, of rows that know theirs, and of batches of which no row waits."""
        return tables.ask(_COUNTS)[0]

    assert shell(workshop, _BATCH) == ""
    die(workshop, "in_batch")
    assert counts() == (1, 0, 0)
    workshop.sweeper()
    wait_until(lambda: counts() == (3, 3, 1), START_SECONDS)
