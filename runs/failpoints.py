"""Points at which a test lets a worker die, to see that nothing is lost.

HEADRACE_FAILPOINT="after_call:2" kills the process with SIGKILL when it passes that point the second time.
"""

from __future__ import annotations

import os
import signal

_armed = ""
_passages_left = 0


def arm(point: str) -> None:
    """Let this process die at `point`, e.g. "after_call" or "after_call:2"; "" lets it live."""
    global _armed, _passages_left
    _armed, _, count = point.partition(":")
    _passages_left = int(count or 1)


def reach(name: str) -> None:
    """Pass the point `name`; does nothing outside of such a test."""
    global _passages_left
    if name != _armed:
        return
    _passages_left -= 1
    if _passages_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("HEADRACE_FAILPOINT", ""))
