"""The four workloads of the engine's benchmark: as flows, and as step bodies where steps are code.

W1  20 local states in a row: 7 Pass, 7 ExpressionEval, 6 Choice
W2  10 Action states; each is one POST to a hello server on the loopback
W3  a loop of 1,000 transitions: 500 turns of ExpressionEval and Choice
W4  200 runs of W1 at once
"""

from __future__ import annotations

from typing import Any

KINDS = (["pass", "eval", "choice"] * 7)[:20]
INPUT: dict[str, Any] = {"n": 1, "who": {"name": "Ada", "tags": ["a", "b", "c"]}, "note": "x" * 200}
ACTIONS = 10
TURNS = 500
STATES = {"W1": len(KINDS), "W2": ACTIONS, "W3": 2 * TURNS}


def w1() -> dict[str, Any]:
    last = len(KINDS) - 1
    return _chain([_LOCAL[kind] for kind in KINDS[:last]] + [_LOCAL[KINDS[last]]])


def w2(url: str) -> dict[str, Any]:
    call = {"Type": "Action", "ActionUrl": url, "Parameters": {"x.$": "$.n"}}
    return _chain([{**call, "ResultPath": f"$.r{index}"} for index in range(ACTIONS)])


def w3() -> dict[str, Any]:
    more = {"Variable": "$.i", "NumericLessThan": TURNS, "Next": "Increment"}
    return {
        "StartAt": "Increment",
        "States": {
            "Increment": {
                "Type": "ExpressionEval",
                "Parameters": {"i.=": "i + 1"},
                "ResultPath": "$",
                "Next": "More",
            },
            "More": {"Type": "Choice", "Choices": [more], "Default": "Done"},
            "Done": {"Type": "Pass", "End": True},
        },
    }


_LOCAL: dict[str, dict[str, Any]] = {
    "pass": {"Type": "Pass", "Parameters": {"k": 1, "name.$": "$.who.name"}, "ResultPath": "$.last"},
    "eval": {"Type": "ExpressionEval", "Parameters": {"v.=": "n + 1"}, "ResultPath": "$.sum"},
    "choice": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 99, "Next": "S0"}]},
}


def _chain(states: list[dict[str, Any]]) -> dict[str, Any]:
    named = {}
    for index, state in enumerate(states):
        is_last = index == len(states) - 1
        way = "Default" if state["Type"] == "Choice" else "Next"
        named[f"S{index}"] = {**state, **({"End": True} if is_last else {way: f"S{index + 1}"})}
    return {"StartAt": "S0", "States": named}


def step(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The body of one state of W1, in plain Python."""
    if kind == "pass":
        return {**data, "last": {"k": 1, "name": data["who"]["name"]}}
    if kind == "eval":
        return {**data, "sum": {"v": data["n"] + 1}}
    if data["n"] > 99:
        raise ValueError("The choice went the wrong way.")
    return data
