"""What workers of the queue "actions" do."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import Error, connection

from providers import actions
from providers.models import Action
from providers.own import ActionFailure
from providers.transfer.task_provider import carry_out as carry_out_claimed
from providers.transfer.watch import Lost

logger = logging.getLogger(__name__)


@shared_task(name="providers.transfer.tasks.carry_out")
def carry_out(action_id: str) -> None:
    """Carry out one transfer or delete action, unless somebody does or it has ended."""
    action = actions.claim(action_id)
    if action is None:
        return
    try:
        with actions.kept_lease(action):
            carry_out_claimed(action)
    except Lost:
        logger.warning("Action %s is carried on by another worker.", action_id)
    except Error as error:
        # The lease runs out, and the next poll hints again.
        logger.warning("Action %s stops for now: %s", action_id, type(error).__name__)
        connection.close()
    except Exception:
        logger.exception("Action %s cannot be carried out.", action_id)
        text = f"The site made a mistake; its log tells about action {action_id}."
        details = ActionFailure("InternalError", text).details
        actions.finish(action.pk, Action.FAILED, details, action.lease_token)
