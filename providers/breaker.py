"""Circuit breakers: who has not answered several times is left alone for a while.

A provider that is down or hangs must not keep the hands that carry on everybody else's runs. Each process has
its own breakers: they need no agreement, and what one learns the others learn soon.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Final

from providers.provider import ActionError

FAILURES: Final = 3
SLOW_SECONDS: Final = 10.0  # a failure that took so long counts for all of them
FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 60.0
_MOST_KEPT: Final = 1_000


class LeftAlone(ActionError):
    """Nobody was asked: `who` is left alone just now. Such a try counts for nothing."""

    def __init__(self, who: str, seconds: float) -> None:
        super().__init__(
            "ProviderUnreachable",
            f"{who} has not answered lately; it is tried again in {seconds:.0f} s.",
            permanent=False,
            status=503,
        )
        self.retry_after_seconds = seconds + random.uniform(0.0, max(1.0, seconds))


@dataclass(slots=True)
class _Breaker:
    failures: int = 0
    pause_seconds: float = 0.0
    closed_until: float = 0.0  # monotonic; until then nobody calls


_breakers: dict[str, _Breaker] = {}
_lock = threading.Lock()


def admit(*names: str) -> None:
    """Let a call through that all of `names` have to answer. Raises LeftAlone while one is left alone.

    1. After FAILURES failures in a row it is left alone for 2 s, then 4 s, 8 s ... 60 s.
    2. When that is over, one call is let through, and decides.
    3. Calls that fail slowly are made more rarely still: at most a fifth of the time goes into them.
    """
    with _lock:
        now = time.monotonic()
        found = {who: _breakers[who] for who in names if who in _breakers}
        tripped = {who: breaker for who, breaker in found.items() if breaker.failures >= FAILURES}
        for who, breaker in tripped.items():
            if breaker.closed_until > now:
                raise LeftAlone(who, breaker.closed_until - now)
        for breaker in tripped.values():
            breaker.closed_until = now + max(breaker.pause_seconds, SLOW_SECONDS)  # for all but this call


def failed(who: str, seconds: float, asked_for_seconds: float | None = None) -> None:
    """Note that a call failed after so many seconds, and for how long it was asked to be left alone."""
    with _lock:
        if len(_breakers) >= _MOST_KEPT:
            _breakers.clear()
        breaker = _breakers.setdefault(who, _Breaker())
        breaker.failures += FAILURES if seconds >= SLOW_SECONDS else 1
        if breaker.failures < FAILURES:
            return
        doubled = max(FIRST_PAUSE_SECONDS, breaker.pause_seconds * 2)
        breaker.pause_seconds = min(doubled, LONGEST_PAUSE_SECONDS)
        wished = min(asked_for_seconds or 0.0, LONGEST_PAUSE_SECONDS)
        slow = 4 * seconds if seconds >= SLOW_SECONDS else 0.0
        breaker.closed_until = time.monotonic() + max(breaker.pause_seconds, wished, slow)


def answered(who: str) -> None:
    """Note that a call was answered."""
    with _lock:
        _breakers.pop(who, None)


def forget_all() -> None:
    """Close all breakers."""
    with _lock:
        _breakers.clear()
