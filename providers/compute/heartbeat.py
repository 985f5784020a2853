"""Tells the site that an endpoint's worker is there, and how well it isolates."""

from __future__ import annotations

import logging
import threading
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils import timezone

from providers.compute import isolation
from providers.compute.levels import Level
from providers.compute.models import Endpoint

logger = logging.getLogger(__name__)

BEAT_SECONDS: Final = 15.0


class Heartbeat:
    """Within, a small thread says every BEAT_SECONDS that the worker lives."""

    def __init__(self, endpoint_id: UUID, level: Level) -> None:
        self._endpoint_id, self._level = endpoint_id, level
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        beat(self._endpoint_id, self._level)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat_on(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                beat(self._endpoint_id, self._level)
            except DatabaseError as error:
                logger.warning("The endpoint's worker could not say that it lives: %s", error)
            finally:
                connection.close()


def beat(endpoint_id: UUID, level: Level) -> None:
    """Write that a worker with this level of isolation is there now."""
    Endpoint.objects.filter(pk=endpoint_id).update(
        seen_at=timezone.now(),
        isolation=level.name,
        isolation_note=isolation.refusal(level) or level.reason,
    )
