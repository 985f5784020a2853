"""Every figure on every database it is for, in full: minutes each, only with ./test --all."""

import pytest

from tests.faults.figures import BARS
from tests.faults.gate import TRIALS, measured

ALL = [(name, database) for name, trial in TRIALS.items() for database in trial.databases]


def test_each_figure_has_a_bar():
    assert set(TRIALS) == set(BARS)
    assert all(BARS.values())


@pytest.mark.soak
@pytest.mark.parametrize(("name", "database"), ALL)
def test_the_figure_holds(name, database, holds):
    assert holds(measured(name, database))
