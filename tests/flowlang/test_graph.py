"""The states as a graph: reach, loops, layers, and how many ways there are."""

from __future__ import annotations

import time
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.graph import MAX_POSSIBILITIES, components, number_of_possibilities, ranks, reachable

END = {"Type": "Pass", "End": True}
EDGES = st.integers(1, 5).flatmap(
    lambda size: st.fixed_dictionaries(
        {str(n): st.lists(st.integers(0, size - 1).map(str), max_size=3) for n in range(size)}
    )
)


def choice(*targets: str) -> dict[str, Any]:
    return {
        "Type": "Choice",
        "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": name} for name in targets],
    }


def flow(**states: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": states}


@pytest.mark.parametrize(
    ("definition", "count"),
    [
        (flow(A=END), 1),
        (flow(A={"Type": "Pass", "Next": "B"}, B=END), 1),
        (flow(A=choice("B", "C"), B=END, C={"Type": "Fail"}), 2),
        (flow(A=choice("B", "B"), B=END), 2),
        (flow(A=choice("B", "C"), B=choice("D", "D"), C=choice("D", "D", "D"), D=END), 5),
        (flow(A={"Type": "Action", "End": True, "Catch": [{"Next": "B"}]}, B={"Type": "Fail"}), 2),
        # Straight through, or once round the loop.
        (flow(A={**choice("B", "A"), "Default": "B"}, B=END), 4),
        (flow(A={"Type": "Pass", "Next": "B"}, B=choice("A", "C"), C=END), 1),
        (flow(A={"Type": "Pass", "Next": "A"}), 0),
        (flow(B=END), 0),
        ({}, 0),
        (None, 0),
        ([1], 0),
    ],
)  # fmt: skip
def test_ways_to_an_end_that_use_no_arrow_twice(definition: Any, count: int) -> None:
    assert number_of_possibilities(definition) == count


def test_many_ways_are_capped_and_soon_counted() -> None:
    ladder = {f"S{n}": choice(f"S{n + 1}", f"S{n + 1}") for n in range(900)}
    knot = {f"S{n}": choice(*(f"S{m}" for m in range(30))) for n in range(30)}
    for states in ({**ladder, "S900": END}, {**knot, "S0": {**choice("S1", "E")}, "E": END}):
        started = time.process_time()
        assert number_of_possibilities({"StartAt": "S0", "States": states}) == MAX_POSSIBILITIES
        assert time.process_time() - started < 0.5


@given(EDGES)
@settings(max_examples=40)
def test_components_are_the_states_that_reach_each_other(edges: dict[str, list[str]]) -> None:
    found = components(edges)
    assert sorted(name for group in found for name in group) == sorted(edges)
    place = {name: at for at, group in enumerate(found) for name in group}
    for one, other in product(edges, edges):
        is_mutual = other in reachable(edges, [one]) and one in reachable(edges, [other])
        assert (place[one] == place[other]) == is_mutual
        if other in edges[one] and not is_mutual:
            assert place[other] < place[one]


@given(EDGES)
@settings(max_examples=40)
def test_a_layer_is_below_those_that_lead_to_it_unless_they_form_a_loop(edges: dict[str, list[str]]) -> None:
    layers = ranks(edges)
    for name, targets in edges.items():
        for target in targets:
            assert layers[target] > layers[name] or name in reachable(edges, [target])


def test_a_long_chain_needs_no_recursion() -> None:
    edges = {str(n): [str(n + 1)] for n in range(5_000)} | {"5000": []}
    assert len(components(edges)) == 5_001
    assert ranks(edges)["5000"] == 5_000
