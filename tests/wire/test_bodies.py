"""How large a body may be, as the server meets it: announced, not announced, and lied about."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from config.asgi import ROOM
from wire.bodies import USUAL_BYTES, Bounded

CHUNK = b"x" * (1 << 20)


async def _site(scope: Any, receive: Any, send: Any) -> None:
    """What Django does: read all, then answer; nothing when the other side is gone."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def sent(path: str, chunks: int, announced: int | None = None) -> tuple[int, bytes, int]:
    """Send so many megabytes; return the status, the answer, and how many were taken."""
    taken, answer = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": CHUNK, "more_body": taken < chunks}

    async def send(message: Any) -> None:
        answer.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(Bounded(_site, ROOM)(scope, receive, send))
    return answer[0]["status"], answer[1]["body"], taken


@pytest.mark.parametrize("path", ["/sign-in/", "/api/flows", "/collections/x/upload/y"])
def test_a_body_without_end_is_cut_off_and_refused(path: str):
    most = USUAL_BYTES >> 20
    status, body, taken = sent(path, 1_000)
    assert (status, taken) == (413, most + 1)
    assert f"At most {most} MB are taken here." in body.decode()
    assert "debug_id" in json.loads(body) if path.startswith("/api/") else "error" in json.loads(body)


def test_what_is_announced_as_too_large_is_not_taken_at_all():
    assert sent("/sign-in/", 1, announced=USUAL_BYTES + 1)[::2] == (413, 0)


def test_a_length_that_lies_gets_no_more_room():
    assert sent("/sign-in/", 20, announced=5)[0] == 413


def test_there_is_room_where_files_come():
    assert sent("/sign-in/", 8)[:2] == (200, str(USUAL_BYTES).encode())
    assert sent("/collections/6f1c0a52/upload", 40)[0] == 200
    assert sent("/runs/bundles/", 40)[0] == 200
