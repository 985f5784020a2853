"""Points at which a test lets a worker die, to see that nothing is lost.

HEADRACE_FAILPOINT="after_call:2" kills the process with SIGKILL when it passes that point the second time.
"""

from __future__ import annotations

import os
import signal
from typing import Final

_NAME, _, _COUNT = os.environ.get("HEADRACE_FAILPOINT", "").partition(":")
_FATAL_PASSAGE: Final = int(_COUNT or 1)
_passages = 0


def reach(name: str) -> None:
    """Pass the point `name`; does nothing outside of such a test."""
    global _passages
    if name != _NAME:
        return
    _passages += 1
    if _passages == _FATAL_PASSAGE:
        os.kill(os.getpid(), signal.SIGKILL)
