"""A child that starts runs and reads a workshop's tables: a JSON command a line, a JSON answer a line."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from runs import engine, nudges  # noqa: E402  (models must be loaded first)
from runs.models import Heartbeat, Run  # noqa: E402
from tests.engine.conftest import log, version_of  # noqa: E402
from tests.people import person  # noqa: E402


def start(definition: dict[str, Any]) -> str:
    return str(engine.start(version_of(definition), person("alice"), {"x": 1}).pk)


def work(run_id: str) -> bool:
    return engine.work(Run.objects.get(pk=run_id).pk)


def hint(run_id: str) -> None:
    nudges.hint(Run.objects.get(pk=run_id).pk)


def entries(run_id: str) -> list[Any]:
    return log(Run.objects.get(pk=run_id))


def row(run_id: str) -> dict[str, Any]:
    run = Run.objects.get(pk=run_id)
    return {name: getattr(run, name) for name in ("status", "lease_owner", "lease_token", "recoveries")}


def workers(_: str) -> list[str]:
    """Return the names under which workers have answered a canary."""
    return sorted(Heartbeat.objects.filter(name__startswith="worker:").values_list("name", flat=True))


if __name__ == "__main__":
    commands = {
        "start": start,
        "work": work,
        "hint": hint,
        "entries": entries,
        "row": row,
        "workers": workers,
    }
    for line in sys.stdin:
        name, argument = json.loads(line)
        sys.stdout.write(json.dumps(commands[name](argument)) + "\n")
        sys.stdout.flush()
