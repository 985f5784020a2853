"""Writes logs as the engine does: a long one at once, or entry by entry with the moment of each commit.

    HEADRACE_HOME=... python bench/peers/log_writer.py long COUNT WORD      prints {"run": id}
    HEADRACE_HOME=... python bench/peers/log_writer.py live PER_SECOND SECONDS

`live` prints {"run": id}, waits for a line, and prints {"committed": {number: moment}} at the end. Of a long
log WORD stands in the entry before the last ten only.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402  (the path must be set and the models loaded first)
from django.utils import timezone  # noqa: E402

from flowlang.events import Event  # noqa: E402
from runs import engine, journal, news  # noqa: E402
from runs.models import Run  # noqa: E402
from tests.engine.conftest import version_of  # noqa: E402
from wire.models import User  # noqa: E402

NAMES = ("Copy", "Check", "Index", "Notify")
TEXT = "what came of this step, in the words of its provider; "
A_STATEMENT = 100
POLLS = 3  # so that 50,000 entries are the 10,000 visits that a run may have
WORDS = {"ActionStarted": "started", "ActionPolled": "is polled", "ActionCompleted": "completed"}


def visits() -> Iterator[Event]:
    """Yield the entries of a loop through the states, for ever."""
    for number in itertools.count():
        name = NAMES[number % len(NAMES)]
        yield entry("ActionStarted", name, input={"number": number, "path": f"/data/{number:06}"})
        for done in range(POLLS):
            yield entry("ActionPolled", name, status="ACTIVE", files_transferred=done, files=POLLS)
        yield entry("ActionCompleted", name, output={"number": number, "text": TEXT * 5}, next="On")


def entry(code: str, name: str, **said: object) -> Event:
    details = {"state_name": name, "state_type": "Action", **said}
    return Event(code, f"State {name} of type Action {WORDS[code]}", details)


@transaction.atomic
def make_run() -> Run:
    """Start a run that is not due before tomorrow: no worker takes it."""
    flow = {n: {"Type": "Wait", "Seconds": 86400, "Next": m} for n, m in itertools.pairwise(NAMES)}
    flow[NAMES[-1]] = {"Type": "Wait", "Seconds": 86400, "End": True}
    version = version_of({"StartAt": NAMES[0], "States": flow})
    run = engine.start(version, User.objects.get(username="admin"), {}, notify_on=())
    Run.objects.filter(pk=run.pk).update(wake_at=timezone.now() + timedelta(days=1))
    return run


@transaction.atomic
def write(run: Run, events: list[Event]) -> None:
    journal.insert(run.pk, run.last_seq + 1, events, timezone.now())
    run.last_seq += len(events)
    run.save(update_fields=["last_seq"])


def long(count: int, word: str) -> None:
    """Write a log of so many entries that ends well."""
    run = make_run()
    loop = visits()
    while run.last_seq < count - 1:
        write(run, list(itertools.islice(loop, min(A_STATEMENT, count - 1 - run.last_seq))))
        if run.last_seq < count - 10 <= run.last_seq + A_STATEMENT:
            write(run, list(itertools.islice(loop, count - 11 - run.last_seq)))
            write(run, [entry("ActionCompleted", NAMES[0], output={"found": word})])
    write(run, [Event("FlowSucceeded", "The Flow run reached a successful completion state", {"output": {}})])
    Run.objects.filter(pk=run.pk).update(status=Run.SUCCEEDED, completed_at=timezone.now(), wake_at=None)
    say(run=str(run.pk))


def live(per_second: float, seconds: float) -> None:
    """Write an entry at a time, and note when each was committed."""
    run = make_run()
    say(run=str(run.pk))
    sys.stdin.readline()
    committed: dict[int, float] = {}
    due = time.monotonic()
    for event in itertools.islice(visits(), int(per_second * seconds)):
        write(run, [event])
        committed[run.last_seq] = time.time()
        news.publish(run.pk, run.last_seq)
        due += 1 / per_second
        time.sleep(max(0.0, due - time.monotonic()))
    say(committed=committed)


def say(**said: object) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    command, first, second = sys.argv[1:4]
    if command == "long":
        long(int(first), second)
    else:
        live(float(first), float(second))
