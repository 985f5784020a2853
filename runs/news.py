"""News of runs for whoever watches: "run r is at n". Lost news costs a viewer a moment, never an event."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

CHANNEL: Final = "headrace:news"
PAUSE_SECONDS: Final = 5.0


class _Publisher:
    """One thread, one long-lived connection. Nobody waits for it, and of a run only the newest counts."""

    def __init__(self) -> None:
        self._newest: dict[UUID, int] = {}
        self._ready = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed_until = 0.0

    def put(self, run_id: UUID, last_seq: int) -> None:
        if time.monotonic() < self._closed_until:
            return
        with self._ready:
            self._newest[run_id] = last_seq
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish_for_ever, name="news", daemon=True)
                self._thread.start()
            self._ready.notify()

    def _publish_for_ever(self) -> None:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
        )
        while True:
            with self._ready:
                self._ready.wait_for(lambda: bool(self._newest))
                batch, self._newest = self._newest, {}
            try:
                self._publish(client, batch)
            except redis.RedisError as error:
                self._closed_until = time.monotonic() + PAUSE_SECONDS
                logger.info("The broker does not take news: %s", error)

    def _publish(self, client: redis.Redis, batch: dict[UUID, int]) -> None:
        pipeline = client.pipeline(transaction=False)
        for run_id, last_seq in batch.items():
            pipeline.publish(CHANNEL, f"{run_id} {last_seq}")
        pipeline.execute()


_publisher = _Publisher()
_listeners: list[Callable[[UUID], None]] = []


def publish(run_id: UUID, last_seq: int) -> None:
    """Say that there is news of a run. Never raises, never blocks; call it after the commit."""
    _publisher.put(run_id, last_seq)
    for listener in _listeners:
        listener(run_id)


@contextmanager
def heard_by(listener: Callable[[UUID], None]) -> Iterator[None]:
    """Within, `listener` is called with the id of each run that this very process brings news of."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _forget_parent() -> None:
    """A forked child has neither the parent's thread nor a right to its connection."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=_forget_parent)
