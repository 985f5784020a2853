"""Whether the site is able to carry runs on: measured by what it does, not by which processes exist.

The sweeper sends a canary through the broker to each queue; the worker that takes it writes a heartbeat. So a
queue whose workers are gone, hang or have gone deaf is seen, whatever the process list says.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from django.conf import settings
from django.db import DatabaseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from runs import clock
from runs.endings import MAX_LOSSES
from runs.models import Heartbeat, Run

QUEUES: Final = ("runs", "actions")
SWEEPER: Final = "sweeper"
SWEEPER_LATE: Final = timedelta(seconds=20)
WORKER_LATE: Final = timedelta(seconds=45)
WORKER_LOST: Final = timedelta(minutes=10)
RUN_LATE: Final = timedelta(seconds=60)
GIVEN_UP_LATELY: Final = timedelta(days=1)
_WORKER: Final = "worker:"
_OLDEST: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the site: whether it is well, how it does, and what to do when it is not."""

    ok: bool
    message: str
    remedy: str = ""

    def document(self) -> dict[str, Any]:
        return {"ok": self.ok, "message": self.message} | ({"what_to_do": self.remedy} if not self.ok else {})


def beat(name: str, note: str = "") -> None:
    """Write that `name` is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": clock.now(), "note": note[:200]})


def sing(queue: str, worker: str = "") -> None:
    """What a worker does with a canary: one that was sent to the queue, or to itself by name."""
    if queue in QUEUES:
        beat(f"queue:{queue}", f"{socket.gethostname()[:40]}:{os.getpid()}")
    if worker:
        beat(f"{_WORKER}{worker}"[:80], queue)


def dismiss(worker: str) -> None:
    """Forget a worker that has stopped as it was asked to."""
    Heartbeat.objects.filter(name=f"{_WORKER}{worker}"[:80]).delete()


def forget_lost_workers() -> None:
    """Forget workers that have been silent for so long that they will not be heard again."""
    lost = Heartbeat.objects.filter(name__startswith=_WORKER, seen_at__lt=clock.now() - WORKER_LOST)
    lost.delete()


def report() -> tuple[bool, dict[str, dict[str, Any]]]:
    """Return whether all is well, and each part's document by name."""
    parts = {"database": _database(), "broker": _broker()}
    if parts["database"].ok:
        parts |= _rest()
    return all(part.ok for part in parts.values()), {name: part.document() for name, part in parts.items()}


def _database() -> Part:
    try:
        clock.now()
        Heartbeat.objects.exists()
    except DatabaseError as error:
        return Part(False, f"does not answer: {error}", "Look at DATABASE_URL, and run `manage.py migrate`.")
    return Part(True, "answers")


def _broker() -> Part:
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
        )
        with client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        remedy = "Start it or look at REDIS_URL. Runs go on meanwhile, carried by the sweeper."
        return Part(False, f"does not answer: {error}", remedy)
    return Part(True, "answers")


def _rest() -> dict[str, Part]:
    now = clock.now()
    beats = {each.name: each for each in Heartbeat.objects.all()}
    parts = {"sweeper": _sweeper(beats.get(SWEEPER), now)}
    for queue in QUEUES:
        silent = [each for each in beats.values() if _is_silent(each, queue, now)]
        parts[f"worker_{queue}"] = _worker(queue, beats.get(f"queue:{queue}"), silent, now)
    parts["due_runs"] = _due_runs(now)
    parts["given_up_runs"] = _given_up_runs(now)
    return parts


def _sweeper(heartbeat: Heartbeat | None, now: datetime) -> Part:
    remedy = "Start `manage.py sweeper`; its log says why it stopped."
    if heartbeat is None:
        return Part(False, "not seen yet", remedy)
    age = now - heartbeat.seen_at
    note = f" ({heartbeat.note})" if heartbeat.note else ""
    return Part(age <= SWEEPER_LATE, f"seen {_ago(age)}{note}", remedy)


def _is_silent(heartbeat: Heartbeat, queue: str, now: datetime) -> bool:
    is_of_queue = heartbeat.name.startswith(_WORKER) and heartbeat.note in (queue, "all")
    return is_of_queue and now - heartbeat.seen_at > WORKER_LATE


def _worker(queue: str, heartbeat: Heartbeat | None, silent: list[Heartbeat], now: datetime) -> Part:
    remedy = f"Start `manage.py worker --queue {queue}`, or restart it: it may have lost the broker."
    if heartbeat is None:
        return Part(False, "none seen yet", remedy)
    age = now - heartbeat.seen_at
    names = [f"{each.name.removeprefix(_WORKER)} ({_ago(now - each.seen_at)})" for each in silent]
    deaf = f"; deaf, busy or gone: {', '.join(names)}" if names else ""
    return Part(age <= WORKER_LATE, f"took a message {_ago(age)}{deaf}", remedy)


def _due_runs(now: datetime) -> Part:
    free = Run.objects.filter(wake_at__lte=now, lease_until__lte=now).order_by("wake_at")
    # One that was held counts from the end of its lease. It may hide some for a moment, but not for long.
    first = free.values_list("wake_at", "lease_until")[:_OLDEST]
    oldest = min((max(at or now, until) for at, until in first), default=None)
    if oldest is None:
        return Part(True, "none waits")
    remedy = "Nobody takes up due runs: start more workers, or look into their log."
    return Part(now - oldest <= RUN_LATE, f"the oldest has been due for {_seconds(now - oldest)}", remedy)


def _given_up_runs(now: datetime) -> Part:
    """For an administrator to know; the site carries other runs on."""
    given_up = Run.objects.filter(recoveries__gte=MAX_LOSSES, completed_at__gt=now - GIVEN_UP_LATELY)
    count = given_up.filter(status=Run.FAILED).count()
    return Part(
        True, f"{count} in the last day; /runs/given-up/ lists them" if count else "none in the last day"
    )


def _ago(age: timedelta) -> str:
    return f"{_seconds(age)} ago"


def _seconds(age: timedelta) -> str:
    return f"{max(0.0, age.total_seconds()):.0f} s"
