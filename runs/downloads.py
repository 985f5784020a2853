"""Files that are written while they are read: nobody holds the whole of one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import chain
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

_LEAST_BYTES: Final = 65_536


def download(request: HttpRequest, pieces: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """Answer with a file to keep. What goes wrong before its first bytes is told as an error.

    pieces   read the database a page at a time: no transaction stays open between two of them
    kind     its content type
    """
    first = _some(pieces)
    whole = chain([first], iter(lambda: _some(pieces), b"")) if first else iter(())
    content = _in_turn(whole) if isinstance(request, ASGIRequest) else whole
    answer = StreamingHttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _some(pieces: Iterator[bytes]) -> bytes:
    """Return the next pieces together, or nothing when there are no more: each hand-over costs time."""
    found: list[bytes] = []
    size = 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= _LEAST_BYTES:
            break
    return b"".join(found)


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The web server waits for the reader between two pieces; Django would collect them all otherwise."""
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")
