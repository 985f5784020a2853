"""Hints: "look at this row". They may be lost or doubled, because the database says what is due."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from celery import Celery
from django.utils.module_loading import import_string
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

EXPIRES_SECONDS: Final = 60
PAUSE_SECONDS: Final = 5.0  # after a failure the broker is left alone for so long
MOST_QUEUED: Final = 1000

Hint = tuple[str, tuple[str, ...], str | None, int]


class _Sender:
    """One thread that publishes through one long-lived connection.

    A hung broker costs whoever publishes several seconds per message even with short timeouts, because
    the client library tries again by itself. So nobody publishes in line, and after a failure nothing is
    tried for PAUSE_SECONDS: what is dropped meanwhile is found again by the sweeper or the next poll.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[Hint] = queue.Queue(MOST_QUEUED)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed_until = 0.0
        self._celery: Celery | None = None
        self._producer: Any = None

    def put(self, hint: Hint) -> None:
        if time.monotonic() < self._closed_until:
            return
        try:
            self._queue.put_nowait(hint)
        except queue.Full:
            logger.warning("Hints are not leaving: %s dropped.", hint[0])
            return
        self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish_all, name="hints", daemon=True)
                self._thread.start()

    def _publish_all(self) -> None:
        while True:
            hint = self._queue.get()
            if time.monotonic() < self._closed_until:
                continue
            try:
                self._publish(*hint)
            except (OSError, KombuError, RedisError) as error:
                self._closed_until = time.monotonic() + PAUSE_SECONDS
                self._producer = None
                logger.warning("The broker does not take hints: %s", error)

    def _publish(self, task_name: str, ids: tuple[str, ...], queue_name: str | None, priority: int) -> None:
        app = self._app()
        if self._producer is None:
            self._producer = app.amqp.Producer(app.connection_for_write())
        options = {"queue": queue_name} if queue_name else {}
        app.send_task(
            task_name,
            args=ids,
            producer=self._producer,
            expires=EXPIRES_SECONDS,
            ignore_result=True,
            retry=False,
            priority=priority,
            **options,
        )

    def _app(self) -> Celery:
        # An application of its own: Celery's "current" one is per thread.
        if self._celery is None:
            self._celery = Celery("hints", set_as_current=False)
            self._celery.config_from_object("django.conf:settings", namespace="CELERY")
            # Kombu would try to connect for ever; a failure has to be seen here.
            self._celery.conf.broker_transport_options |= {"max_retries": 1, "interval_start": 0}
        return self._celery


_sender = _Sender()
_inline: deque[Hint] | None = None
_is_draining = False


def _forget_parent() -> None:
    """A forked child has neither the parent's thread nor a right to its connection."""
    global _sender
    _sender = _Sender()


os.register_at_fork(after_in_child=_forget_parent)


def send(task_name: str, *ids: str, queue: str | None = None, priority: int = 0) -> None:
    """Ask a worker to run `task_name(*ids)` soon. Never raises, never blocks; call it after the commit.

    queue     "runs", "actions" or "endpoint-<id>"; by default the one that settings route the name to
    priority  from 0, taken first, to 9
    """
    hint = (task_name, ids, queue, priority)
    if _inline is None:
        _sender.put(hint)
        return
    _inline.append(hint)
    _drain(_inline)


@contextmanager
def inline() -> Iterator[None]:
    """Within, tasks run in this process at once, without a broker. A bug in a task surfaces in `send`."""
    global _inline
    outer, _inline = _inline, deque()
    try:
        yield
    finally:
        _inline = outer


def _drain(waiting: deque[Hint]) -> None:
    """Run what waits, in order; hints sent by a running task wait for it to end."""
    global _is_draining
    if _is_draining:
        return
    _is_draining = True
    try:
        while waiting:
            task_name, ids, _, _ = waiting.popleft()
            import_string(task_name)(*ids)
    finally:
        _is_draining = False
