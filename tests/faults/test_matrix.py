"""Every point at which a worker may die, with every type of state, at every passage."""

import pytest

from tests.faults import matrix
from tests.faults.site import Site
from tests.faults.test_killed import holds


def test_a_death_at_any_point_leaves_the_log_of_an_undisturbed_run():
    with Site("sqlite") as site:
        assert holds(matrix.tried_out(site))


@pytest.mark.soak
def test_a_death_at_any_point_leaves_the_log_of_an_undisturbed_run_on_postgresql():
    with Site("postgresql") as site:
        assert holds(matrix.tried_out(site))
