"""Speaks to the provider for a test, in a process of its own: a line of JSON in, a line out."""

from __future__ import annotations

import json
import os
import sys
from io import StringIO
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from providers import registry  # noqa: E402
from providers.compute.models import Endpoint, FunctionCall  # noqa: E402
from providers.provider import ActionRequest  # noqa: E402
from tests.compute.helping import V2  # noqa: E402
from wire.models import User  # noqa: E402
from wire.principals import caller_of  # noqa: E402


def command(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def run(request_id: str, body: dict[str, Any]) -> Any:
    caller = caller_of(User.objects.get(username="admin"))
    return registry.resolve(V2).run(ActionRequest(request_id, body), caller)


def status(action_id: str) -> Any:
    return registry.resolve(V2).status(action_id, caller_of(User.objects.get(username="admin")))


def calls(action_id: str) -> Any:
    rows = FunctionCall.objects.filter(action=action_id).order_by("position")
    return list(rows.values("status", "lease_token"))


def endpoint() -> Any:
    found = Endpoint.objects.get()
    return {"isolation": found.isolation, "is_seen": found.seen_at is not None}


COMMANDS = {each.__name__: each for each in (command, run, status, calls, endpoint)}

if __name__ == "__main__":
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()
