"""Definitions for the fault tests."""

from __future__ import annotations

from typing import Any

Definition = dict[str, Any]


def chain(*states: dict[str, Any]) -> Definition:
    """States S1, S2 ... that follow each other."""
    names = [f"S{number}" for number in range(1, len(states) + 1)]
    exits: list[dict[str, Any]] = [{"Next": name} for name in names[1:]] + [{"End": True}]
    linked = {
        name: state if state["Type"] in ("Fail", "Choice") else {**state, **leads}
        for name, state, leads in zip(names, states, exits, strict=True)
    }
    return {"StartAt": "S1", "States": linked}


def action(url: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Action", "ActionUrl": url, "Parameters": {"a": 1}, "ResultPath": "$.done", **fields}


def actions(url: str, count: int = 20) -> Definition:
    """A flow of calls only: each is one message to the provider and one transaction."""
    return chain(*[action(url)] * count)


def passing() -> dict[str, Any]:
    return {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.p"}


def passes(count: int) -> Definition:
    return chain(*[passing()] * count)


def loop(rounds: int) -> Definition:
    """Two steps a round: one is added to $.n, then a choice leads back."""
    add = {"Type": "ExpressionEval", "Parameters": {"n.=": "n + 1"}, "ResultPath": "$", "Next": "More"}
    rule = {"Variable": "$.n", "NumericLessThan": rounds, "Next": "Add"}
    more = {"Type": "Choice", "Choices": [rule], "Default": "Done"}
    return {"StartAt": "Add", "States": {"Add": add, "More": more, "Done": {"Type": "Pass", "End": True}}}


def wait(seconds: int) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds}


def mixed(url: str) -> Definition:
    """Every kind of step that needs no person, calls between them."""
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.x", "NumericEquals": 1, "Next": "S5"}],
        "Default": "S5",
    }
    expression = {"Type": "ExpressionEval", "Parameters": {"c.=": "x + 1"}, "ResultPath": "$.e"}
    return chain(
        {"Type": "Pass", "Result": {"b": 2}, "ResultPath": "$.b"},
        action(f"{url}/brief"),
        expression,
        choice,
        wait(1),
        action(f"{url}/polled"),
        {"Type": "Pass", "Parameters": {"d.$": "$.e.c"}, "ResultPath": "$.d"},
        action(f"{url}/flaky"),
    )
