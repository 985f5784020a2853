"""The data-flow analysis: it stays near linear, gives up gracefully, and never cries wolf on starters."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowlang import graph, machine
from flowlang.check import check
from flowlang.dataflow import analysis, results

STARTERS = sorted((Path(__file__).parents[2] / "library/starters").glob("*/definition.json"))
ACTION = {"Type": "Action", "ActionUrl": "https://ap.example.org/copy"}


def chain(size: int) -> dict[str, Any]:
    """Return actions one after the other, each with a catcher that leads to one state."""
    states: dict[str, Any] = {}
    for n in range(size):
        states[f"S{n}"] = {
            **ACTION,
            "Parameters": {"from.$": f"$.r{n - 1}.details" if n else "$.source", "to.=": "target + '/x'"},
            "ResultPath": f"$.r{n}",
            "Catch": [{"ErrorEquals": ["ActionTimeout"], "ResultPath": "$.error", "Next": "Bad"}],
            "Next": f"S{n + 1}",
        }
    states[f"S{size}"] = {"Type": "Pass", "End": True}
    states["Bad"] = {"Type": "Fail", "CausePath": "$.error.Cause"}
    return {"StartAt": "S0", "States": states}


def seconds(definition: Any) -> float:
    """Return the least of three times of the analysis alone."""
    built, used = graph.build(definition), []
    for _ in range(3):
        ids: dict[str, int] = {}
        begun = time.process_time()
        analysis.analyse(built, results.anything(ids), ids)
        used.append(time.process_time() - begun)
    return min(used)


def test_five_times_the_states_take_little_more_than_five_times_as_long() -> None:
    assert seconds(chain(500)) < 12 * seconds(chain(100))


def knot(size: int) -> dict[str, Any]:
    """Return states of which each leads to very many, and writes where each of them writes."""
    states = {
        f"S{n}": {
            **ACTION,
            "Parameters": {"a.$": f"$.r{n - 1}.x.y"},
            "ResultPath": f"$.r{n}.x.y",
            "Catch": [
                {"ErrorEquals": [f"E{m}"], "ResultPath": f"$.r{m}.x", "Next": f"S{m}"}
                for m in range(0, size, size // 20)
            ],
            "Next": f"S{(n + 1) % size}",
        }
        for n in range(size)
    }
    return {"StartAt": "S0", "States": states}


def test_a_knot_of_many_loops_is_given_up_in_time() -> None:
    begun = time.process_time()
    check(knot(400))
    assert time.process_time() - begun < 8


def test_what_doubles_at_each_step_is_shared() -> None:
    doubling = {f"k{n}.$": "$" for n in range(10)}
    states: dict[str, Any] = {
        f"S{n}": {"Type": "Pass", "Parameters": doubling, "Next": f"S{n + 1}"} for n in range(200)
    }
    again = {"Variable": "$.k0", "IsPresent": True, "Next": "S0"}
    states["S200"] = {"Type": "Choice", "Choices": [again], "Default": "S5"}
    begun = time.process_time()
    check({"StartAt": "S0", "States": states})
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.parent.name)
def test_starters_have_no_problem_with_their_data(path: Path) -> None:
    schema = path.with_name("input_schema.json")
    problems = check(
        json.loads(path.read_text()), json.loads(schema.read_text()) if schema.exists() else None
    )
    assert [p.message for p in problems if p.code.startswith(("read-", "expression-kind", "rule-"))] == []


@pytest.mark.parametrize(("wanted", "begin"), [("SUCCEEDED", "always holds"), ("FAILED", "never holds")])
def test_whoever_tests_a_status_is_told_where_failures_go(wanted: str, begin: str) -> None:
    rule = {"And": [{"Variable": "$.copy.status", "StringEquals": wanted}], "Next": "Done"}
    states = {
        "Copy": {**ACTION, "Parameters": {}, "WaitTime": 60, "ResultPath": "$.copy", "Next": "Look"},
        "Look": {"Type": "Choice", "Choices": [rule], "Default": "Done"},
        "Done": {"Type": "Pass", "End": True},
    }
    (hint,) = check({"StartAt": "Copy", "States": states})
    assert (hint.code, hint.severity, hint.loc) == ("rule-constant", "hint", ("States", "Look", "Choices", 0))
    assert begin in hint.message and 'set "ExceptionOnActionFailure": false' in hint.message
    quiet = {**states, "Copy": {**states["Copy"], "ExceptionOnActionFailure": False}}
    assert check({"StartAt": "Copy", "States": quiet}) == []


def shifting(size: int) -> dict[str, Any]:
    """Return a loop that hands a text on by one place each time round, through `size` places."""
    ways = [
        (f"S{at}", {"Type": "Pass", "InputPath": f"$.p{at - 1}", "ResultPath": f"$.p{at}"})
        for at in range(size, 0, -1)
    ]
    count = {"Type": "ExpressionEval", "Parameters": {"n.=": "count.n + 1"}, "ResultPath": "$.count"}
    first = {"Type": "Pass", "InputPath": "$.text.it", "ResultPath": "$.p0"}
    begun = {**{f"p{at}": 0 for at in range(size + 1)}, "text": {"it": "x"}, "count": {"n": 0}}
    names = [*(name for name, _ in ways), "First", "Count", "More"]
    body = [*ways, ("First", first), ("Count", count)]
    again = {"Variable": "$.count.n", "NumericLessThan": size + 5, "Next": names[0]}
    return {
        "Begin": {"Type": "Pass", "Result": begun, "Next": names[0]},
        **{name: {**state, "Next": names[at]} for at, (name, state) in enumerate(body, start=1)},
        "More": {"Type": "Choice", "Choices": [again], "Default": "Use"},
        "Use": made(f"p{size} + '!'"),
    }


def made(expression: str, **fields: Any) -> dict[str, Any]:
    """Return a state that makes $.made.it of an expression, and ends the run by itself."""
    way = {} if "Next" in fields else {"End": True}
    parameters = {"it.=": expression}
    return {"Type": "ExpressionEval", "Parameters": parameters, "ResultPath": "$.made", **way, **fields}


def asking(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a choice of which the rule must hold."""
    return {
        "Ask": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "End": True},
        "No": {"Type": "Fail"},
    }


# States, an input schema and an input with which each run succeeds: nothing may be called certain to fail.
RUNS: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "many rounds": (shifting(16), None, {}),
    "members by pattern": (
        asking({"Variable": "$.n_files", "NumericGreaterThan": 1}),
        {"patternProperties": {"^n_": {"type": "number"}}, "additionalProperties": {"type": "string"}},
        {"n_files": 3},
    ),
    "what depends on other members": (
        asking({"Not": {"Variable": "$.b", "IsPresent": True}}),
        {"type": "object", "properties": {"a": {}, "b": {}}, "dependencies": {"a": ["b"]}},
        {},
    ),
    "what a condition requires": (
        {"Make": made("b + 1")},
        {"properties": {"b": {"type": "number"}}, "if": {}, "then": {"required": ["b"]}},
        {"b": 1},
    ),
    "many of nothing": (
        {
            "Take": {"Type": "Pass", "Parameters": {"ids.$": "$.files[*].id"}, "Next": "Make"},
            "Make": made("getattr('files[*].id', 0) == [] and is_present('files[*]')", Next="Ask"),
            **asking({"Variable": "$.made.it", "BooleanEquals": True}),
        },
        {"type": "object", "additionalProperties": False},
        {},
    ),
    "a word that may be in a list": (
        {
            "Make": made("tags if 'raw' in tags else 'none'", Next="Ask"),
            **asking({"Variable": "$.made.it[0]", "IsPresent": True}),
        },
        None,
        {"tags": ["raw"]},
    ),
    "bits of flags": (
        {"Make": made("one | other", Next="Ask"), **asking({"Variable": "$.made.it", "BooleanEquals": True})},
        {"properties": {"one": {"type": "boolean"}, "other": {"type": "boolean"}}},
        {"one": True, "other": False},
    ),
    "what a comparison does not come to": (
        {"Make": made("0 < n < limit")},
        {"properties": {"n": {"type": "number"}}, "required": ["n"], "additionalProperties": False},
        {"n": 0},
    ),
    "a name that is worked out": (
        {
            "Make": made("{'a': 1, key: 'x'}", Next="Ask"),
            **asking({"Variable": "$.made.it.a", "StringEquals": "x"}),
        },
        None,
        {"key": "a"},
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_succeeds_is_not_called_certain_to_fail(name: str) -> None:
    states, schema, given = RUNS[name]
    definition = {"StartAt": next(iter(states)), "States": states}
    program, now = machine.compile_definition(definition), datetime(2026, 3, 1, tzinfo=UTC)
    begun = machine.begin(definition, given, {})
    advance = machine.advance(program, begun, machine.Started(given), now, most_states=1_000)
    assert advance.status == "SUCCEEDED", advance.events[-1]
    found = check(definition, schema)
    told = [p.message for p in found if p.severity == "error" or p.code.startswith(("rule-", "read-und"))]
    assert told == []


@pytest.mark.parametrize(
    ("caught", "wanted"),
    [
        ("States.ALL", ("result-path-doubtful", "warning")),
        ("States.ResultPathMatchFailure", ("result-path-doubtful", "warning")),
        ("States.Runtime", ("result-path-parent", "error")),
    ],
)
def test_a_result_without_place_is_an_error_unless_a_catcher_takes_it(
    caught: str, wanted: tuple[str, str]
) -> None:
    catcher = {"ErrorEquals": [caught], "ResultPath": "$.error", "Next": "Done"}
    states = {
        "Begin": {"Type": "Pass", "Result": {"note": "x"}, "Next": "Copy"},
        "Copy": {**ACTION, "Parameters": {}, "ResultPath": "$.note.copy", "Catch": [catcher], "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    }
    found = check({"StartAt": "Begin", "States": states})
    assert [(p.code, p.severity) for p in found if p.code.startswith("result-")] == [wanted]
