"""Whether a worker hears: it sends canaries to itself, through the broker.

A worker that lost the broker and found it again may go on without ever taking a message, and looks healthy.
So it has a queue of its own, into which a thread puts a canary every ten seconds. When none arrives although
the broker answers and the worker has a hand free, it is deaf and ends itself; whoever started it starts
another one.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any, Final

import redis
from celery import Celery
from celery.signals import task_received, worker_ready
from celery.utils.nodenames import worker_direct
from celery.worker import state
from django.conf import settings
from kombu.exceptions import KombuError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

CANARY_TASK: Final = "runs.tasks.canary"
CANARY_SECONDS: Final = 10.0
DEAF_SECONDS: Final = 45.0
DEAF: Final = 75  # the exit code; the supervisor knows it
FILE_VARIABLE: Final = "HEADRACE_PULSE"
_URGENT_SECONDS: Final = 2.0


def broker_client() -> redis.Redis:
    """Return a client of the broker that gives up after a second instead of trying again."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )


def show_life() -> None:
    """Touch the file at which the supervisor looks, if there is one."""
    path = os.environ.get(FILE_VARIABLE)
    try:
        if path:
            Path(path).touch()
    except OSError as error:
        logger.warning("The supervisor cannot be told that this process lives: %s", error)


class Pulse:
    """Watches the hearing of this process's worker.

    kind         the queue that it serves; goes into the canary
    concurrency  how much it does at a time: while it does that much, it takes no message and need not hear
    """

    def __init__(self, kind: str, concurrency: int) -> None:
        self.kind, self.concurrency = kind, concurrency
        self.worker = ""
        self._heard_at = time.monotonic()
        self._next_canary = 0.0

    def watch(self, app: Celery) -> None:
        """Begin once the worker is ready: before that its processes are not forked yet."""
        app.conf.worker_direct = True
        task_received.connect(self._hear, weak=False)
        worker_ready.connect(self._start, weak=False)

    def _hear(self, **_: Any) -> None:
        self._heard_at = time.monotonic()

    def _start(self, sender: Any, **_: Any) -> None:
        self.worker, self._heard_at = sender.hostname, time.monotonic()
        threading.Thread(target=self._beat_for_ever, name="pulse", daemon=True).start()

    def _beat_for_ever(self) -> None:
        sender = Celery("pulse", set_as_current=False)
        sender.config_from_object("django.conf:settings", namespace="CELERY")
        sender.conf.broker_transport_options |= {"max_retries": 1, "interval_start": 0}
        while True:
            self.beat(sender)
            time.sleep(1.0)

    def beat(self, sender: Celery) -> None:
        """Send what is due, and judge: a worker that is deaf ends here."""
        now = time.monotonic()
        if now >= self._next_canary:
            self._send(sender)
        if len(state.active_requests) >= self.concurrency:
            self._heard_at = now
        silence = now - self._heard_at
        if silence > DEAF_SECONDS:
            logger.warning(
                "Worker %s took no message for %.0f s although the broker answers.", self.worker, silence
            )
            os._exit(DEAF)
        show_life()

    def _send(self, sender: Celery) -> None:
        """A broker that does not take the canary excuses the worker."""
        try:
            with broker_client() as client, sender.connection_for_write() as connection:
                client.ping()
                sender.send_task(
                    CANARY_TASK,
                    args=(self.kind, self.worker),
                    producer=sender.amqp.Producer(connection),
                    queue=worker_direct(self.worker),
                    expires=DEAF_SECONDS,
                    ignore_result=True,
                    retry=False,
                )
        except (OSError, KombuError, RedisError):
            self._heard_at = time.monotonic()
        is_heard = time.monotonic() - self._heard_at < CANARY_SECONDS + 1.0
        self._next_canary = time.monotonic() + (CANARY_SECONDS if is_heard else _URGENT_SECONDS)
