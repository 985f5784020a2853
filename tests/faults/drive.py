"""A child that starts runs and speaks for people: a JSON command a line, a JSON answer a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from runs import engine, nudges, sweeping  # noqa: E402  (models must be loaded first)
from runs.models import Run, WebInput  # noqa: E402
from tests.engine.conftest import version_of  # noqa: E402
from tests.people import Api, person  # noqa: E402
from wire.principals import caller_of  # noqa: E402


def start(definition: dict[str, Any], count: int, body: dict[str, Any]) -> list[str]:
    """Start `count` runs of one flow."""
    version, alice = version_of(definition), person("alice")
    return [str(engine.start(version, alice, body, notify_on=()).pk) for _ in range(count)]


def publish(definition: dict[str, Any]) -> str:
    return str(version_of(definition).flow_id)


def token(name: str) -> str:
    return str(Api(name)._client.headers["authorization"])


def hint(run_ids: list[str]) -> None:
    for run_id in run_ids:
        nudges.hint(Run.objects.get(pk=run_id).pk)


def cancel(run_id: str) -> bool:
    """Ask for the end of a run; False when it has ended."""
    run = Run.objects.get(pk=run_id)
    if run.status in Run.TERMINAL:
        return False
    engine.cancel(run)
    return True


def answer(run_id: str) -> bool:
    """Answer the question that a run asks, if it asks one."""
    web_input = WebInput.objects.filter(run=run_id, status=WebInput.OPEN).first()
    if web_input is None:
        return False
    engine.answer(web_input, caller_of(person("alice")), web_input.options[0])
    return True


def sweep() -> list[str]:
    return [str(each) for each in sweeping.sweep().due]


COMMANDS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (start, publish, token, hint, cancel, answer, sweep)
}

if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()
