"""People who watch a run, as little as that can cost them: sockets, or asking each second.

    python bench/peers/watchers.py sockets|polls COUNT URL PATH COOKIE

Prints {"ready": true} once all are there. Then it takes a line, {"committed": {number: moment}}, and prints
how late each entry came to each: {"delays": [milliseconds in order], "missing", "doubled", "deliveries"}.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

NUMBERS = re.compile(rb'"seq":(\d+)')
LONGEST_SECONDS = 10  # what has not come by then is lost
PING, PONG = 0x89, 0x8A  # whole frames, from the server without a mask
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Watcher(asyncio.Protocol):
    """One socket: notes when it heard of which entry."""

    def __init__(self, request: bytes) -> None:
        self.heard: list[tuple[float, int]] = []
        self.is_open = asyncio.get_running_loop().create_future()
        self._request, self._rest = request, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if not self.is_open.done():
            head, end, self._rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self.is_open.set_result(head.split()[1] == b"101")
        while (frame := self._frame()) is not None:
            kind, content = frame
            if kind == PING:
                self._transport.write(bytes([PONG, 0x80 | len(content), 0, 0, 0, 0]) + content)
            now = time.time()
            self.heard += [(now, int(number)) for number in NUMBERS.findall(content)]

    def _frame(self) -> tuple[int, bytes] | None:
        """Return the kind and the content of the next whole frame, if it is there."""
        if len(self._rest) < 2:
            return None
        size, start = self._rest[1] & 127, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(self._rest[2:start], "big")
        if len(self._rest) < start + size:
            return None
        kind, content = self._rest[0], self._rest[start : start + size]
        self._rest = self._rest[start + size :]
        return kind, content


async def socket_watcher(url: str, path: str, cookie: str) -> Watcher:
    parts = urlsplit(url)
    lines = [
        f"GET {path}?after=1 HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Origin: {url}",
        f"Cookie: {cookie}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _, watcher = await loop.create_connection(lambda: Watcher(request), parts.hostname, parts.port)
    assert await watcher.is_open, "The site refused a socket."
    return watcher


class Poller:
    """One page that asks each second for what is after its last entry."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, int]] = []

    async def watch(self, url: str, path: str, cookie: str, offset: float) -> None:
        parts = urlsplit(url)
        await asyncio.sleep(offset)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while True:
            due = asyncio.get_running_loop().time() + 1
            last = self.heard[-1][1] if self.heard else 1
            head = f"GET {path}?after={last} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            size = int(re.findall(rb"(?i)content-length: *(\d+)", answer)[0])
            found = NUMBERS.findall(await reader.readexactly(size))
            now = time.time()
            self.heard += [(now, int(number)) for number in found]
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


async def main(kind: str, count: int, url: str, path: str, cookie: str) -> None:
    if kind == "sockets":
        watchers: list = [await socket_watcher(url, path, cookie) for _ in range(count)]
        tasks = []
    else:
        watchers = [Poller() for _ in range(count)]
        each = [one.watch(url, path, cookie, place / count) for place, one in enumerate(watchers)]
        tasks = [asyncio.create_task(watching) for watching in each]
    await asyncio.sleep(1)
    print(json.dumps({"ready": True}), flush=True)
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    committed = {int(number): moment for number, moment in json.loads(line)["committed"].items()}
    due, last = time.time() + LONGEST_SECONDS, max(committed)
    while time.time() < due and any(not one.heard or one.heard[-1][1] < last for one in watchers):
        await asyncio.sleep(0.1)
    for task in tasks:
        assert not task.done() and task.cancel()
    print(json.dumps(judged(committed, [watcher.heard for watcher in watchers])), flush=True)


def judged(committed: dict[int, float], heard: list[list[tuple[float, int]]]) -> dict:
    delays: list[float] = []
    missing = doubled = 0
    for mine in heard:
        times = Counter(number for _, number in mine)
        missing += sum(number not in times for number in committed)
        doubled += sum(count - 1 for count in times.values())
        delays += [(at - committed[number]) * 1000 for at, number in mine if number in committed]
    found = sorted(round(delay, 1) for delay in delays)
    return {"delays": found, "missing": missing, "doubled": doubled, "deliveries": len(found)}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
