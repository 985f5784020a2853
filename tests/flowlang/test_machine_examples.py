"""The official examples run as their authors mean them: loops, two-stage transfers, questions to people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flowlang import machine

FLOWS = Path(__file__).parents[2].parent / "shared" / "corpus" / "flows"
pytestmark = pytest.mark.skipif(not FLOWS.is_dir(), reason="the corpus of real flows is not here")
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RUN_ID = "66666666-7777-8888-9999-000000000000"
CONTEXT: dict[str, Any] = {
    "run_id": RUN_ID,
    "username": "ada@example.org",
    "email": "",
    "user_id": "urn:globus:auth:identity:aaaaaaaa-0000-0000-0000-000000000001",
}
EXPIRED = machine.Raised("Flows.WebInputExpired", "Nobody answered in time.")


class Told:
    """What a run asked for, in order: (last part of the provider's address, body), and how it ended."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.questions: list[Any] = []
        self.slept_seconds = 0.0
        self.end: machine.Advance | None = None

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def run(name: str, details: Callable[[str, dict[str, Any]], Any], *answers: Any, **more: Any) -> Told:
    """Run an example with its sample input: actions answer `details(...)`, questions `answers` in turn."""
    folder = FLOWS / f"globus-flows-examples--{name}"
    definition = json.loads((folder / "definition.json").read_text())
    data = json.loads((folder / "sample_input.json").read_text()) | more
    program, told, pending = machine.compile_definition(definition), Told(), list(answers)
    cursor, now = machine.begin(definition, data, CONTEXT), NOW
    advance = machine.advance(program, cursor, machine.Started(data), now)
    while advance.intent is not None:
        outcome: machine.Outcome = machine.Woken()
        match advance.intent:
            case machine.Call() as call:
                told.calls.append((call.url.rpartition("/")[2], call.body))
                outcome = done(details(*told.calls[-1]))
            case machine.OpenInput(parameters):
                told.questions.append(parameters)
                outcome = machine.Answered({"web_input_id": f"wi-{len(told.questions)}"})
            case machine.AwaitInput():
                answer = pending.pop(0)
                outcome = (
                    answer if isinstance(answer, machine.Raised) else machine.Answered({"response": answer})
                )
            case machine.Sleep(due_at):
                told.slept_seconds += (due_at - now).total_seconds()
                now = due_at + timedelta(seconds=1)
        advance = machine.advance(program, advance.cursor, outcome, now, advance.intent)
    told.end = advance
    return told


def done(details: Any) -> machine.ActionReported:
    return machine.ActionReported({"action_id": "act-1", "status": "SUCCEEDED", "details": details})


def ended(told: Told) -> tuple[str, Any]:
    assert told.end is not None
    return told.end.events[-1].code, told.end.events[-1].details.get("cause")


def test_a_batched_move_goes_on_until_the_folder_is_empty() -> None:
    left = [f"f{n}" for n in range(250)]

    def details(name: str, body: dict[str, Any]) -> Any:
        if name == "ls":
            return {"total": len(left), "DATA": [{"name": each} for each in left[: body["limit"]]]}
        if name == "delete":
            del left[: len(body["DATA"])]
        return {}

    told = run("transfer-examples-looping-batched-move", details)
    assert told.names() == ["ls", "transfer", "delete"] * 3 + ["ls"]
    assert [len(body["DATA"]) for name, body in told.calls if name == "transfer"] == [100, 100, 50]
    first = told.calls[1][1]["DATA"][0]
    assert first == {
        "source_path": "/~/source-directory/f0",
        "destination_path": "/~/destination-directory/f0",
    }
    assert ended(told) == ("FlowSucceeded", None)


@pytest.mark.parametrize(
    ("path", "kinds", "below"),
    [
        ("/data/run 7/", ["dir", "dir", "dir"], "run 7"),
        ("/data/a.tif", ["file", "dir", "file"], "a.tif"),
        ("/~/", ["dir", "dir", None], "DEFAULT"),
        ("/", ["dir", "dir", None], "ROOT"),
    ],
)
def test_a_two_stage_transfer_goes_through_a_folder_of_its_own(
    path: str, kinds: list[Any], below: str
) -> None:
    left = list(kinds)

    def details(name: str, body: dict[str, Any]) -> Any:
        if name != "stat":
            return {}
        kind = left.pop(0)
        return {"type": kind} if kind else {"code": "NotFound"}

    ends = {"source": {"id": "s", "path": path}, "intermediate": {"id": "i", "path": "/tmp/"}}
    told = run("transfer-examples-two-hop", details, **ends, destination={"id": "d", "path": "/end/"})
    assert told.names() == ["stat", "stat", "stat", "mkdir", "transfer", "transfer", "delete"]
    between = f"/tmp/{RUN_ID}/{below}"
    assert told.calls[4][1]["DATA"] == [{"source_path": path, "destination_path": between}]
    assert told.calls[5][1]["DATA"] == [{"source_path": between, "destination_path": "/end/"}]
    assert told.calls[6][1]["DATA"] == [{"path": f"/tmp/{RUN_ID}/"}]
    assert ended(told) == ("FlowSucceeded", None)


@pytest.mark.parametrize("kinds", [["dir", "file", "dir"], ["file", "dir", "dir"], ["dir", "dir", "file"]])
def test_a_two_stage_transfer_refuses_what_does_not_fit(kinds: list[str]) -> None:
    left = list(kinds)
    told = run("transfer-examples-two-hop", lambda name, body: {"type": left.pop(0)})
    assert told.names() == ["stat", "stat", "stat"]
    assert ended(told)[0] == "FlowFailed"


@pytest.mark.parametrize("answer", ["approve", "deny"])
def test_a_transfer_waits_for_an_administrator(answer: str) -> None:
    told = run("web-input-examples-admin-signoff", lambda name, body: {"display_name": "Lab store"}, answer)
    (question,) = told.questions
    rows = {row["Field"]: row["Value"] for row in question["Context"]["Rows"]}
    assert rows["Requesting user"] == f"ada@example.org ({CONTEXT['user_id']})"
    assert rows["Source collection"].startswith("Lab store (")
    assert rows["Total data item count"].isdigit()
    assert told.names() == ["collection_info", *(["transfer"] if answer == "approve" else [])]
    assert ended(told)[0] == ("FlowSucceeded" if answer == "approve" else "FlowFailed")


REPORT = {"title": "Report 1", "date": "2026-03-01", "low": 1, "high": 9, "std_dev": 0.5, "confidence": 95}
REPORT["report_path"] = "/reports/1"


@pytest.mark.parametrize(("answer", "is_public"), [("public", True), ("private", False), (EXPIRED, False)])
def test_a_report_is_published_only_if_somebody_says_so(answer: Any, is_public: bool) -> None:
    told = run(
        "web-input-examples-approved-publishing", lambda name, body: {"results": [{"output": REPORT}]}, answer
    )
    assert '"Report 1"' in told.questions[0]["Context"]["Title"]
    name, body = told.calls[-1]
    assert name == "ingest"
    assert (body["visible_to"] == ["public"]) == is_public
    assert body["content"]["date"] == "2026-03-01"
    assert ended(told) == ("FlowSucceeded", None)


NOISE = {"experiment_runtime": 5, "measured_db": 3, "histogram_skew": 0.1, "confidence_pct": 80}


def test_an_experiment_is_looked_at_again_once_and_goes_on() -> None:
    told = run(
        "web-input-examples-evaluate-preliminary-results",
        lambda name, body: {"results": [{"output": NOISE}]}, "retry", "continue",
    )  # fmt: skip
    assert told.slept_seconds == 1_800
    assert [[option["Value"] for option in asked["Options"]] for asked in told.questions] == [
        ["continue", "retry", "halt"],
        ["continue", "halt"],
    ]
    assert ended(told) == ("FlowSucceeded", None)


@pytest.mark.parametrize("answer", ["halt", EXPIRED])
def test_an_experiment_is_halted_when_told_or_when_nobody_says_anything(answer: Any) -> None:
    told = run(
        "web-input-examples-evaluate-preliminary-results",
        lambda name, body: {"results": [{"output": NOISE}]}, answer,
    )  # fmt: skip
    assert ended(told)[0] == "FlowFailed"
