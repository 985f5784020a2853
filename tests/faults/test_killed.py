"""Pool processes and whole workers are killed while runs go on."""

from tests.faults import trials
from tests.faults.figures import Figure


def holds(figure: Figure) -> bool:
    assert not figure.violations, figure.violations[:10]
    assert not figure.missed, figure.line()
    return True


def test_no_kill_loses_or_doubles_anything(site):
    assert holds(trials.killed(site, runs=50))
