"""Threads that carry runs on for the sweeper: a provider that takes long must not stop the sweeping."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import close_old_connections

from runs import tasks

PAUSE_SECONDS: Final = 0.2
_MOST_TAKEN: Final = 40


class Hands:
    """So many threads, started when there is something to do for the first time."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: queue.SimpleQueue[UUID] = queue.SimpleQueue()
        self._taken: set[UUID] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def take(self, due: Iterable[UUID]) -> float:
        """Take these runs on, in order, but for those that are in hand; return when to come again.

        A few at a time: the next ones are chosen when it is known who waits then.
        """
        with self._lock:
            room = max(0, _MOST_TAKEN - len(self._taken))
            new = [run_id for run_id in due if run_id not in self._taken][:room]
            self._taken.update(new)
            while new and len(self._threads) < self._count:
                self._threads.append(threading.Thread(target=self._work, name="hand", daemon=True))
                self._threads[-1].start()
        for run_id in new:
            self._waiting.put(run_id)
        return PAUSE_SECONDS

    def _work(self) -> None:
        while True:
            run_id = self._waiting.get()
            tasks.advance_run(str(run_id))
            close_old_connections()
            with self._lock:
                self._taken.discard(run_id)
