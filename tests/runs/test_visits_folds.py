"""The server's summary of a run and the page's are the same, for the runs of real flows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flowlang import machine
from flowlang.events import Event
from runs.timeline import visits, visits_views
from wire.timestamps import stamp

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "flows"
SCRIPT = Path(__file__).parents[1] / "js" / "test_timeline.mjs"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CONTEXT: dict[str, Any] = {"flow_id": "f", "run_id": "r", "username": "ada", "email": "", "user_id": "u"}
MOST_TURNS = 120
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def outcomes() -> Iterator[machine.Outcome]:
    """What comes of one action after another: success, progress, a person, failure."""
    turns = 0
    while True:
        turns += 1
        yield reported("ACTIVE", turns)
        yield reported("INACTIVE" if turns % 2 == 0 else "ACTIVE", turns + 1)
        yield reported("FAILED" if turns % 3 == 0 else "SUCCEEDED", turns)


def reported(status: str, turn: int) -> machine.Outcome:
    return machine.ActionReported(
        {"action_id": "a", "status": status, "display_status": status, "details": {"turn": turn}}
    )


def log_of(definition: dict[str, Any], data: Any) -> list[tuple[datetime, Event]]:
    program, coming = machine.compile_definition(definition), outcomes()
    now, found = NOW, []
    advance = machine.advance(program, machine.begin(definition, data, CONTEXT), machine.Started(data), now)
    for _ in range(MOST_TURNS):
        found += [(now, event) for event in advance.events]
        if advance.intent is None:
            break
        now += timedelta(microseconds=1_234_567)
        outcome = next_outcome(advance.intent, coming)
        advance = machine.advance(program, advance.cursor, outcome, now, advance.intent)
    return found


def next_outcome(intent: machine.Intent, coming: Iterator[machine.Outcome]) -> machine.Outcome:
    match intent:
        case machine.Poll(inactive_since=since) if since is not None:
            return machine.Resumed()
        case machine.Call() | machine.Poll():
            return next(coming)
        case machine.OpenInput():
            return machine.Answered({"web_input_id": "w", "options": []})
        case machine.AwaitInput():
            return machine.Answered({"response": "yes"})
        case machine.Continue():
            return machine.Started(is_new=False)
    return machine.Woken()


def written(definition: dict[str, Any], data: Any) -> dict[str, Any]:
    """A log as the page gets it, and the server's summary of it as the page gets that."""
    log = list(enumerate(log_of(definition, data), 1))
    steps = [
        visits.step(seq, (at - EPOCH) // timedelta(milliseconds=1), event.code, event.description)
        for seq, (at, event) in log
    ]
    run: Any = SimpleNamespace(version=SimpleNamespace(definition=definition), last_seq=len(log))
    entries = [
        {
            "seq": seq,
            "time": stamp(at),
            "code": event.code,
            "description": event.description,
            "details": event.details,
        }
        for seq, (at, event) in log
    ]
    return {"entries": entries, "summary": visits_views.document(run, visits.fold(steps))}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real flows is not beside the project")
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_server_and_the_page_fold_the_runs_of_real_flows_alike(tmp_path: Path) -> None:
    codes: set[str] = set()
    for folder in sorted(CORPUS.iterdir()):
        sample = folder / "sample_input.json"
        data = json.loads(sample.read_text()) if sample.exists() else {}
        found = written(json.loads((folder / "definition.json").read_text()), data)
        codes |= {entry["code"] for entry in found["entries"]}
        (tmp_path / f"{folder.name}.json").write_text(json.dumps(found))
    assert {"ActionPolled", "FlowInactive", "ActionFailed", "ChoiceCompleted", "FlowSucceeded"} <= codes
    command = ["node", "--experimental-default-type=module", "--no-warnings", "--test", str(SCRIPT)]
    environment = {**os.environ, "RUN_LOGS": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
