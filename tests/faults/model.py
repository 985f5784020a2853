"""A second interpreter, for flows of a small kind: what must happen, whatever befalls the engine meanwhile.

It shares nothing with the first: a run's data are one counter, $.c.v, and a state does one of six things.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.faults.flows import Definition, action

NAMES = ("A", "B", "C", "D", "E", "F")
MOST_STEPS = 40
SURE = ("instant", "brief", "polled", "flaky", "lost_before", "lost_after")
INPUT = {"c": {"v": 0}, "x": 1}
_TARGETS = st.sampled_from(NAMES)
_EXITS = _TARGETS.map(lambda name: {"Next": name}) | st.just({"End": True})


class End(NamedTuple):
    """The codes of the log, the last state, and the counter."""

    codes: list[str]
    state: str
    counter: int


def _choice(limit: int, target: str, default: str) -> dict[str, Any]:
    rule = {"Variable": "$.c.v", "NumericLessThan": limit, "Next": target}
    return {"Type": "Choice", "Choices": [rule], "Default": default}


def _states(ledger: str) -> st.SearchStrategy[dict[str, Any]]:
    add = {"Type": "ExpressionEval", "Parameters": {"v.=": "c.v + 1"}, "ResultPath": "$.c"}
    leaving = st.one_of(
        st.just({"Type": "Pass", "Result": [1, 2], "ResultPath": "$.p"}),
        st.just(add),
        st.sampled_from([0, 1]).map(lambda seconds: {"Type": "Wait", "Seconds": seconds}),
        st.sampled_from(SURE).map(lambda mode: action(f"{ledger}/{mode}")),
        st.just(action(f"{ledger}/broken")),
        _TARGETS.map(lambda name: action(f"{ledger}/broken", Catch=[_catcher(name)])),
    )
    ways = st.tuples(leaving, _EXITS).map(lambda pair: {**pair[0], **pair[1]})
    choices = st.builds(_choice, st.integers(1, 3), _TARGETS, _TARGETS)
    return st.one_of(ways, ways, ways, choices, st.just({"Type": "Fail", "Error": "Wrong"}))


def _catcher(target: str) -> dict[str, Any]:
    return {"ErrorEquals": ["ActionUnableToRun"], "ResultPath": "$.error", "Next": target}


def flows(ledger: str, count: int, number: int) -> list[Definition]:
    """Return different flows that end, and do something first."""
    found: list[Definition] = []
    states = st.fixed_dictionaries({name: _states(ledger) for name in NAMES})

    @seed(number)
    @settings(
        max_examples=count * 20, database=None, derandomize=False, suppress_health_check=list(HealthCheck)
    )
    @given(states)
    def collect(made: dict[str, Any]) -> None:
        definition = {"StartAt": "A", "States": made}
        is_new = len(found) < count and definition not in found
        if is_new and 6 < len(expected(definition).codes) < MOST_STEPS:
            found.append(definition)

    collect()
    return found


def expected(definition: Definition) -> End:
    """Return how a run ends; a log that is too long stands for a flow that does not end."""
    codes, name, counter = ["FlowStarted"], definition["StartAt"], 0
    while len(codes) < MOST_STEPS:
        state = definition["States"][name]
        kind = state["Type"]
        codes.append(f"{kind}Started")
        if kind == "Fail":
            return End([*codes, "FlowFailed"], name, counter)
        if state.get("ActionUrl", "").endswith("/broken"):
            codes.append("ActionFailed")
            if "Catch" not in state:
                return End([*codes, "FlowFailed"], name, counter)
            name = state["Catch"][0]["Next"]
            continue
        codes.append("ActionCompleted" if kind == "ExpressionEval" else f"{kind}Completed")
        counter += kind == "ExpressionEval"
        if "End" in state:
            return End([*codes, "FlowSucceeded"], name, counter)
        name = _next(state, counter)
    return End(codes, name, counter)


def _next(state: dict[str, Any], counter: int) -> str:
    if state["Type"] != "Choice":
        return str(state["Next"])
    (rule,) = state["Choices"]
    return str(rule["Next"] if counter < rule["NumericLessThan"] else state["Default"])
