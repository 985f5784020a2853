"""How large the body of a request may be: Django keeps all of it, on disk, before any view is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from wire.errors import PayloadTooLarge, envelope

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

USUAL_BYTES: Final = 8 << 20


class Bounded:
    """An ASGI application that answers 413 to whoever sends more than there is room for.

    room   pattern of a whole path -> how many bytes it takes; USUAL_BYTES for all others
    """

    def __init__(self, application: Application, room: Mapping[str, int]) -> None:
        self._application = application
        self._room = [(re.compile(pattern), most) for pattern, most in room.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as far as there is room. A length that lies, or is not told, gets no more."""
        most = next((most for path, most in self._room if path.fullmatch(scope["path"])), USUAL_BYTES)
        size, came = _announced(scope), 0

        async def bounded() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            return {"type": "http.disconnect"} if came > most else message

        if size <= most:
            await self._application(scope, bounded, send)
        if max(size, came) > most:  # and so nothing has been answered yet
            await _refuse(scope["path"], most, send)


def _announced(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text) if text.isdigit() and len(text) < 20 else 0


async def _refuse(path: str, most: int, send: Send) -> None:
    said = f"At most {most >> 20:,} MB are taken here."
    is_api = path.startswith(("/api/", "/actions/"))
    document = envelope(PayloadTooLarge.code, said) if is_api else {"error": said}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": PayloadTooLarge.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})
