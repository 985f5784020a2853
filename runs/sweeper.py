"""The sweeper: a small process of its own, so that a deaf broker cannot silence it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from providers import hints, pulse
from runs import clock, engine, following, health, tasks
from runs.batching import batch_due
from runs.finding.tables import RunFacts
from runs.models import Heartbeat
from runs.questions import web_inputs
from runs.scheduling import schedule_due
from runs.sweeping import OVERDUE
from runs.transactions import LOST

logger = logging.getLogger(__name__)

CANARY_TASK: Final = "runs.tasks.canary"
LONGEST_PAUSE_SECONDS: Final = 1.0
_SHORTEST_PAUSE_SECONDS: Final = 0.05
_CROWDED_PAUSE_SECONDS: Final = 0.2
_BEAT_SECONDS: Final = 5.0
_CANARY_SECONDS: Final = 10.0
_FIRST_CANARY_SECONDS: Final = 2.0
_OWN_STEPS_SECONDS: Final = 2.0
_TELL_SECONDS: Final = float(hints.EXPIRES_SECONDS)
_TAKE_UP_EVERY_SECONDS: Final = 1.0
_TAKE_UP_SECONDS: Final = 0.2


class Sweeper:
    """Each second: hints at due runs, starts what schedules and batches have due, closes web inputs, keeps
    runs findable, beats.

    When runs are due for ten seconds and nobody takes them, it is in degraded mode: it carries runs on
    itself, until a worker answers a canary again.
    """

    def __init__(self, carry_on: Callable[[Iterable[UUID]], float] | None = None) -> None:
        """`carry_on` takes due runs and returns when to come again; by default it is done in line."""
        self._carry_on = carry_on or _carry_on_here
        self.is_degraded = False
        self._degraded_since = clock.now()
        self._next_beat = self._next_canary = self._next_take_up = 0.0
        self._told: dict[int, float] = {}  # follower -> when a worker was last asked to tell them

    def run_until(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set. A database that fails is tried again."""
        pause = 0.0
        while not stop.wait(pause):
            pulse.show_life()
            try:
                pause = self.tick()
            except LOST as error:
                logger.warning("The database failed (%s); trying again.", error)
                connection.close()
                pause = LONGEST_PAUSE_SECONDS

    def tick(self) -> float:
        """Do what is due now; return how many seconds there is nothing to do."""
        self._beat()
        self._send_canaries()
        web_inputs.close_expired(clock.now())
        self._tell_followers()
        schedule_at, batch_at = _start_scheduled(), _start_batches()
        self._keep_findable()
        swept = engine.sweep()
        self._judge(swept)
        if self.is_degraded and swept.due:
            return self._carry_on(swept.due)
        if swept.more:
            return _CROWDED_PAUSE_SECONDS
        coming = [each for each in (swept.next_at, schedule_at, batch_at) if each is not None]
        if not coming:
            return LONGEST_PAUSE_SECONDS
        seconds = (min(coming) - clock.now()).total_seconds()
        return min(max(seconds, _SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

    def _beat(self) -> None:
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + _BEAT_SECONDS
            health.beat(health.SWEEPER, "degraded: carries runs on itself" if self.is_degraded else "")

    def _send_canaries(self) -> None:
        """One message to each queue; more often while a queue has not been heard of lately."""
        if time.monotonic() < self._next_canary:
            return
        health.forget_lost_workers()
        web_inputs.close_of_ended()
        for queue in health.QUEUES:
            hints.send(CANARY_TASK, queue, queue=queue)
        fresh = Heartbeat.objects.filter(
            name__in=[f"queue:{queue}" for queue in health.QUEUES],
            seen_at__gt=clock.now() - health.WORKER_LATE,
        )
        all_heard = fresh.count() == len(health.QUEUES)
        self._next_canary = time.monotonic() + (_CANARY_SECONDS if all_heard else _FIRST_CANARY_SECONDS)

    def _tell_followers(self) -> None:
        """Mails may take long: workers send them. Where none does, a message a minute and person waits."""
        now, due = time.monotonic(), following.due()
        self._told = {each: at for each, at in self._told.items() if each in due and at > now - _TELL_SECONDS}
        for each in due:
            if each not in self._told:
                self._told[each] = now
                hints.send(following.TASK, str(each))

    def _keep_findable(self) -> None:
        """A fifth of the time at most: runs come first."""
        if time.monotonic() < self._next_take_up:
            return
        self._next_take_up = time.monotonic() + _TAKE_UP_EVERY_SECONDS
        if RunFacts.objects.filter(pending__gt=0).exists():
            tasks.keep_findable(_TAKE_UP_SECONDS)

    def _judge(self, swept: engine.Swept) -> None:
        if not self.is_degraded and swept.overdue:
            self._degraded_since = clock.now()
            self._turn(degraded=True)
        elif self.is_degraded and not swept.overdue and self._is_heard():
            self._turn(degraded=False)

    def _is_heard(self) -> bool:
        beats = Heartbeat.objects.filter(name="queue:runs", seen_at__gt=self._degraded_since)
        return beats.exists()

    def _turn(self, *, degraded: bool) -> None:
        self.is_degraded, self._next_beat = degraded, 0.0
        if not degraded:
            logger.warning("Workers keep up again: the sweeper only hints.")
        elif self._is_heard_lately():
            logger.warning("Workers are behind with due runs: the sweeper carries some on itself.")
        else:
            logger.warning(
                "Nobody takes up due runs: the sweeper carries them on itself until a worker does."
            )
        self._beat()

    def _is_heard_lately(self) -> bool:
        since = clock.now() - OVERDUE
        return Heartbeat.objects.filter(name="queue:runs", seen_at__gt=since).exists()


def _carry_on_here(due: Iterable[UUID]) -> float:
    deadline = time.monotonic() + _OWN_STEPS_SECONDS
    for run_id in due:
        if time.monotonic() > deadline:
            break
        tasks.advance_run(str(run_id))
    return 0.0


def _start_scheduled() -> datetime | None:
    """Start what schedules have due; return when the next one falls due."""
    due, next_at = schedule_due.due()
    for schedule_id in due:
        tasks.fire_schedule(str(schedule_id))
    return next_at


def _start_batches() -> datetime | None:
    """Start rows of batches that wait; return when to come again for more."""
    due, next_at = batch_due.due()
    for batch_id in due:
        tasks.start_batch(str(batch_id))
    return clock.now() if due else next_at
