"""Histories of runs as data: what the machine was told, when, and what stood in the log in the end.

A release keeps the histories of those before it: a run that they began must go on here to the same events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest

from flowlang import machine
from runs.models import SEMANTICS, Run

History = dict[str, Any]
TIMING = machine.Timing(1.0, 10.0)


@contextmanager
def noted(patch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Within, what the machine is told is noted down, step by step."""
    steps: list[dict[str, Any]] = []
    advance = machine.advance

    def note(program: Any, cursor: Any, outcome: Any, now: datetime, intent: Any) -> machine.Advance:
        told = {"outcome": type(outcome).__name__, **asdict(outcome)}
        steps.append({"at": now.isoformat(), **told})
        return advance(program, cursor, outcome, now, intent)

    with patch.context() as within:
        within.setattr(machine, "advance", note)
        yield steps


def history(run: Run, steps: list[dict[str, Any]]) -> History:
    """Return the history of a run that has ended."""
    rows = run.events.order_by("seq").values_list("code", "description", "details")
    return {
        "semantics": SEMANTICS,
        "definition": run.version.definition,
        "input": json.loads(run.input),
        "context": json.loads(run.context),
        "steps": steps,
        "status": run.status,
        "events": [[code, description, json.loads(details)] for code, description, details in rows],
    }


def replayed(history: History) -> tuple[list[list[Any]], str]:
    """Return the events after the first, and the status, to which the machine of today comes."""
    program = machine.compile_definition(history["definition"], TIMING)
    cursor = machine.begin(history["definition"], history["input"], history["context"])
    intent: machine.Intent | None = None
    events: list[list[Any]] = []
    status = "ACTIVE"
    for step in history["steps"]:
        told = {name: value for name, value in step.items() if name not in ("at", "outcome")}
        outcome = getattr(machine, step["outcome"])(**told)
        advance = machine.advance(program, cursor, outcome, datetime.fromisoformat(step["at"]), intent)
        events += [[each.code, each.description, each.details] for each in advance.events]
        cursor, status = advance.cursor, advance.status
        intent = advance.intent and machine.intent_from_json(machine.intent_to_json(advance.intent))
    return events, status
