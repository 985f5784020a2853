"""Pool processes and whole workers are killed, frozen and told everything many times."""

import pytest

from tests.faults.gate import measured
from tests.faults.site import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_no_kill_loses_or_doubles_anything(database, holds):
    assert holds(measured("R1", database, runs=50))


def test_a_worker_that_freezes_longer_than_its_lease_writes_nothing_afterwards(holds):
    assert holds(measured("R6-frozen", "sqlite", runs=18))


def test_each_hint_five_times_changes_nothing(holds):
    assert holds(measured("R6-told", "sqlite", runs=30))


def test_the_same_start_twenty_times_at_once_is_one_run(holds):
    assert holds(measured("R6-started", "sqlite"))
