"""Amazon States Language as others wrote it: the part that flows share means here what it means there.

Each folder falls in one class: recorded outcomes of an operator (see test_choices_corpus.py), refused by the
official schema of flows, accepted by it and right, or accepted by it and refused here for a named reason.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowlang import machine
from flowlang.check import check

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "asl"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of machines is not here")
FOLDERS = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

# The schema of flows takes any text for a path; that these are none is seen here, and would be by a run.
REFUSED_HERE = {
    "path-function": "functions such as States.Format, which flows do not have",
    "path-context-object": "the context object $$, which flows do not have",
    "path-syntax": "filters in a path, or a placeholder of a test",
    "template-clash": "a name that is given twice, which its own source calls invalid",
}
FAILS = [
    "localstack--raise-empty-failure",
    "localstack--raise-failure",
    "moto--tests-test-stepfunctions-parser-templates-failure",
    "asl-validator--valid-fail",
]
# Run data, and what the machine must end in: worked out by hand from its text.
ENDS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "statelint--fail-with-error-and-cause-path": (
        {"Error": "Late", "Cause": "It came too late."},
        "FlowFailed",
        {"exception": "Late", "cause": "It came too late."},
    ),
    "statelint--pass-with-resultpath": (
        {"foo": 0, "bar": 2},
        "FlowSucceeded",
        {"output": {"foo": {"foo": 1}, "bar": 2}},
    ),
    "step--examples-basic-pass": (
        {"a": 1},
        "FlowSucceeded",
        {"output": {"a": 1, "coords": {"x": 0.1337, "y": 3.14159}}},
    ),
    "asl-validator--invalid-state-name-too-long": ({"a": 1}, "FlowSucceeded", {"output": {"a": 1}}),
}


def definition_of(folder: Path) -> dict[str, Any]:
    """The machine of a folder; a state alone is put into a machine where its targets end the run."""
    if (folder / "definition.json").exists():
        return json.loads((folder / "definition.json").read_text())
    state = json.loads((folder / "state.json").read_text())
    targets = {rule["Next"] for rule in state["Choices"]} | {state.get("Default", "End")}
    return {
        "StartAt": "State",
        "States": {"State": state, **{name: {"Type": "Pass", "End": True} for name in targets}},
    }


def errors(folder: Path) -> set[str]:
    return {problem.code for problem in check(definition_of(folder)) if problem.severity == "error"}


def verdict(folder: Path) -> str:
    if (folder / "cases.json").exists():
        return "recorded outcomes"
    if "official Globus definition schema: accepts" not in (folder / "SOURCE.txt").read_text():
        return "refused by the schema"
    return "right" if not errors(folder) else "refused here"


def run(definition: dict[str, Any], data: Any) -> machine.Advance:
    cursor = machine.begin(definition, data, {"run_id": "r-1"})
    return machine.advance(machine.compile_definition(definition), cursor, machine.Started(data), NOW)


def test_every_folder_falls_in_one_class() -> None:
    assert Counter(map(verdict, FOLDERS)) == {
        "recorded outcomes": 15,
        "refused by the schema": 21,
        "right": 29,
        "refused here": 26,
    }


def test_what_the_schema_refuses_is_refused() -> None:
    refused = [folder for folder in FOLDERS if verdict(folder) == "refused by the schema"]
    assert [folder.name for folder in refused if not errors(folder)] == []


def test_what_is_refused_here_alone_has_a_named_reason() -> None:
    refused = [folder for folder in FOLDERS if verdict(folder) == "refused here"]
    assert {code for folder in refused for code in errors(folder)} == REFUSED_HERE.keys()


@pytest.mark.parametrize("name", ENDS)
def test_a_machine_ends_as_its_text_says(name: str) -> None:
    data, code, details = ENDS[name]
    end = run(definition_of(CORPUS / name), data)
    assert end.events[-1].code == code
    assert details.items() <= end.events[-1].details.items()


@pytest.mark.parametrize("name", FAILS)
def test_a_machine_that_fails_gives_its_reasons(name: str) -> None:
    definition = definition_of(CORPUS / name)
    (state,) = definition["States"].values()
    assert run(definition, {}).events[-1].details == {
        "state_name": definition["StartAt"],
        "exception": state.get("Error"),
        "cause": state.get("Cause"),
    }


def test_every_right_machine_is_run() -> None:
    right = {folder.name for folder in FOLDERS if verdict(folder) == "right"}
    with_states = {folder.name for folder in FOLDERS if (folder / "state.json").exists()}
    assert right - with_states - {*ENDS, *FAILS} == {"localstack--escape-sequences-string-literals"}


def test_text_is_taken_as_it_is() -> None:
    definition = definition_of(CORPUS / "localstack--escape-sequences-string-literals")
    end = run(definition, {})
    first, second = definition["States"].values()
    assert end.events[2].details["output"] == first["Parameters"]
    assert end.events[-1].details["output"] == second["Result"]


def held(rule: dict[str, Any]) -> Any:
    """Run data for which a plain comparison holds; None for rules that are more than that."""
    names = ("StringEquals", "NumericEquals", "BooleanEquals")
    operand = next((rule[name] for name in names if name in rule), None)
    if operand is None or "[" in rule["Variable"]:
        return None
    data = operand
    for name in reversed(rule["Variable"].removeprefix("$.").split(".")):
        data = {name: data}
    return data


def test_choices_of_others_go_where_their_rules_lead() -> None:
    tried = 0
    for folder in FOLDERS:
        if not (folder / "state.json").exists() or verdict(folder) != "right":
            continue
        state = json.loads((folder / "state.json").read_text())
        assert run(definition_of(folder), {}).status in ("SUCCEEDED", "FAILED")
        data = held(state["Choices"][0])
        if data is not None:
            tried += 1
            assert run(definition_of(folder), data).events[2].details["next"] == state["Choices"][0]["Next"]
    assert tried == 7
