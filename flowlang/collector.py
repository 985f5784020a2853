"""Python's collector of cycles, and when it had better wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Within, nothing is looked through for cycles: all that a check makes is in use until it ends.

    Else the collector would go through it again and again and find nothing: up to half of the time of a
    large check. What is no longer used is given back as ever, unless it is in a cycle.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
