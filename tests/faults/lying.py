"""A plugin for pytest: all tests with a database commit for real, and some of the commits lie.

FAULTS_LIES=0.01:7 python -m pytest tests/engine -p tests.faults.lying --ds=tests.faults.settings
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.extra import lies


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.write_line(f"lies told: {lies.told}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)
