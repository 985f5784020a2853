"""A site's web process, spoken to as a program does; every answer is counted."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

import urllib3


class Said(NamedTuple):
    """An answer: its status (0 when there was none), its JSON, and how long it took."""

    status: int
    document: Any
    seconds: float


class Web:
    """One web process and one person's token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.statuses: Counter[int] = Counter()
        self.errors: list[str] = []
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
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
            )
            status, content = response.status, response.data
        except urllib3.exceptions.HTTPError as error:
            status, content = 0, repr(error).encode()
        said = Said(status, _document(content), time.monotonic() - before)
        self._count(said, f"{method} {path}: {status} {content[:300]!r}")
        return said

    def _count(self, said: Said, line: str) -> None:
        with self._lock:
            self.statuses[said.status] += 1
            if said.status == 0 or (said.status >= 500 and said.status != 503):
                self.errors.append(line)

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
