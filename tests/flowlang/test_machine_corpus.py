"""Real flows of other people: all are understood, and two run to their ends as their authors meant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowlang import machine

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "flows"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real flows is not here")
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FLOW_ID, RUN_ID = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
FOLDERS = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []


def definition_of(name: str) -> dict[str, Any]:
    return json.loads((CORPUS / name / "definition.json").read_text())


def is_accepted(folder: Path) -> bool:
    return any(
        line.startswith("official definition schema") and line.endswith(": accepts")
        for line in (folder / "SOURCE.txt").read_text().splitlines()
    )


def test_every_accepted_flow_is_understood() -> None:
    accepted = [folder for folder in FOLDERS if is_accepted(folder)]
    assert len(accepted) > 50
    for folder in accepted:
        definition = definition_of(folder.name)
        program = machine.compile_definition(definition)
        assert all(program.state(name).name == name for name in definition["States"])


def test_every_flow_can_at_least_be_started() -> None:
    for folder in FOLDERS:
        definition = definition_of(folder.name)
        program = machine.compile_definition(definition)
        cursor = machine.begin(definition, {}, {"flow_id": FLOW_ID, "run_id": RUN_ID})
        advance = machine.advance(program, cursor, machine.Started({}), NOW)
        assert advance.events[0].code == "FlowStarted"


def run(name: str, data: Any, *results: Any) -> tuple[list[machine.Call], machine.Advance, list[str]]:
    """Run a flow whose actions answer `results` at once: details of a success, or an outcome."""
    definition = definition_of(name)
    program = machine.compile_definition(definition)
    cursor = machine.begin(definition, data, {"flow_id": FLOW_ID, "run_id": RUN_ID})
    advance = machine.advance(program, cursor, machine.Started(data), NOW)
    calls, codes = [], [event.code for event in advance.events]
    for number, result in enumerate(results):
        assert isinstance(advance.intent, machine.Call)
        calls.append(advance.intent)
        advance = machine.advance(program, advance.cursor, _outcome(number, result), NOW, advance.intent)
        codes += [event.code for event in advance.events]
    return calls, advance, codes


def _outcome(number: int, result: Any) -> machine.Outcome:
    if not isinstance(result, dict):
        return result
    status = {"action_id": f"act-{number}", "status": "SUCCEEDED", "display_status": "OK", "details": result}
    return machine.ActionReported(status, is_first=True)


FILTERED = "apecx-demos--flows-compute-transfer-with-filters"
IN_PLACE = "apecx-demos--flows-compute-validate-in-place"
ENDS = {"source": {"id": "src-1", "path": "/in/"}, "dest": {"id": "dst-1", "path": "/out/new/"}}
PLACES = {
    "source": {"id": "src-1", "path": "/in/"},
    "intermediate": {"id": "mid-1"},
    "compute": {"endpoint_id": "cmp-1", "gcs_root": "/data"},
    "validation_function_uuid": "fun-1",
}


def test_the_filtered_transfer_copies_to_a_new_folder() -> None:
    not_found, copied = {"code": "NotFound"}, {"files": 3}
    calls, end, codes = run(FILTERED, ENDS, {"type": "dir"}, not_found, {"code": "DirectoryCreated"}, copied)
    assert [call.url.rpartition("/")[2] for call in calls] == ["stat", "stat", "mkdir", "transfer"]
    assert calls[3].body["DATA"] == [{"source_path": "/in/", "destination_path": "/out/new/"}]
    assert [rule["method"] for rule in calls[3].body["filter_rules"]] == ["include", "exclude"]
    assert (end.status, end.intent) == ("SUCCEEDED", None)
    assert end.cursor.data["details"] == copied
    assert end.cursor.data["state_name"] == "CopyToDest"
    assert codes[-1] == "FlowSucceeded"


@pytest.mark.parametrize(
    ("source", "dest"), [({"type": "file"}, {"code": "NotFound"}), ({"type": "dir"}, {"type": "dir"})]
)
def test_the_filtered_transfer_refuses_what_it_cannot_copy(source: Any, dest: Any) -> None:
    _, end, codes = run(FILTERED, ENDS, source, dest)
    assert end.status == "FAILED"
    assert end.events[-1].details["exception"] == "ErrorValidationFailed"
    assert codes[-2:] == ["FailStarted", "FlowFailed"]


def test_the_validation_in_place_reaches_the_index() -> None:
    output = {"status": "success", "message": "fine", "data": {"manifest": {"title": "Set 1"}}}
    checked = {"results": [{"output": output}]}
    calls, end, _ = run(IN_PLACE, PLACES, {"type": "dir"}, {"code": "ok"}, {"files": 2}, checked, {"task": 1})
    folder = f"{FLOW_ID}_{RUN_ID}"
    assert calls[1].body == {"endpoint_id": "mid-1", "path": folder}
    assert calls[3].body["kwargs"] == {"gcs_root": "/data", "path": folder}
    assert calls[4].body["content"] == {"title": "Set 1"}
    assert calls[4].body["subject"] == FLOW_ID
    assert end.status == "SUCCEEDED"
    assert end.cursor.data == output


@pytest.mark.parametrize(
    ("results", "error"),
    [
        ([{"type": "file"}], "ErrorSourcePath"),
        ([{"type": "dir"}, {}, machine.ActionRefused("No such folder.")], "ErrorCopyToIntermediate"),
        (
            [{"type": "dir"}, {}, {}, {"results": [{"output": {"status": "fail"}}]}],
            "ErrorValidationFailed",
        ),
        ([{"type": "dir"}, {}, {}, machine.ActionRefused("No worker.")], "ErrorValidationFailed"),
    ],
    ids=["source is a file", "copy refused", "manifest missing", "no worker"],
)
def test_the_validation_in_place_ends_in_its_own_fail_states(results: list[Any], error: str) -> None:
    _, end, codes = run(IN_PLACE, PLACES, *results)
    assert end.status == "FAILED"
    assert end.events[-1].details["exception"] == error
    assert codes[-1] == "FlowFailed"
