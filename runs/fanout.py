"""From one subscription per web process to the sockets of each run.

News says only that there is something; what it is, each socket reads from the table. Without a broker the
table is looked at every two seconds, and now and then even with one: news may be lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from runs import live
from runs.models import Run
from runs.news import CHANNEL

logger = logging.getLogger(__name__)

BATCH_SECONDS: Final = 0.03
_REST: Final = 2
POLL_SECONDS: Final = 2.0
POLL_BESIDE_NEWS_SECONDS: Final = 10.0
_RUNS_A_QUERY: Final = 500


class Watcher(Protocol):
    """A socket that watches a run. `seq` is the last event it has been sent; `news` wakes its sender."""

    run_id: UUID
    seq: int
    news: asyncio.Event


class Hub:
    """The sockets of one event loop, by run."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, set[Watcher]] = {}
        self._told: set[UUID] = set()  # there is news that nobody has read yet
        self._bringing: dict[UUID, asyncio.Task[None]] = {}
        self._ready: dict[UUID, tuple[int, live.Batch]] = {}  # while sockets wake: what is after which event
        self._reads: dict[tuple[UUID, int, int], asyncio.Task[live.Batch]] = {}
        self._generation = 0
        self._is_connected = False
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, watcher: Watcher) -> None:
        """Wake `watcher` from now on when its run has news."""
        self._watchers.setdefault(watcher.run_id, set()).add(watcher)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._poll())]

    def leave(self, watcher: Watcher) -> None:
        """Forget `watcher`; the last one turns off the light."""
        watchers = self._watchers.get(watcher.run_id, set())
        watchers.discard(watcher)
        if not watchers:
            self._forget(watcher.run_id)
        if not self._watchers:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def _forget(self, run_id: UUID) -> None:
        self._watchers.pop(run_id, None)
        self._told.discard(run_id)

    async def read(self, run_id: UUID, after: int) -> live.Batch:
        """Return what there is after event `after`; sockets that ask for the same at once share one read."""
        known_after, batch = self._ready.get(run_id, (after, None))
        if batch is not None and known_after == after:
            return batch
        return await asyncio.shield(self._reading(run_id, after))

    def _reading(self, run_id: UUID, after: int) -> asyncio.Task[live.Batch]:
        # The generation keeps a socket from sharing a read that began before the news which woke it.
        key = (run_id, after, self._generation)
        task = self._reads.get(key)
        if task is None:
            task = asyncio.create_task(database_sync_to_async(live.read)(run_id, after))
            self._reads[key] = task
            task.add_done_callback(lambda _: self._reads.pop(key, None))
        return task

    def tell(self, run_id: UUID) -> None:
        """Note news of a run: its sockets wake at once, or together a moment later when news comes thick."""
        if run_id not in self._watchers:
            return
        self._told.add(run_id)
        if run_id not in self._bringing:
            self._bringing[run_id] = asyncio.create_task(self._bring(run_id))

    async def _bring(self, run_id: UUID) -> None:
        """Bring what is new to the sockets of a run, again for as long as there is news.

        Between two times there is a pause, twice as long as it took to serve them all: where many watch, or
        the machine is busy, news gathers instead of filling the loop.
        """
        loop = asyncio.get_running_loop()
        while run_id in self._told:
            self._told.discard(run_id)
            await self._read_ahead(run_id)
            woken_at = loop.time()
            for watcher in self._watchers.get(run_id, ()):
                watcher.news.set()
            await asyncio.sleep(0)  # now they send
            self._ready.pop(run_id, None)
            await asyncio.sleep(max(BATCH_SECONDS, _REST * (loop.time() - woken_at)))
        del self._bringing[run_id]

    async def _read_ahead(self, run_id: UUID) -> None:
        """Have at hand what most of the sockets lack; what else they lack, or what goes wrong, they find."""
        self._generation += 1
        seqs = Counter(watcher.seq for watcher in self._watchers.get(run_id, ()))
        for after, _ in seqs.most_common(1):
            reading = self._reading(run_id, after)
            await asyncio.wait([reading])
            if not reading.cancelled() and reading.exception() is None:
                self._ready[run_id] = after, reading.result()

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError) as error:
                logger.info("No news from the broker (%s); looking at the table instead.", error)
            self._is_connected = False
            await asyncio.sleep(POLL_SECONDS)

    async def _subscribe(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1.0)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(CHANNEL)
            self._is_connected = True
            for run_id in list(self._watchers):  # what came before the subscription
                self.tell(run_id)
            async for message in subscription.listen():
                self._hear(message["data"])

    def _hear(self, data: bytes) -> None:
        try:
            self.tell(UUID(data.partition(b" ")[0].decode("ascii")))
        except ValueError:
            logger.info("The broker's news channel brought something that is no news of a run.")

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_BESIDE_NEWS_SECONDS if self._is_connected else POLL_SECONDS)
            try:
                await self._compare()
            except DatabaseError as error:
                logger.warning("The table of runs could not be looked at: %s", error)

    async def _compare(self) -> None:
        watched = list(self._watchers)
        for start in range(0, len(watched), _RUNS_A_QUERY):
            some = watched[start : start + _RUNS_A_QUERY]
            rows = await database_sync_to_async(_last_numbers)(some)
            for run_id, last_seq in rows:
                if any(watcher.seq < last_seq for watcher in self._watchers.get(run_id, ())):
                    self.tell(run_id)


def _last_numbers(run_ids: list[UUID]) -> list[tuple[UUID, int]]:
    return list(Run.objects.filter(pk__in=run_ids).values_list("pk", "last_seq"))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
