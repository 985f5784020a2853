"""Workers keep their connections from task to task."""

from __future__ import annotations

from types import SimpleNamespace

from celery.fixups.django import DjangoWorkerFixup

from config.celery import app


class Connection:
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_no_connection_is_closed_between_tasks():
    fixup, connection = DjangoWorkerFixup(app), Connection()
    fixup._db = SimpleNamespace(connections=SimpleNamespace(all=lambda **_: [connection]))
    task = SimpleNamespace(request=SimpleNamespace(is_eager=False))
    for _ in range(20):
        fixup.on_task_prerun(task)
        fixup.on_task_postrun(task)
    assert connection.closed == 0
