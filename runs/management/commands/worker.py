"""`manage.py worker`: a Celery worker that takes up hints."""

import argparse
import os
import resource
import socket
import warnings
from typing import Any, Final

import billiard.pool
from celery import current_app
from celery.platforms import SecurityWarning
from celery.signals import task_prerun, worker_process_init
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections

from providers.pulse import Pulse
from runs import health

# Steps of runs need a processor each. Actions mostly wait for disks and networks, so threads serve them.
_POOLS: Final = {"runs": ("prefork", 2), "actions": ("threads", 4), "all": ("prefork", 2)}
_QUEUES: Final = {"runs": ["runs"], "actions": ["actions"], "all": ["runs", "actions"]}


def _bound_memory(**_: Any) -> None:
    """What eats all memory fails in its own process, and does not take the machine along."""
    most = settings.WORKER_MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _close_old_connections(**_: Any) -> None:
    """As Django does between requests: what is kept is looked at before it is used again."""
    close_old_connections()


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256.")
    return int(text)


class Command(BaseCommand):
    help = "Carry runs on, and carry out the actions of our own providers."
    requires_system_checks = ()  # they would load every page of the site

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--queue", choices=sorted(_QUEUES), default="all", help="which work to take")
        parser.add_argument("--concurrency", type=_count, metavar="N", help="how much of it at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        queue = options["queue"]
        pool, usual = _POOLS[queue]
        concurrency = options["concurrency"] or usual
        os.environ["CELERY_SKIP_CHECKS"] = "1"  # the same, for the same reason
        # A leaving child waits, 30 s at most, until its parent has counted its answers; a stopping parent may
        # count no more. There are no answers to lose here: what was done is in the database.
        billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 5
        for database in connections.settings.values():
            database["CONN_MAX_AGE"] = 600  # a task is shorter than the opening of a connection
        connections.close_all()
        # What Celery fears as root is pickle, which is not accepted; functions of users run in a sandbox.
        warnings.simplefilter("ignore", SecurityWarning)
        Pulse(queue, concurrency).watch(current_app)
        worker_process_init.connect(_bound_memory, weak=False)
        task_prerun.connect(_close_old_connections, weak=False)
        worker = current_app.Worker(
            queues=_QUEUES[queue],
            pool=pool,
            concurrency=concurrency,
            hostname=f"{queue}-{os.getpid()}@{socket.gethostname()}",
            loglevel="WARNING",
            quiet=True,
            optimization="fair",
        )
        self.stdout.write(f"A worker takes {' and '.join(_QUEUES[queue])}, {concurrency} at a time.")
        self.stdout.flush()
        worker.start()
        health.dismiss(worker.hostname)
        raise SystemExit(worker.exitcode)
