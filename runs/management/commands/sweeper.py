"""`manage.py sweeper`: hint at due runs, and carry them on when no worker does."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from runs.hands import Hands
from runs.sweeper import Sweeper

_HANDS = 2


class Command(BaseCommand):
    help = "Hint at runs that are due, each second; carry them on itself when no worker does."
    requires_system_checks = ()  # they would load every page of the site

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("The sweeper sweeps.")
        Sweeper(Hands(_HANDS).take).run_until(stop)
