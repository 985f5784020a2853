"""What harms a site: processes killed and frozen, the broker and the database taken away."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis

from tests.engine.workshop import is_alive, kill
from tests.faults.site import Site
from tests.faults.tables import LOST

Harm = Callable[[], object]


def children(pid: int) -> list[int]:
    """Return the live children of a process."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        words = [(task / "children").read_text().split() for task in tasks]
    except OSError:
        return []
    return [pid for each in words for word in each if is_alive(pid := int(word))]


class Nemesis:
    """Does each harm again and again, in a thread of its own, until the end of the `with` block."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.chance = site, random.Random(seed)
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.workers: list[subprocess.Popen[Any]] = []
        self.sweepers: list[subprocess.Popen[Any]] = []

    def employ(self, count: int, concurrency: int = 2) -> None:
        """Start workers. One that ends is replaced at once, as a supervisor does."""
        self.workers = [self.site.worker(concurrency) for _ in range(count)]
        self._concurrency = concurrency
        self.every(0.2, self.replace_the_dead)

    def employ_sweeper(self) -> None:
        self.sweepers = [self.site.sweeper()]

    def dismiss(self) -> None:
        """End all that was employed."""
        self.site.end([*self.workers, *self.sweepers])

    def replace_the_dead(self) -> None:
        with self._lock:
            for number, sweeper in enumerate(self.sweepers):
                if sweeper.poll() is not None:
                    self.sweepers[number] = self.site.sweeper()
            for number, worker in enumerate(self.workers):
                if worker.poll() is not None:
                    kill(worker)
                    self.workers[number] = self.site.worker(self._concurrency)

    def every(self, seconds: float, harm: Harm, *, vary: float = 0.0, first: float | None = None) -> None:
        """Do `harm` every so many seconds, a little off by chance; for the first time after `first`."""
        pauses = itertools.chain([seconds if first is None else first], itertools.repeat(seconds))
        thread = threading.Thread(target=self._repeat, args=(pauses, harm, vary), daemon=True)
        self._threads.append(thread)

    def _repeat(self, pauses: Iterator[float], harm: Harm, vary: float) -> None:
        while not self._over.wait(next(pauses) * self.chance.uniform(1 - vary, 1 + vary)):
            try:
                harm()
            except (*LOST, redis.RedisError, OSError, AssertionError) as error:  # told at the end
                self.failures.append(f"{getattr(harm, '__name__', harm)}: {error!r}")

    def __enter__(self) -> Nemesis:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def rest(self, seconds: float) -> None:
        self._over.wait(seconds)

    def kill_a_pool_process(self) -> None:
        with self._lock:
            pids = [pid for worker in self.workers for pid in children(worker.pid)]
        if pids:
            self._signal(self.chance.choice(pids), signal.SIGKILL)

    def _signal(self, pid: int, number: int) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        self.done["pool kills"] += 1

    def kill_a_worker(self) -> None:
        with self._lock:
            worker = self.chance.choice(self.workers)
            kill(worker)
        self.done["worker kills"] += 1

    def freeze_a_worker(self, seconds: float = 4.5) -> None:
        """Stop all of a worker for longer than its leases last, and until another has taken a run of its over
        (10 s more at most); then let it go on, and try to write.
        """
        with self._lock:
            worker = self.chance.choice(self.workers)
        before = self.site.tables.taken_over()
        kill(worker, signal.SIGSTOP)
        try:
            time.sleep(seconds)
            deadline = time.monotonic() + 10
            while self.site.tables.taken_over() == before and time.monotonic() < deadline:
                if self._over.wait(0.2):
                    break
        finally:
            kill(worker, signal.SIGCONT)
        self.done["freezes"] += 1
        time.sleep(0.5)

    def flush_the_broker(self) -> None:
        self.site.broker.flush()
        self.done["flushes"] += 1

    def cut_subscriptions(self) -> None:
        self.done["subscriptions cut"] += self.site.broker.cut_subscriptions()

    def cut_connections(self) -> None:
        assert self.site.postgres is not None
        self.done["connections cut"] += self.site.postgres.cut_connections()

    def stop_the_database(self) -> None:
        assert self.site.postgres is not None
        self.site.postgres.stop_at_once()
        time.sleep(self.chance.uniform(0.0, 2.0))
        self.site.postgres.start()
        self.done["outages"] += 1

    def lock_the_database(self, seconds: float = 10.0) -> None:
        """Hold SQLite's one write lock."""
        ask = self.site.tables.ask
        ask("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        ask("COMMIT")
        self.done["outages"] += 1

    @property
    def kills(self) -> int:
        return self.done["pool kills"] + self.done["worker kills"] + self.done["freezes"]
