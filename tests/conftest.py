"""What all tests share."""

import os

import pytest
from django.db import connection
from hypothesis import settings

# Deadlines measure the machine, not the code; the number of examples bounds the time.
settings.register_profile("suite", deadline=None, max_examples=50, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests empty their tables; with SQLite that is a DELETE, which the guard of the log would refuse."""
    of_table = " ON runs_runevent" if connection.vendor == "postgresql" else ""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS run_event_kept{of_table}")
