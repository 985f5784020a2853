"""Sockets on which only the site speaks: what those of the run page and of the inbox have in common."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from importlib import import_module
from typing import Any, Final

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from runs.access import Person

logger = logging.getLogger(__name__)

BAD_REQUEST, SIGNED_OUT, NOT_FOUND, BROKEN = 4400, 4401, 4404, 1011
_MOST_MESSAGES: Final = 20


class PushSocket(AsyncWebsocketConsumer):
    """A socket whose reader has nothing to say. It has three steps, of which a kind of socket fills two.

    begin   looks who reads what, and closes the socket or hands what is sent to `send_by`
    leave   undoes what `begin` has done elsewhere; it may have done nothing

    `news` is set by whoever knows that there is something to send.
    """

    async def connect(self) -> None:
        self.news = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._heard = 0
        await self.accept()
        await self.begin()

    async def begin(self) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        raise NotImplementedError

    def send_by(self, sending: Coroutine[Any, Any, None]) -> None:
        """Let `sending` send, until the socket is closed."""
        self._sender = asyncio.create_task(sending)
        self._sender.add_done_callback(self._sender_ended)

    async def disconnect(self, code: int) -> None:
        self.leave()
        if self._sender is not None:
            self._sender.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Whoever goes on talking is cut off."""
        self._heard += 1
        if self._heard > _MOST_MESSAGES:
            await self.close(BAD_REQUEST)

    def _sender_ended(self, task: asyncio.Task[None]) -> None:
        if is_broken(task):
            logger.error("The socket %s broke", self.scope["path"], exc_info=task.exception())
            self.give_up()

    def give_up(self) -> None:
        """Close the socket with a code at which browsers come again."""
        self._farewell = asyncio.create_task(self.close(BROKEN))


def is_broken(task: asyncio.Task[None]) -> bool:
    """Whether a task that is done must be heard of; one whose reader has gone away need not."""
    return not task.cancelled() and task.exception() is not None and not isinstance(task.exception(), OSError)


def user_of(session_key: str | None) -> Person:
    """Return who reads. The session is read anew: who signed out elsewhere, or was deactivated, is nobody."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(request)
