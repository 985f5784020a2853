"""Commits that succeed and then say that the connection was lost."""

from __future__ import annotations

import os
import random
import sys
from typing import Any, Final

from django.db import OperationalError

_WRITES: Final = ("INSERT", "UPDATE", "DELETE", "WITH M")  # the last is the engine's own
_ENGINE: Final = os.path.join(os.getcwd(), "runs") + os.sep
LIE: Final = "the connection was lost after the commit (a lie)"

told = 0


class Liar:
    """Lies about a share of the commits that the engine makes, itself or by a provider that it calls."""

    def __init__(self, share: float, seed: int) -> None:
        self.share, self.chance = share, random.Random(seed)

    def attach(self, connection: Any, **_: Any) -> None:
        """Stand between a new connection and whoever commits on it."""
        if self.execute in connection.execute_wrappers:
            return  # it was lost and is made anew
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
        try:
            self.maybe_lie()
        except OperationalError:
            if "RETURNING" in sql:
                context["cursor"].fetchall()  # SQLite commits such a statement with its last row
            raise
        return result

    def maybe_lie(self) -> None:
        global told
        if not is_ours():
            return
        if self.chance.random() < self.share:
            told += 1
            raise OperationalError(LIE)


def is_ours() -> bool:
    """Whether the engine is at work, and not a test that prepares or looks at something."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_ENGINE):
            return True
        if os.sep + "tests" + os.sep in name and os.sep + "extra" + os.sep not in name:
            return False
        frame = frame.f_back
    return False
