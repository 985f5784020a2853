"""Sockets of the run page. Watching is reading: every entry comes from the table, with a right to it."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from runs import access, live
from runs.fanout import hub
from runs.push_socket import BAD_REQUEST, NOT_FOUND, SIGNED_OUT, PushSocket, user_of
from runs.transactions import LOST
from wire.errors import ApiError, BadRequest, NotFound

logger = logging.getLogger(__name__)

RECHECK_SECONDS: Final = 60.0
BEAT_SECONDS: Final = 5.0
BEAT: Final = '{"type":"beat"}'
_RETRY_SECONDS: Final = 1.0


class RunConsumer(PushSocket):
    """`/ws/runs/<id>/?after=<seq>`: first what came after `seq`, then what comes.

    With `&beat=1` a viewer hears at least every few seconds that the connection is alive.
    """

    run_id: UUID
    seq: int

    async def begin(self) -> None:
        self.run_id = self.scope["url_route"]["kwargs"]["run_id"]
        self._shown = b""
        try:
            asked = parse_qs(self.scope["query_string"].decode("latin-1"))
            self.seq = live.sequence_number(asked.get("after", [None])[0])
            self._beats = "beat" in asked
            self._roles = await self._held_roles()
        except (BadRequest, NotFound) as error:
            await self.close(self._refusal(error))
            return
        hub().join(self)
        self.send_by(self._send_for_ever())

    def leave(self) -> None:
        hub().leave(self)

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
        batch = await hub().read(self.run_id, self.seq)
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


class Nowhere(AsyncWebsocketConsumer):
    """Every other address: closed with a code that a client can read, instead of a failed handshake."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NOT_FOUND)


def _roles(session_key: str | None, run_id: UUID) -> frozenset[str]:
    user = user_of(session_key)
    return frozenset(access.roles_of(user, access.run_for(user, run_id)))
