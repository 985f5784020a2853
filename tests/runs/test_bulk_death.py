"""The sweeper dies by SIGKILL while it starts the rows of a batch: no row twice, none not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.workshop import Workshop, wait_until
from tests.runs.test_schedules_death import die, shell

_BATCH = """
from runs.batching import batches, bulk_table
from tests.people import person
from tests.runs.schedules import SCHEMA, flow_of
version = flow_of().versions.get()
rows = bulk_table.read(SCHEMA, {}, "x\\n1\\n2\\nbad\\n4", None, has_head=None).rows
batches.create(person("bob"), version, rows, {}, "once")
"""
_COUNT = """
from runs.models import *
started = BatchRow.objects.filter(run__isnull=False)
print(Run.objects.count(), started.count(), Batch.objects.get().next_at is None)
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def test_a_sweeper_killed_between_rows_starts_each_once(workshop):
    assert shell(workshop, _BATCH) == ""
    die(workshop, "in_batch")
    assert shell(workshop, _COUNT) == "1 0 False"
    workshop.sweeper()
    wait_until(lambda: shell(workshop, _COUNT) == "3 3 True", seconds=60)
