"""Rules and catchers as rows of a form: what they say stays, and what rows cannot say is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang.editing_rows import RowError, has_rows, schema, shown, stated
from flowlang.rules import OPERATORS

RULE = {"Variable": "$.n", "NumericGreaterThan": 10, "Next": "A"}
CATCHER = {"ErrorEquals": ["ActionTimeout", "States.ALL"], "ResultPath": "$.error", "Next": "B"}
VALUES = st.one_of(
    st.text(max_size=5),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just([{"Variable": "$.b", "IsPresent": True}]),
    st.just({"Variable": "$.b", "IsNull": False}),
)
TESTS = st.sampled_from([*OPERATORS, "And", "Or", "Not"])


def state(**fields: Any) -> dict[str, Any]:
    return {"Type": "Choice", **fields}


def test_rules_and_catchers_are_rows_of_single_values() -> None:
    found = shown(state(Choices=[RULE, {"Not": RULE, "Next": "B"}], Catch=[CATCHER]))
    assert found["Choices"] == [
        {"Variable": "$.n", "Test": "NumericGreaterThan", "Value": "10", "Next": "A"},
        {"Test": "Not", "Value": json.dumps(RULE), "Next": "B"},
    ]
    errors = "ActionTimeout, States.ALL"
    assert found["Catch"] == [{"ErrorEquals": errors, "ResultPath": "$.error", "Next": "B"}]


@given(st.lists(st.tuples(TESTS, VALUES), max_size=4))
def test_what_is_shown_and_not_changed_says_the_same_again(rules: list[tuple[str, Any]]) -> None:
    before = state(Choices=[{"Variable": "$.a", test: value, "Next": "A"} for test, value in rules])
    again = stated(shown(before), before)
    assert json.dumps(again, sort_keys=True) == json.dumps(before, sort_keys=True)


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$.a", "StringEquals": 5, "Next": "A"},
        {"Variable": "$.a", "StringEquals": "x"},
        {"Variable": "$.a", "StringEquals": "x", "IsNull": False, "Next": "A"},
        {"Variable": "$.a", "StringEquals": "x", "Comment": "why", "Next": "A"},
        {"Variable": 5, "StringEquals": "x", "Next": "A"},
        {"And": {"no": "list"}, "Next": "A"},
        {},
        "text",
    ],
)
def test_what_rows_cannot_say_stays_json(rule: Any) -> None:
    before = state(Choices=[RULE, rule])
    assert not has_rows("Choices", before["Choices"])
    assert shown(before) == before
    assert stated(before, before) == before


@pytest.mark.parametrize(
    ("test", "text", "value"),
    [
        ("StringEquals", "5", "5"),
        ("NumericEquals", "5", 5),
        ("NumericEquals", "5.5", 5.5),
        ("NumericEquals", "many", "many"),
        ("NumericEquals", "NaN", "NaN"),
        ("NumericEquals", "1e999", "1e999"),
        ("NumericEquals", "[" * 5_000, "[" * 5_000),
        ("NumericEqualsPath", "$.n", "$.n"),
        ("BooleanEquals", "true", True),
        ("IsNull", "false", False),
        ("StringEquals", "", ""),
        ("Or", '[{"Variable": "$.b", "IsNull": true}]', [{"Variable": "$.b", "IsNull": True}]),
    ],
)
def test_a_value_is_read_as_its_test_wants_it(test: str, text: str, value: Any) -> None:
    row = {"Variable": "$.n", "Test": test, "Value": text, "Next": "A"}
    found: Any = stated({"Choices": [row]}, state())
    assert json.dumps(found["Choices"]) == json.dumps([{"Variable": "$.n", test: value, "Next": "A"}])


@pytest.mark.parametrize(
    ("name", "row", "loc"),
    [
        ("Choices", {"Variable": "$.n", "Next": "A"}, "$.Choices[0].Test"),
        ("Choices", {"Test": "IsNull", "Value": "true"}, "$.Choices[0].Next"),
        ("Choices", {"Test": "And", "Value": "{}", "Next": "A"}, "$.Choices[0].Value"),
        ("Choices", {"Test": "Not", "Value": "x", "Next": "A"}, "$.Choices[0].Value"),
        ("Catch", {"ErrorEquals": " , ", "Next": "A"}, "$.Catch[0].ErrorEquals"),
        ("Catch", {"ErrorEquals": "States.ALL"}, "$.Catch[0].Next"),
    ],
)
def test_a_row_that_means_nothing_says_what_it_lacks(name: str, row: Any, loc: str) -> None:
    with pytest.raises(RowError) as refused:
        stated({name: [row]}, {})
    assert refused.value.loc == loc
    assert str(refused.value).endswith(".")


def test_a_row_leads_to_a_state_also_to_one_that_is_gone() -> None:
    found: Any = schema("Choices", [{**RULE, "Next": "Gone"}], ["A", "B"], ["$.n"])
    assert found["items"]["properties"]["Next"]["enum"] == ["A", "B", "Gone"]
    assert "$.n" in found["items"]["properties"]["Variable"]["examples"]
