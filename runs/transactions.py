"""Database work that survives a lost connection."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

LOST: Final = (OperationalError, InterfaceError)
_PAUSES_SECONDS: Final = (0.1, 0.5, 2.0)
T = TypeVar("T")


def retried(work: Callable[[], T]) -> T:
    """Return `work()`; when the database fails, the connection is dropped and it is done again, 3 times.

    work  one transaction, harmless when it is done again although it was committed: a connection may break
          between the commit and the news of it
    """
    for pause in _PAUSES_SECONDS:
        try:
            return work()
        except LOST as error:
            if connection.in_atomic_block:
                raise
            logger.warning("The database failed (%s); trying again.", error)
            connection.close()
            time.sleep(pause * random.uniform(0.5, 1.5))
    return work()
