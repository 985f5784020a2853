"""Sockets as a browser opens them: with a session cookie and an origin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async

from config.asgi import application

ORIGIN = b"http://localhost"
PATIENCE_SECONDS = 20  # on a machine that others use, too


class Socket(ApplicationCommunicator):
    """The client's side of a websocket. (Channels' own needs a server that the site does not use.)"""

    def __init__(self, address: str, cookie: bytes, origin: bytes) -> None:
        parts = urlsplit(address)
        headers = [(b"origin", origin), (b"host", b"localhost"), (b"cookie", cookie)]
        scope = {
            "type": "websocket",
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Return whether the site accepts the socket."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=PATIENCE_SECONDS)
        return bool(answer["type"] == "websocket.accept")

    async def receive(self) -> dict[str, Any]:
        """Return the next message of the site."""
        message = await self.receive_output(timeout=PATIENCE_SECONDS)
        assert message["type"] == "websocket.send", message
        return dict(json.loads(message["text"]))

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE_SECONDS)
        await in_database(lambda: None)  # what the site still reads is read: the tables are emptied next

    async def close_code(self) -> int:
        """Return the code with which the site closes the socket as the very next thing."""
        message = await self.receive_output(timeout=PATIENCE_SECONDS)
        assert message["type"] == "websocket.close", message
        await self.disconnect()
        return int(message["code"])


def socket(address: str, cookie: bytes = b"", origin: bytes = ORIGIN) -> Socket:
    return Socket(address, cookie, origin)


def in_database(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Do database work from a test that is asynchronous."""
    return database_sync_to_async(work)(*arguments, **named)


async def close_code(socket: Socket) -> int:
    """Return the code with which the site closes a socket that it accepted."""
    assert await socket.connect()
    return await socket.close_code()


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker is there for most of these tests, so the table is looked at; not every two seconds."""
    monkeypatch.setattr("runs.fanout.POLL_SECONDS", 0.1)
