"""What a request to try something out is about: the text, the input, and who asks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from flowlang.definition import parse
from flowlang.dry_run import DryRun, StandIns, dry_run
from flowlang.problems import JSON
from ide import drafts, stand_ins
from library.models import Flow
from runs.access import run_for
from runs.context import context_of
from runs.models import Run
from wire.errors import BadRequest, Unprocessable
from wire.models import User

NOBODY: Final = UUID("00000000-0000-4000-8000-000000000000")
MOST_SECONDS: Final = 5.0
MOST_INPUT_BYTES: Final = 262_144


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try. `flow`: of which the text is a draft, if of any."""

    user: User
    definition: dict[str, JSON]
    input: JSON
    stand_ins: StandIns
    flow: Flow | None
    now: datetime

    @property
    def context(self) -> dict[str, JSON]:
        """Return what `$._context` reads."""
        return context_of(NOBODY, self.flow.pk if self.flow else NOBODY, self.user, self.now)


def trial(user: User, flow: Flow | None, body: Mapping[str, Any]) -> Trial:
    """Return what a request's body asks to try. Raises BadRequest, NotFound, Unprocessable."""
    definition = definition_of(drafts.texts(body).definition)
    found = dict(stand_ins.examples(definition))
    run = run_of(user, body.get("run"))
    if run is not None:
        found |= stand_ins.of_run(run)
    found |= stand_ins.typed(body.get("stand_ins") or {})
    return Trial(user, definition, json_of(body, "input"), found, flow, timezone.now())


def perform(found: Trial) -> DryRun:
    """Return the dry run; one that takes too long stops before an end."""
    ends_at = time.monotonic() + MOST_SECONDS
    return dry_run(
        found.definition,
        found.input,
        found.stand_ins,
        found.now,
        found.context,
        goes_on=lambda: time.monotonic() < ends_at,
    )


def definition_of(text: str) -> dict[str, JSON]:
    """Return the definition that the text is. Raises Unprocessable when it is none yet."""
    document = parse(text)
    if document.is_json and isinstance(document.value, dict):
        return document.value
    why = document.problems[0].message if document.problems else "It is no JSON object."
    raise Unprocessable(f"Only a flow whose text is sound JSON can be tried. {why}")


def run_of(user: User, run_id: Any) -> Run | None:
    """Return the past run that is named, if any. Raises NotFound."""
    return run_for(user, str(run_id)) if run_id else None


def json_of(body: Mapping[str, Any], name: str) -> JSON:
    """Return the value of a member that is typed as JSON text; an empty one is {}. Raises BadRequest."""
    text = body.get(name, "")
    if not isinstance(text, str):
        raise BadRequest(f'"{name}" must be JSON text, as it was typed.')
    document = parse(text, MOST_INPUT_BYTES) if text.strip() else None
    if document is None:
        return {}
    if document.problems:
        first = document.problems[0]
        line, _ = document.position(first.start)
        raise BadRequest(f"The {name} is not JSON yet (line {line}): {first.message}")
    return document.value
