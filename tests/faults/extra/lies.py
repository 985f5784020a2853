"""Commits that succeed and then say that the connection was lost."""

from __future__ import annotations

import os
import random
import sys
from typing import Any, Final

from django.db import OperationalError

_WRITES: Final = ("INSERT", "UPDATE", "DELETE")
_OURS: Final = tuple(
    os.path.join(os.getcwd(), package) + os.sep for package in ("runs", "providers", "library", "wire")
)
LIE: Final = "the connection was lost after the commit (a lie)"


class Liar:
    """Lies about a share of the commits which the product makes; a test's own commits are left alone."""

    def __init__(self, share: float, seed: int) -> None:
        self.share, self.chance = share, random.Random(f"{seed}:{os.getpid()}")
        self.lies = self.commits = 0

    def attach(self, connection: Any, **_: Any) -> None:
        """Stand between a new connection and whoever commits on it."""
        commit = connection._commit

        def commit_and_lie() -> None:
            commit()
            self.maybe_lie()

        connection._commit = commit_and_lie
        connection.execute_wrappers.append(self.execute)

    def execute(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        """A statement outside of any transaction is its own commit."""
        result = execute(sql, parameters, many, context)
        if context["connection"].in_atomic_block or sql.lstrip()[:6].upper() not in _WRITES:
            return result
        self.maybe_lie()
        return result

    def maybe_lie(self) -> None:
        if not is_ours():
            return
        self.commits += 1
        if self.chance.random() < self.share:
            self.lies += 1
            raise OperationalError(LIE)


def is_ours() -> bool:
    """Whether the code that commits is the product's: the nearest caller that is not a library's."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_OURS):
            return True
        if os.sep + "tests" + os.sep in name and os.sep + "extra" + os.sep not in name:
            return False
        frame = frame.f_back
    return False
