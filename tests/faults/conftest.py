"""Fixtures of the fault tests that run in this process."""

from tests.engine.conftest import ledger

__all__ = ["ledger"]
