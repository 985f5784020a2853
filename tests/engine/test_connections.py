"""Workers keep their connections from task to task, but for those that have fallen silent."""

from __future__ import annotations

import runpy
from types import SimpleNamespace

from celery.fixups.django import DjangoWorkerFixup
from django.core import mail
from psycopg import conninfo

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


def test_a_database_that_falls_silent_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example.org/site?connect_timeout=3")
    options = runpy.run_path("config/settings.py")["DATABASES"]["default"]["OPTIONS"]
    assert conninfo.make_conninfo(**options)  # it refuses what it does not know
    assert int(options["connect_timeout"]) == 3 and options["tcp_user_timeout"] <= 30_000
    silence = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    assert silence <= 30


def test_a_mail_server_that_falls_silent_is_given_up():
    assert mail.get_connection("django.core.mail.backends.smtp.EmailBackend").timeout <= 10
