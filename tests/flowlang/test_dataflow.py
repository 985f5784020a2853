"""The data-flow analysis: it stays near linear, gives up gracefully, and never cries wolf on starters."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from flowlang import graph
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
