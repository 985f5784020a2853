"""A site's web process, spoken to as a program does; every answer is counted."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

import urllib3

WELCOME = (200, 201, 409, 503)


class Said(NamedTuple):
    """An answer: its status (0 when there was none), its JSON, how long it took, and all of it."""

    status: int
    document: Any
    seconds: float
    content: bytes


class Web:
    """One web process and one person, signed in for the API and for pages.

    errors   the answers that nobody should get: all but those of WELCOME. Who is turned away for a moment
             must be told when to come again
    """

    def __init__(self, url: str, token: str, cookie: str) -> None:
        self.url = url
        self.statuses: Counter[int] = Counter()
        self.errors: list[str] = []
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Cookie": cookie,
            "Content-Type": "application/json",
        }
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._lock = threading.Lock()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """Return what the site answers."""
        before = time.monotonic()
        try:
            response = self._pool.request(
                method,
                self.url + path,
                body=None if body is None else json.dumps(body),
                headers=self._headers | headers,
                timeout=60,
                redirect=False,
            )
            status, content = response.status, response.data
            is_welcome = status in WELCOME and (status != 503 or "Retry-After" in response.headers)
        except urllib3.exceptions.HTTPError as error:
            status, content, is_welcome = 0, repr(error).encode(), False
        said = Said(status, _document(content), time.monotonic() - before, content)
        self._count(said, "" if is_welcome else f"{method} {path}: {status} {content[:300]!r}")
        return said

    def _count(self, said: Said, error: str) -> None:
        with self._lock:
            self.statuses[said.status] += 1
            if error:
                self.errors.append(error)

    def forget(self) -> None:
        """Count from now on: while it started, nobody could expect an answer."""
        with self._lock:
            self.statuses.clear()
            self.errors.clear()

    def start(self, flow_id: str, body: Any, **headers: str) -> Said:
        return self.ask("POST", f"/api/flows/{flow_id}/run", {"body": body}, **headers)


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
