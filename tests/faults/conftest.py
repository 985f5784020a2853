"""Fixtures of the fault tests that run in this process, and what they measured, at the end of the report."""

from collections.abc import Callable

import pytest

from tests.engine.conftest import ledger
from tests.faults.figures import Figure

__all__ = ["ledger"]
Judge = Callable[[Figure], bool]


@pytest.fixture
def holds(record_property: Callable[[str, object], None]) -> Judge:
    """Return what judges a figure; its line is shown at the end, whether it holds or not."""

    def judge(figure: Figure) -> bool:
        record_property("figure", figure.line())
        assert not figure.violations, figure.violations[:10]
        assert not figure.missed, figure.line()
        return True

    return judge


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line for each figure."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for line in (text for report in reports for name, text in report.user_properties if name == "figure"):
        terminalreporter.write_line(line)
