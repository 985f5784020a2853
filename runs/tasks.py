"""What workers do with a hint. Tasks take one id and hold no logic."""

import logging
from uuid import UUID

from celery import shared_task

from runs import engine, health

logger = logging.getLogger(__name__)


@shared_task
def advance_run(run_id: str) -> None:
    try:
        engine.work(UUID(run_id))
    except Exception:
        logger.exception("run %s: a step failed; it will be tried again", run_id)


@shared_task
def action_finished(action_id: str) -> None:
    try:
        engine.action_finished(UUID(action_id))
    except Exception:
        logger.exception("action %s: its run was not told that it has ended", action_id)


@shared_task
def canary(queue: str) -> None:
    health.sing(queue)
