"""The language by example: each folder of tests/flows is a program, what happens to it, and what it must do.

definition.json  the flow
input.json       what the run is started with
outcomes.json    what happens, in order: {"outcome": name, its fields, "at": seconds after the start,
                 "then": some fields of the next intent, or null when the run has ended}
events.json      all events that this must lead to: {"code": ..., "details": {...}}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flowlang import machine

CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "flows").glob("*/definition.json"))
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CONTEXT: dict[str, Any] = {
    "flow_id": "11111111-2222-3333-4444-555555555555",
    "run_id": "66666666-7777-8888-9999-000000000000",
    "action_id": "66666666-7777-8888-9999-000000000000",
    "username": "alice@example.org",
    "email": "alice@example.org",
    "user_id": "urn:globus:auth:identity:aaaaaaaa-0000-0000-0000-000000000001",
}


def read(case: Path, name: str) -> Any:
    return json.loads((case / name).read_text())


def instant(value: Any, start: datetime = START) -> Any:
    """Seconds after the start stand for instants, so that the cases can be read."""
    return start + timedelta(seconds=value)


def to_outcome(step: dict[str, Any]) -> machine.Outcome:
    fields = {name: value for name, value in step.items() if name not in ("outcome", "at", "then")}
    made: machine.Outcome = getattr(machine, step["outcome"])(**fields)
    return made


def shown_intent(intent: machine.Intent | None) -> dict[str, Any] | None:
    if intent is None:
        return None
    shown = machine.intent_to_json(intent)
    for name in [name for name, value in shown.items() if name.endswith(("_at", "_since")) and value]:
        shown[name] = (datetime.fromisoformat(str(shown[name])) - START).total_seconds()
    return shown


def play(case: Path) -> tuple[list[dict[str, Any]], machine.Advance]:
    """Run a case and return its events and the last advance; each "then" is checked on the way."""
    definition = read(case, "definition.json")
    program = machine.compile_definition(definition)
    cursor = machine.begin(definition, read(case, "input.json"), CONTEXT)
    intent: machine.Intent | None = None
    events: list[dict[str, Any]] = []
    steps = read(case, "outcomes.json")
    for number, step in enumerate(steps):
        now = instant(step.get("at", 0))
        advance = machine.advance(program, cursor, to_outcome(step), now, intent)
        cursor, intent = advance.cursor, advance.intent
        events += [{"code": event.code, "details": event.details} for event in advance.events]
        if "then" in step:
            shown = shown_intent(intent)
            wanted = step["then"]
            part = shown if shown is None or wanted is None else {name: shown.get(name) for name in wanted}
            assert part == wanted, f"after step {number} ({step['outcome']})"
    return events, advance


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flow(case: Path) -> None:
    expected = read(case, "events.json")
    events, advance = play(case)
    assert [event["code"] for event in events] == [event["code"] for event in expected]
    assert events == expected
    ended = expected[-1]["code"] in ("FlowSucceeded", "FlowFailed", "FlowCanceled")
    assert (advance.intent is None) == ended


def test_there_is_a_case_for_every_rule() -> None:
    assert len(CASES) >= 140
