"""What a check costs, counted in calls of functions: the same on every machine, however busy it is."""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from bench.definitions import SCHEMA, SHAPES, flow
from flowlang.check import check_text
from flowlang.collector import paused
from flowlang.diagram import to_dot
from flowlang.parts import forget


def calls(work: Callable[[], object]) -> Counter[str]:
    """Return how often each function of ours is called by `work`, by "module.function"."""
    found: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("flowlang"):
            found[f"{module.removeprefix('flowlang.')}.{frame.f_code.co_name}"] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


def checking(definition: dict[str, Any]) -> Callable[[], object]:
    text, schema = json.dumps(definition, indent=2), json.dumps(SCHEMA)
    return lambda: check_text(text, schema)


def expressions_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return {text for item in value for text in expressions_in(item)}
    if not isinstance(value, dict):
        return set()
    own = {member for key, member in value.items() if key.endswith(".=")}
    return own | {text for member in value.values() for text in expressions_in(member)}


def test_an_expression_is_compiled_once_and_kept_while_somebody_types() -> None:
    text = json.dumps(flow("chain", 60, salt="once"))
    for name in ("limit", "names", "source", "target"):
        text = text.replace(name, f"once_{name}")  # no other test has these expressions
    definition = json.loads(text)
    first = calls(checking(definition))
    assert first["expressions.parse"] == len(expressions_in(definition))
    definition["States"]["S1"]["Parameters"]["more.="] = "limit + 17"
    again = calls(checking(definition))
    assert again["expressions.parse"] == 1


def test_a_text_is_read_and_a_graph_built_once() -> None:
    forget()
    found = calls(checking(flow("loop", 60)))
    assert found["definition.parse"] == 2  # the definition and its input schema
    assert found["graph.build"] == 1
    assert found["definition.transitions"] == 60


# Calls a state, with 200 states; a quarter above what was counted when this was written.
MOST_CALLS = {"chain": 190, "loop": 305, "fan-in": 250, "choices": 415}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cost_grows_with_the_number_of_states_only(shape: str) -> None:
    costs = []
    for size in (50, 200):
        work = checking(flow(shape, size))
        work()
        costs.append(calls(work).total())
    # Four times the states; n log n would be 5.4 times.
    assert costs[1] < 5.2 * costs[0], costs
    assert costs[1] / 200 < MOST_CALLS[shape], costs


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cost_of_an_edit_that_all_states_see_grows_with_their_number_only(shape: str) -> None:
    costs = []
    for size in (50, 200):
        definition = flow(shape, size)
        checking(definition)()
        definition["States"]["Begin"]["Parameters"]["more"] = size
        costs.append(calls(checking(definition)).total())
    assert costs[1] < 5.2 * costs[0], costs


def test_a_check_leaves_nothing_for_each_state_in_which_python_would_look_for_circles() -> None:
    text = json.dumps(flow("loop", 400), indent=2)
    gc.collect()
    with paused():
        for _ in range(4):
            check_text(text)  # small objects are used again, and not counted, from the second time on
        before = gc.get_count()[0]
        checked = check_text(text)
        assert gc.get_count()[0] - before < 100
    assert checked.states == 400


@pytest.mark.parametrize("shape", SHAPES)
def test_the_diagram_grows_with_the_number_of_states_only(shape: str) -> None:
    costs = [calls(partial(to_dot, flow(shape, size))).total() for size in (50, 200)]
    assert costs[1] < 5.2 * costs[0], costs
