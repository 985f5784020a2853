"""Every point at which a worker may die, with every type of state, at every passage."""

import pytest

from tests.faults.gate import measured


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def test_a_death_at_any_point_leaves_the_log_of_an_undisturbed_run(database, holds):
    assert holds(measured("R2", database))
