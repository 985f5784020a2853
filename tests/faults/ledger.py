"""A provider in a process of its own: it writes down every call, and applies one effect per request id.

Started as `python -m tests.faults.ledger BOOK SEED`; it prints its port. How it behaves is said by the
address: http://127.0.0.1:PORT/<mode>. The book has one JSON object a line: at, op, mode, id, effect; what a
call brought has a line before it, with op "body".
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import psutil

SLOW_SECONDS = 0.3
STALL_SECONDS = 30.0
FLAKY = 0.3
LOOKS = 2  # how often an action of mode "polled" is still at work


class Answer(NamedTuple):
    """What goes back: a document or raw bytes; None as the code hangs up instead, 0 kills the caller."""

    code: int | None
    content: Any = None
    headers: dict[str, str] = {}


class Book:
    """Who called for what, and what took effect."""

    def __init__(self, path: Path, seed: int) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self._effects: set[str] = set()
        self._calls: Counter[tuple[str, str]] = Counter()
        self.chance = random.Random(seed)

    def note(self, operation: str, mode: str, request_id: str, *, has_effect: bool) -> int:
        """Write a call down; return how many of this kind there have been for the request id."""
        with self._lock:
            is_new = has_effect and request_id not in self._effects
            if is_new:
                self._effects.add(request_id)
            self._calls[operation, request_id] += 1
            self._write(op=operation, mode=mode, id=request_id, effect=is_new)
            return self._calls[operation, request_id]

    def keep(self, mode: str, request: dict[str, Any]) -> None:
        """Write down what a call brought."""
        with self._lock:
            self._write(op="body", mode=mode, id=request["request_id"], effect=False, body=request["body"])

    def _write(self, **line: Any) -> None:
        self._file.write(json.dumps({"at": time.time(), **line}) + "\n")


def document(request_id: str, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    return {"action_id": request_id, "status": status, "details": {"n": 1}, **more}


def _instant(book: Book, request_id: str) -> Answer:
    book.note("run", "instant", request_id, has_effect=True)
    return Answer(202, document(request_id))


def _brief(book: Book, request_id: str) -> Answer:
    book.note("run", "brief", request_id, has_effect=True)
    time.sleep(0.005)
    return Answer(202, document(request_id))


def _slow(book: Book, request_id: str) -> Answer:
    book.note("run", "slow", request_id, has_effect=True)
    time.sleep(SLOW_SECONDS)
    return Answer(202, document(request_id))


def _stalled(book: Book, request_id: str) -> Answer:
    """Take effect, and let the first caller wait for the answer longer than any lease."""
    if book.note("run", "stalled", request_id, has_effect=True) == 1:
        time.sleep(STALL_SECONDS)
    return Answer(202, document(request_id))


def _busy(book: Book, request_id: str, code: int, **headers: str) -> Answer:
    if book.note("run", str(code), request_id, has_effect=False) <= 2:
        return Answer(code, {"code": "Busy", "description": "Come again."}, headers)
    book.note("effect", str(code), request_id, has_effect=True)
    return Answer(202, document(request_id))


def _unavailable(book: Book, request_id: str) -> Answer:
    return _busy(book, request_id, 503)


def _throttled(book: Book, request_id: str) -> Answer:
    return _busy(book, request_id, 429, **{"Retry-After": "4"})


def _broken(book: Book, request_id: str) -> Answer:
    book.note("run", "broken", request_id, has_effect=False)
    return Answer(500, b"<h1>Internal error</h1>")


def _lost_before(book: Book, request_id: str) -> Answer:
    """The first call is cut off before it has an effect."""
    if book.note("run", "lost_before", request_id, has_effect=False) == 1:
        return Answer(None)
    book.note("effect", "lost_before", request_id, has_effect=True)
    return Answer(202, document(request_id))


def _lost_after(book: Book, request_id: str) -> Answer:
    """The first call takes effect, and its answer is lost."""
    is_first = book.note("run", "lost_after", request_id, has_effect=True) == 1
    return Answer(None) if is_first else Answer(202, document(request_id))


def _malformed(book: Book, request_id: str) -> Answer:
    book.note("run", "malformed", request_id, has_effect=True)
    return Answer(202, b'{"action_id": "x", "status": "SUCC')


def _flaky(book: Book, request_id: str) -> Answer:
    """Three calls in ten fail: busy, or cut off before or after the effect."""
    draw = book.chance.random()
    book.note("run", "flaky", request_id, has_effect=not draw < 2 * FLAKY / 3)
    if draw < FLAKY / 3:
        return Answer(503, {"code": "Busy", "description": "Come again."})
    return Answer(None) if draw < FLAKY else Answer(202, document(request_id))


def _deadly(book: Book, request_id: str) -> Answer:
    book.note("run", "deadly", request_id, has_effect=True)
    return Answer(0)


def _active(mode: str) -> Callable[[Book, str], Answer]:
    def run(book: Book, request_id: str) -> Answer:
        book.note("run", mode, request_id, has_effect=True)
        return Answer(202, document(request_id, "ACTIVE"))

    return run


MODES: dict[str, Callable[[Book, str], Answer]] = {
    "instant": _instant,
    "brief": _brief,
    "slow": _slow,
    "stalled": _stalled,
    "unavailable": _unavailable,
    "throttled": _throttled,
    "broken": _broken,
    "lost_before": _lost_before,
    "lost_after": _lost_after,
    "malformed": _malformed,
    "flaky": _flaky,
    "deadly": _deadly,
    "polled": _active("polled"),
    "endless": _active("endless"),
    "stranger": _active("stranger"),
    "nonsense": _active("nonsense"),
}


def look(book: Book, mode: str, request_id: str) -> Answer:
    """Answer a poll."""
    looks = book.note("status", mode, request_id, has_effect=False)
    if mode == "stranger":
        return Answer(200, document("another action"))
    if mode == "nonsense":
        return Answer(200, document(request_id, "ASLEEP"))
    at_work = mode == "endless" or (mode == "polled" and looks <= LOOKS)
    return Answer(200, document(request_id, "ACTIVE" if at_work else "SUCCEEDED"))


class Caller(BaseHTTPRequestHandler):
    """One connection to the ledger."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    book: Book

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mode, *rest = self.path.strip("/").split("/")
        if rest == ["run"]:
            request = json.loads(body)
            self.book.keep(mode, request)
            return self._send(MODES[mode](self.book, request["request_id"]))
        request_id, operation = unquote(rest[0]), rest[1]
        self.book.note(operation, mode, request_id, has_effect=False)
        return self._send(Answer(200, document(request_id, "FAILED")))

    def do_GET(self) -> None:
        mode, request_id, _ = self.path.strip("/").split("/")
        self._send(look(self.book, mode, unquote(request_id)))

    def _send(self, answer: Answer) -> None:
        if answer.code == 0:
            kill_owner(self.client_address[1])
        if not answer.code:
            self.close_connection = True
            return
        content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        self.send_response(answer.code)
        for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def kill_owner(port: int) -> None:
    """Kill the process at the other end of a local connection."""
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == port and connection.pid:
            os.kill(connection.pid, signal.SIGKILL)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """A caller that was killed is no news."""


def main(book: str, seed: str) -> None:
    Caller.book = Book(Path(book), int(seed))
    server = Server(("127.0.0.1", 0), Caller)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
