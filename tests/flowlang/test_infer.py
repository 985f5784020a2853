"""The input schema that a definition asks for, and the run data that a state finds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from flowlang.check import check
from flowlang.infer import data_at, input_schema
from flowlang.problems import Problem

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "flows"
DEFINITIONS = sorted(CORPUS.glob("*/definition.json"))
SAMPLES = sorted(path.with_name("definition.json") for path in CORPUS.glob("*/sample_input.json"))
STARTERS = sorted(path.parent for path in (ROOT / "library/starters").glob("*/definition.json"))
END = {"Type": "Pass", "End": True}
TESTS = (("t", "StringEquals", "x"), ("n", "NumericLessThan", 3), ("b", "BooleanEquals", True))
# Of these flows only a schema tells that a catcher, or a state without ResultPath, wipes what is read later.
WIPED = {
    "connect-server--automate-MDF-Automate-Flow--v1",
    "connect-server--automate-MDF-Automate-Flow--v3",
    "connect-server--automate-MDF-Automate-Flow--v4",
    "connect-server--automate-minimus-mdf-flow--v25",
    "connect-server--automate-minimus-mdf-flow--v33",
    "connect-server--automate-minimus-mdf-flow--v40",
    "connect-server--automate-minimus-mdf-flow--v7",
}


def flow(*states: dict[str, Any]) -> dict[str, Any]:
    """Return a definition of these states, one after the other."""
    named = {f"S{index}": {"Next": f"S{index + 1}", **state} for index, state in enumerate(states)}
    return {"StartAt": "S0", "States": {**named, f"S{len(states)}": END}}


def passing(**parameters: Any) -> dict[str, Any]:
    return {"Type": "Pass", "Parameters": parameters, "ResultPath": "$.made"}


def properties(*states: dict[str, Any]) -> Any:
    schema: Any = input_schema(flow(*states))
    return schema["properties"]


def test_what_is_read_unguarded_is_required() -> None:
    schema: Any = input_schema(flow(passing(**{"a.$": "$.source.id", "b.=": "getattr('label', 'none')"})))
    assert schema["required"] == ["source"]
    assert schema["properties"]["source"]["required"] == ["id"]
    assert list(schema["properties"]) == schema["propertyOrder"] == ["source", "label"]
    assert schema["additionalProperties"] is False


def test_lists_that_a_path_goes_through_are_asked_for() -> None:
    (found,) = properties(passing(**{"a.$": "$.files[*].name", "b.$": "$.files[0:2]"})).values()
    assert (found["type"], list(found["items"]["properties"])) == ("array", ["name"])
    assert properties(passing(**{"a.$": "$.options.*"})) == {"options": {"title": "Options"}}


def test_lists_of_which_one_item_is_read_or_replaced_are_asked_for() -> None:
    (found,) = properties(passing(**{"a.=": "files[0].name"})).values()
    assert (found["type"], list(found["items"]["properties"])) == ("array", ["name"])
    (found,) = properties({"Type": "Pass", "Result": {}, "ResultPath": "$.files[0]"}).values()
    assert found["type"] == "array"


def test_what_is_read_before_loops_come_to_rest_is_asked_for() -> None:
    asked = {"Variable": "$.until", "IsTimestamp": True, "Next": "S0"}
    catchers = [
        {"ErrorEquals": [name], "ResultPath": path, "Next": "S1"}
        for name, path in (("ActionFailedException", "$.a[0]"), ("States.ALL", "$.b.a"))
    ]
    definition = flow(
        {"Type": "Pass", "InputPath": "$.a", "ResultPath": "$.e"},
        {"Type": "Choice", "Choices": [asked], "Default": "S2"},
        {"Type": "AwaitWebInput", "Parameters": {}, "ResultPath": "$.e", "Catch": catchers, "Next": "S0"},
    )
    schema: Any = input_schema(definition)
    assert "until" in schema["properties"]


@pytest.mark.parametrize(
    "state",
    [
        passing(**{"all.$": "$"}),
        passing(**{"one.=": "getattr('files.' + name)"}),
        passing(**{"is_there.=": "is_present(name)"}),
        {"Type": "Pass", "ResultPath": "$.before"},
    ],
    ids=["whole", "worked out", "asked for", "copied"],
)
def test_nothing_is_shut_out_where_anything_may_be_read(state: dict[str, Any]) -> None:
    schema: Any = input_schema(flow(state))
    assert "additionalProperties" not in schema


def test_a_value_with_null_in_its_place_may_be_anything() -> None:
    assert properties(passing(**{"a.=": "getattr('label', None)"})) == {"label": {"title": "Label"}}


def test_what_a_state_wrote_before_is_not_asked_for() -> None:
    assert properties(passing(n=1), {**passing(**{"x.$": "$.made.n"}), "ResultPath": "$.later"}) == {}


def test_what_is_guarded_is_optional() -> None:
    schema: Any = input_schema(flow(passing(**{"x.=": "label if is_present('label') else 'none'"})))
    assert list(schema["properties"]) == ["label"]
    assert "required" not in schema


def test_types_come_from_what_is_done() -> None:
    found = properties(
        passing(**{"a.=": "name.upper()", "b.=": "[f.size + 1 for f in files]", "c.=": "count + 1"}),
        {"Type": "Wait", "SecondsPath": "$.pause"},
        {"Type": "Wait", "TimestampPath": "$.until"},
    )
    assert found["name"]["type"] == "string"
    assert found["files"]["type"] == "array"
    assert found["files"]["items"]["properties"]["size"]["type"] == "number"
    assert found["count"]["type"] == "number"
    assert found["pause"]["type"] == "integer"
    assert (found["until"]["type"], found["until"]["format"]) == ("string", "date-time")


def test_rules_tell_types_too() -> None:
    choice: dict[str, Any] = {"Type": "Choice", "Default": "S1", "Choices": []}
    for name, operator, operand in (
        ("t", "StringEquals", "x"),
        ("n", "NumericLessThan", 3),
        ("b", "BooleanEquals", True),
    ):
        choice["Choices"].append({"Variable": f"$.{name}", operator: operand, "Next": "S1"})  # type: ignore[attr-defined]
    definition = {"StartAt": "S0", "States": {"S0": choice, "S1": END}}
    schema: Any = input_schema(definition)
    assert [schema["properties"][name]["type"] for name in "tnb"] == ["string", "number", "boolean"]


def test_a_collection_is_known_by_its_takers() -> None:
    action = {
        "Type": "Action",
        "ActionUrl": "https://transfer.actions.globus.org/ls",
        "Parameters": {"endpoint_id.$": "$.source.id", "path.$": "$.source.path"},
        "ResultPath": "$.ls",
    }
    source = properties(action)["source"]
    assert source["format"] == "globus-collection"
    assert source["properties"]["id"]["type"] == "string"


def test_a_provider_says_what_its_parameters_are() -> None:
    action = {
        "Type": "Action",
        "ActionUrl": "https://ap.example.org/run/",
        "Parameters": {"options": {"limit.$": "$.limit"}, "mail.$": "$.mail"},
        "ResultPath": "$.ran",
    }
    options = {"type": "object", "properties": {"limit": {"type": "integer"}}}
    takes = {"properties": {"options": options, "mail": {"type": "string", "format": "email"}}}
    schema: Any = input_schema(flow(action), {"https://ap.example.org/run": takes})
    assert schema["properties"]["limit"]["type"] == "integer"
    assert schema["properties"]["mail"]["format"] == "email"


def test_titles_are_words() -> None:
    found = properties(passing(**{"a.$": "$.source_path", "b.$": "$.maxSize"}))
    assert [found[name]["title"] for name in found] == ["Source path", "Max Size"]


def test_roles_of_ones_own_ask_for_tokens() -> None:
    action = {"Type": "Action", "ActionUrl": "https://ap.example.org", "Parameters": {}, "RunAs": "curator"}
    assert properties({**action, "ResultPath": "$.r"})["_tokens"]["required"] == ["curator"]


def test_a_whole_that_is_handed_on_may_hold_more() -> None:
    schema: Any = input_schema(flow(passing(**{"all.$": "$.settings", "one.$": "$.settings.mode"})))
    assert "additionalProperties" not in schema["properties"]["settings"]


def told(problems: list[Problem]) -> set[tuple[Any, ...]]:
    return {problem.loc for problem in problems if problem.code != "schema-unread"}


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real flows is not here")
@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.parent.name)
def test_a_flow_fits_the_schema_that_it_asks_for(path: Path) -> None:
    definition = json.loads(path.read_text())
    problems = check(definition, input_schema(definition))
    assert [p.code for p in problems if p.document == "input_schema"] == []
    more = told(problems) - told(check(definition))
    assert bool(more) == (path.parent.name in WIPED)


@pytest.mark.parametrize(
    "name", [path.name for path in sorted((ROOT / "library/starters").iterdir()) if path.is_dir()]
)
def test_starters_fit_the_schemas_that_they_ask_for(name: str) -> None:
    definition = json.loads((ROOT / "library/starters" / name / "definition.json").read_text())
    assert told(check(definition, input_schema(definition))) <= told(check(definition))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real flows is not here")
def test_authors_sample_inputs_have_what_is_required() -> None:
    short = {}
    for path in SAMPLES:
        schema: Any = input_schema(json.loads(path.read_text()))
        sample = json.loads(path.with_name("sample_input.json").read_text())
        missing = [name for name in schema.get("required", []) if name not in sample]
        if missing:
            short[path.parent.name] = missing
    # This sample is of a later version of the flow, and people kept the secrets out of it.
    assert short == {
        "connect-server--automate-mdf-flow-def": ["source_id", "_private_feedstock_auth_header", "_tokens"]
    }


# --- what a state finds


def test_a_state_finds_the_input_and_what_was_written() -> None:
    schema = {
        "type": "object",
        "required": ["source"],
        "additionalProperties": False,
        "properties": {"source": {"type": "string"}, "label": {"type": "string"}},
    }
    places = {place.path: place for place in data_at(flow(passing(n=1), END), schema, "S1")}
    assert places["$.source"] == ("$.source", ("string",), True, ("input",), ())
    assert places["$.label"] == ("$.label", ("string",), False, ("input",), ())
    assert places["$.made.n"] == ("$.made.n", ("number",), True, ("S0",), (1,))
    assert places["$._context.run_id"] == ("$._context.run_id", ("string",), True, ("context",), ())


def test_without_a_schema_the_reads_of_the_definition_stand_for_it() -> None:
    places = {
        place.path: place for place in data_at(flow(passing(**{"a.$": "$.source.id"}), END), None, "S0")
    }
    assert (places["$.source.id"].certain, places["$.source.id"].writers) == (True, ("input",))


def test_both_writers_of_two_ways_are_told() -> None:
    look = {"Type": "Choice", "Default": "B", "Choices": [{"Variable": "$.x", "IsString": True, "Next": "A"}]}
    definition = {
        "StartAt": "Look",
        "States": {
            "Look": look,
            "A": {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.r", "Next": "End"},
            "B": {"Type": "Pass", "Result": {"a": 2}, "ResultPath": "$.r", "Next": "End"},
            "End": END,
        },
    }
    places = {place.path: place for place in data_at(definition, {}, "End")}
    assert places["$.r.a"] == ("$.r.a", ("number",), True, ("A", "B"), (1, 2))


def test_a_state_that_nothing_leads_to_finds_what_any_state_leaves() -> None:
    definition = {**flow(passing(n=1))}
    definition["States"]["New"] = {"Type": "Pass"}
    places = {place.path: place for place in data_at(definition, {}, "New")}
    assert not places["$.made.n"].certain
    assert places["$.made.n"].writers == ("S0", "input")


@pytest.mark.parametrize(
    "broken", [None, [], {}, {"StartAt": 3, "States": {"A": None, "B": []}}, {"States": 1}]
)
def test_half_broken_definitions_are_passed_over(broken: Any) -> None:
    assert [place.path for place in data_at(broken, None, "A")][:1] == ["$._context"]
    assert isinstance(input_schema(broken), dict)


def test_two_hundred_states_are_looked_through_quickly() -> None:
    states = [
        {**passing(**{"a.$": "$.source.id", "b.=": f"source.path + '{n}'"}), "ResultPath": f"$.r{n}"}
        for n in range(200)
    ]
    definition = flow(*states)
    used = []
    for _ in range(5):
        begun = time.process_time()
        data_at(definition, {}, "S199")
        used.append(time.process_time() - begun)
    assert min(used) < 0.1


# --- the command


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flowlang", "infer", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False
    )


def test_the_command_prints_the_schema(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(flow(passing(**{"a.$": "$.source"}))))
    done = run(str(file))
    assert done.returncode == 0
    assert json.loads(done.stdout) == input_schema(json.loads(file.read_text()))


def test_the_command_ends_as_dot_does_for_what_is_not_json(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.json")).returncode == 2
    broken = run("-", text="{")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "json-open" in broken.stderr
