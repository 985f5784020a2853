"""What the workers of an endpoint do."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import connection

from providers.compute import calls

logger = logging.getLogger(__name__)


@shared_task(name=calls.TASK)
def call_function(call_id: str) -> None:
    """Carry out one call. After a mistake of ours its lease runs out and the next poll hints it again."""
    try:
        calls.work(call_id)
    except Exception:
        logger.exception("Call %s stops for now.", call_id)
        connection.close()
