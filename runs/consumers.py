"""Sockets of the run page. Watching is reading: every entry comes from the table, with a right to it."""

from __future__ import annotations

import asyncio
import logging
import time
from importlib import import_module
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from runs import access, live
from runs.fanout import hub
from runs.transactions import LOST
from wire.errors import ApiError, BadRequest, NotFound

logger = logging.getLogger(__name__)

BAD_REQUEST, SIGNED_OUT, NOT_FOUND, BROKEN = 4400, 4401, 4404, 1011
RECHECK_SECONDS: Final = 60.0
BEAT_SECONDS: Final = 5.0
BEAT: Final = '{"type":"beat"}'
_RETRY_SECONDS: Final = 1.0
_MOST_MESSAGES: Final = 20


class RunConsumer(AsyncWebsocketConsumer):
    """`/ws/runs/<id>/?after=<seq>`: first what came after `seq`, then what comes.

    With `&beat=1` a viewer hears at least every few seconds that the connection is alive.
    """

    run_id: UUID
    seq: int

    async def connect(self) -> None:
        self.run_id = self.scope["url_route"]["kwargs"]["run_id"]
        self.news = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._heard = 0
        self._shown = b""
        self._hub = hub()
        await self.accept()
        try:
            asked = parse_qs(self.scope["query_string"].decode("latin-1"))
            self.seq = live.sequence_number(asked.get("after", [None])[0])
            self._beats = "beat" in asked
            self._roles = await self._held_roles()
        except (BadRequest, NotFound) as error:
            await self.close(self._refusal(error))
            return
        self._hub.join(self)
        self._sender = asyncio.create_task(self._send_for_ever())
        self._sender.add_done_callback(self._sender_ended)

    async def disconnect(self, code: int) -> None:
        self._hub.leave(self)
        if self._sender is not None:
            self._sender.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Viewers have nothing to say; whoever goes on talking is cut off."""
        self._heard += 1
        if self._heard > _MOST_MESSAGES:
            await self.close(BAD_REQUEST)

    def _refusal(self, error: ApiError) -> int:
        if isinstance(error, BadRequest):
            return BAD_REQUEST
        return NOT_FOUND if self.scope["user"].is_authenticated else SIGNED_OUT

    async def _send_for_ever(self) -> None:
        while True:
            self.news.clear()
            try:
                is_more = await self._send_news()
                if not is_more:
                    await self._wait()
            except NotFound:
                await self.close(NOT_FOUND)
                return
            except LOST as error:
                logger.warning("run %s: a viewer has to wait for the database: %s", self.run_id, error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _send_news(self) -> bool:
        """Send what there is; return whether there is more. Raises NotFound when the right to it is gone."""
        if time.monotonic() >= self._recheck_at:
            self._roles = await self._held_roles()
        batch = await self._hub.read(self.run_id, self.seq)
        run = batch.run_document(self._roles)
        if batch.last_seq > self.seq or run != self._shown:
            await self.send(text_data=batch.message(self._roles))
        self.seq, self._shown = batch.last_seq, run
        return batch.is_more

    async def _wait(self) -> None:
        """Wait for news. Meanwhile the connection is kept alive, and rights are looked at again in time."""
        while not self.news.is_set():
            rest = self._recheck_at - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, min(rest, BEAT_SECONDS))):
                    await self.news.wait()
            except TimeoutError:
                if time.monotonic() >= self._recheck_at:
                    self._roles = await self._held_roles()
                if self._beats:
                    await self.send(text_data=BEAT)

    async def _held_roles(self) -> frozenset[str]:
        """Return the viewer's roles now. Raises NotFound without any, or when the session has ended."""
        roles: frozenset[str] = await database_sync_to_async(_roles)(
            self.scope["session"].session_key, self.run_id
        )
        self._recheck_at = time.monotonic() + RECHECK_SECONDS
        return roles

    def _sender_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None or isinstance(task.exception(), OSError):
            return
        logger.error("run %s: a socket broke", self.run_id, exc_info=task.exception())
        self._farewell = asyncio.create_task(self.close(BROKEN))


class Nowhere(AsyncWebsocketConsumer):
    """Every other address: closed with a code that a client can read, instead of a failed handshake."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NOT_FOUND)


def _roles(session_key: str | None, run_id: UUID) -> frozenset[str]:
    """The session is read anew: a viewer who signed out elsewhere, or was deactivated, sees no more."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return frozenset(access.roles_of(user, access.run_for(user, run_id)))
