"""manage.py endpoint_worker NAME: a worker that carries out the calls of one endpoint."""

from __future__ import annotations

import argparse
import os
import socket
import warnings
from typing import Any

from celery import current_app
from celery.platforms import SecurityWarning
from celery.signals import worker_shutting_down
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from providers.compute import calls, isolation, sandbox
from providers.compute.heartbeat import Heartbeat
from providers.compute.models import Endpoint
from providers.pulse import Pulse


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256.")
    return int(text)


class Command(BaseCommand):
    help = "Carry out the function calls of an endpoint, each in a sandbox, until stopped."
    requires_system_checks = ()  # they would load every page of the site

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the endpoint's name")
        parser.add_argument(
            "--concurrency",
            type=_count,
            metavar="N",
            default=os.cpu_count() or 1,
            help="calls at a time; by default one per processor",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, concurrency = options["name"], options["concurrency"]
        endpoint = Endpoint.objects.filter(name=name).first()
        if endpoint is None:
            known = ", ".join(f'"{each.name}"' for each in Endpoint.objects.order_by("name")[:20]) or "none"
            raise CommandError(
                f'There is no endpoint "{name}". Add it with add_endpoint. There are: {known}.'
            )
        self._say(name, concurrency)
        connections.close_all()
        with Heartbeat(endpoint.pk, sandbox.level()):
            raise SystemExit(_serve(endpoint, concurrency))

    def _say(self, name: str, concurrency: int) -> None:
        level = sandbox.level()
        sandbox.remove_leftovers()
        self.stdout.write(f'Endpoint "{name}" takes {concurrency} calls at a time. Isolation: {level.name}.')
        for words in (level.reason, isolation.refusal(level)):
            if words:
                self.stdout.write(words)
        self.stdout.flush()


def _serve(endpoint: Endpoint, concurrency: int) -> int:
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # for the same reason as above
    # What Celery fears as root is pickle, which is not accepted; functions run in a sandbox.
    warnings.simplefilter("ignore", SecurityWarning)
    worker_shutting_down.connect(_hand_back, weak=False)
    Pulse(endpoint.queue, concurrency).watch(current_app)
    worker = current_app.Worker(
        queues=[endpoint.queue],
        pool="threads",  # each call is a process of its own
        concurrency=concurrency,
        hostname=f"endpoint-{endpoint.pk}-{os.getpid()}@{socket.gethostname()}",
        loglevel="WARNING",
        quiet=True,
        optimization="fair",
    )
    worker.start()
    return int(worker.exitcode or 0)


def _hand_back(**options: Any) -> None:
    calls.stopping.set()
