"""A child that starts runs and speaks for people: a JSON command a line, a JSON answer a line."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402  (models must be loaded first)

from flowlang import timestamps  # noqa: E402
from runs import clock, engine, nudges, sweeping  # noqa: E402
from runs.models import Run, RunEvent, WebInput  # noqa: E402
from tests.engine.conftest import version_of  # noqa: E402
from tests.people import cookie_of, person  # noqa: E402
from wire.auth import issue_token  # noqa: E402
from wire.errors import StateConflict  # noqa: E402
from wire.principals import caller_of  # noqa: E402


def start(definition: dict[str, Any], count: int, body: dict[str, Any]) -> list[str]:
    """Start `count` runs of one flow."""
    version, alice = version_of(definition), person("alice")
    return [str(engine.start(version, alice, body, notify_on=()).pk) for _ in range(count)]


def publish(definition: dict[str, Any]) -> str:
    return str(version_of(definition).flow_id)


def token(name: str) -> str:
    return issue_token(person(name))


def cookie(name: str) -> str:
    """Sign somebody in; return the cookie header."""
    return cookie_of(name).decode()


def copies(run_id: str, count: int, due_in: float) -> list[str]:
    """Add `count` runs that wait just as this one does, all until one instant, `due_in` seconds ahead."""
    run, at = Run.objects.get(pk=run_id), clock.now() + timedelta(seconds=due_in)
    events = list(run.events.order_by("seq"))
    sleep = json.dumps(json.loads(run.intent) | {"due_at": timestamps.text(at)})
    ids = [uuid.uuid4() for _ in range(count)]
    with transaction.atomic():
        for pk in ids:
            run.pk, run.intent, run.wake_at = pk, sleep, at
            run.lease_token = 0
            run.save(force_insert=True)
        for event in events:
            rows = [copied(event, pk) for pk in ids]
            RunEvent.objects.bulk_create(rows, batch_size=1000)
    return [str(pk) for pk in ids]


def copied(event: RunEvent, run_id: uuid.UUID) -> RunEvent:
    names = ("seq", "time", "code", "description", "details")
    return RunEvent(run_id=run_id, **{name: getattr(event, name) for name in names})


def sweep_seconds(times: int) -> float:
    """Return how long a sweep takes at best."""
    took = []
    for _ in range(times):
        before = time.perf_counter()
        sweeping.sweep()
        took.append(time.perf_counter() - before)
    return min(took)


def hint(run_ids: list[str]) -> None:
    for run_id in run_ids:
        nudges.hint(Run.objects.get(pk=run_id).pk)


def cancel(run_id: str) -> bool:
    """Ask for the end of a run; False when it has ended."""
    try:
        engine.cancel(Run.objects.get(pk=run_id))
    except StateConflict:
        return False
    return True


def answer(run_id: str) -> bool:
    """Answer the question that a run asks, if it asks one."""
    web_input = WebInput.objects.filter(run=run_id, status=WebInput.OPEN).first()
    if web_input is None:
        return False
    engine.answer(web_input, caller_of(person("alice")), web_input.options[0])
    return True


COMMANDS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (start, publish, token, cookie, copies, sweep_seconds, hint, cancel, answer)
}

if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()
