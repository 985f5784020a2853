"""The socket of the inbox: how much waits for somebody, told as soon as it changes."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Final
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from runs.push_socket import SIGNED_OUT, PushSocket, is_broken, user_of
from runs.questions import inbox
from runs.transactions import LOST

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
RECHECK_SECONDS: Final = 60.0


class Lookout:
    """Looks once a second, for all sockets of an event loop, whether anything waits for anybody anew."""

    def __init__(self) -> None:
        self._sockets: set[InboxConsumer] = set()
        self._task: asyncio.Task[None] | None = None
        self._seen: tuple[Any, ...] = ()

    def join(self, socket: InboxConsumer) -> None:
        """Wake `socket` from now on when its number may have changed."""
        self._sockets.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._look_for_ever())
            self._task.add_done_callback(self._ended)

    def leave(self, socket: InboxConsumer) -> None:
        """Forget `socket`; nobody looks for nobody."""
        self._sockets.discard(socket)
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                seen = await database_sync_to_async(inbox.sign)()
            except LOST as error:
                logger.warning("Nobody could look what waits for people: %s", error)
                continue
            if seen != self._seen:
                self._seen = seen
                for socket in self._sockets:
                    socket.news.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """When the looking breaks, all sockets are closed: those who come again look anew."""
        if not is_broken(task):
            return
        logger.error("Nobody looks any more what waits for people", exc_info=task.exception())
        self._task = None
        for socket in self._sockets:
            socket.give_up()


_lookouts: WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout] = WeakKeyDictionary()


def lookout() -> Lookout:
    """Return the lookout of the running event loop."""
    return _lookouts.setdefault(asyncio.get_running_loop(), Lookout())


class InboxConsumer(PushSocket):
    """`/ws/inbox/`: {"count", "newest"} at once, and whenever it is another."""

    async def begin(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close(SIGNED_OUT)
            return
        lookout().join(self)
        self.send_by(self._send_for_ever())

    def leave(self) -> None:
        lookout().leave(self)

    async def _send_for_ever(self) -> None:
        shown: dict[str, Any] | None = None
        while True:
            self.news.clear()
            try:
                found = await database_sync_to_async(_waiting)(self.scope["session"].session_key)
            except LOST as error:
                logger.warning("An inbox has to wait for the database: %s", error)
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if found is None:
                await self.close(SIGNED_OUT)
                return
            if found != shown:
                await self.send(text_data=json.dumps(found))
            shown = found
            await self._rest()

    async def _rest(self) -> None:
        """Wait for news; without any, look again in time whether the session has ended."""
        try:
            async with asyncio.timeout(RECHECK_SECONDS):
                await self.news.wait()
        except TimeoutError:
            return


def _waiting(session_key: str | None) -> dict[str, Any] | None:
    user = user_of(session_key)
    return inbox.waiting(user) if user.is_authenticated else None
