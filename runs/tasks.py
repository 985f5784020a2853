"""What workers do with a hint. Tasks take one id and hold no logic."""

import logging
import time
from uuid import UUID

from celery import Task, shared_task
from django.utils.module_loading import import_string

from runs import engine, following, health, mails, taking
from runs.batching import batch_due
from runs.models import RunSchedule
from runs.scheduling import schedule_due

logger = logging.getLogger(__name__)

# Longer than anybody may hold a run: a process that hangs is killed, and its hand is free again.
_TIME_LIMIT_SECONDS = 660


@shared_task(time_limit=_TIME_LIMIT_SECONDS, bind=True)
def advance_run(self: Task, run_id: str) -> None:
    ends_at = time.monotonic() + taking.SHARE_SECONDS
    _advance(UUID(run_id))
    if self.request.called_directly:
        return
    try:
        taking.further(_advance, ends_at)
    except Exception:
        logger.exception("Further due runs could not be taken up; the sweeper finds them")


def _advance(run_id: UUID) -> None:
    try:
        engine.work(run_id)
    except Exception:
        logger.exception("run %s: a step failed; it will be tried again", run_id)


@shared_task(time_limit=_TIME_LIMIT_SECONDS)
def action_finished(action_id: str) -> None:
    try:
        engine.action_finished(UUID(action_id))
    except Exception:
        logger.exception("action %s: its run was not told that it has ended", action_id)


@shared_task
def fire_schedule(schedule_id: str) -> None:
    try:
        import_string("runs.scheduling.schedule_firing.fire")(UUID(schedule_id))
    except Exception:
        logger.exception("schedule %s: it could not be served; it is put off", schedule_id)
        schedule_due.put_off(UUID(schedule_id), schedule_due.OUR_FAULT)


@shared_task
def start_batch(batch_id: str) -> None:
    try:
        import_string("runs.batching.batches.start_waiting")(UUID(batch_id))
    except Exception:
        logger.exception("batch %s: its rows could not be started; they are put off", batch_id)
        batch_due.put_off(UUID(batch_id), schedule_due.OUR_FAULT)


def keep_findable(seconds: float) -> None:
    """For the sweeper alone. What finds secrets is loaded where there is something to look through."""
    try:
        import_string("runs.finding.keeping.take_up")(seconds, even_young=False)
    except Exception:
        logger.exception("What runs are found by could not be taken up; it is tried again")


@shared_task
def tell_of_paused_schedule(schedule_id: str) -> None:
    schedule = RunSchedule.objects.select_related("flow", "owner").filter(pk=schedule_id).first()
    if schedule is not None and schedule.paused_at is not None:
        mails.tell_of_pause(schedule)


@shared_task
def tell_follower(follower_id: str) -> None:
    following.tell(int(follower_id))


@shared_task
def canary(queue: str, worker: str = "") -> None:
    health.sing(queue, worker)
