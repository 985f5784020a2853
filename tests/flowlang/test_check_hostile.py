"""Whatever is given to the checker, it answers: quickly, with known codes, in text that can be sent on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowlang.check import check, check_text, error_items, number_of_possibilities
from flowlang.rules import OPERATORS, STATES
from flowlang.schema_rules import KEYWORDS
from tools import problem_pages

CODES = {entry.code for entry in problem_pages.entries()}

NAMES = st.sampled_from(
    ["A", "B", "", " ", "__proto__", "constructor", "\ud800", "a\0b", "<b>", "😀", "States.ALL"]
)
SCALARS = st.one_of(
    NAMES,
    st.sampled_from(
        ["$", "$.a", "$.a[", "$._context", "$$", "1 +", "x.y", "a" * 300, "Pass", "Action", "Choice"]
    ),
    st.sampled_from([None, True, False, 0, -1, 2**70, 1e308, float("nan"), float("inf"), 60.0]),
    st.text(max_size=4),
)
WORDS = st.one_of(
    st.sampled_from([*OPERATORS, *KEYWORDS, *(name for kind in STATES.values() for name in kind.fields)]),
    st.sampled_from(["StartAt", "States", "And", "Or", "Not", "Variable", "ErrorEquals", "x.$", "x.=", ".$"]),
    NAMES,
    st.just("__Private_Parameters"),
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=8,
)
STATE = st.builds(
    lambda kind, fields: {**fields, "Type": kind},
    st.sampled_from([*STATES, "Task"]),
    st.dictionaries(WORDS, JUNK, max_size=6),
)
FLOWS = st.fixed_dictionaries({"StartAt": NAMES, "States": st.dictionaries(NAMES, STATE | JUNK, max_size=4)})


def answered(problems: list[Any]) -> None:
    for problem in problems:
        assert problem.code in CODES, problem
        assert problem.message.encode("utf-8")
        assert problem.message[-1] in ".?"
    json.dumps(error_items(problems)).encode()


@given(FLOWS | JUNK, JUNK, st.dictionaries(st.just("https://a.example"), JUNK, max_size=1))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_no_value_raises(definition: Any, schema: Any, providers: Any) -> None:
    answered(check(definition, schema, providers))
    assert number_of_possibilities(definition) >= 0


@given(FLOWS, JUNK)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_raises(definition: Any, schema: Any) -> None:
    checked = check_text(json.dumps(definition), json.dumps(schema))
    answered(checked.problems)
    json.dumps(checked.to_json()).encode()


def chain(rule: Any) -> dict[str, Any]:
    return {
        "StartAt": "A",
        "States": {"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Fail"}},
    }


def nested(depth: int) -> Any:
    rule: Any = {"Variable": "$.x", "IsPresent": True}
    for _ in range(depth):
        rule = {"And": [rule]}
    return {**rule, "Next": "B"}


def wide(choices: int, branches: int) -> dict[str, Any]:
    rules = [{"Variable": "$.x", "NumericEquals": n, "Next": f"S{n % choices}"} for n in range(branches)]
    return {
        "StartAt": "S0",
        "States": {f"S{n}": {"Type": "Choice", "Choices": rules} for n in range(choices)},
    }


@pytest.mark.parametrize(
    "definition",
    [
        chain(nested(2_000)),
        chain(nested(25)),
        {"StartAt": "S0", "States": {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(5_000)}},
        {
            "StartAt": "S0",
            "States": {f"State {n}": {"Type": "Pass", "Next": f"Stote {n}"} for n in range(400)},
        },
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, "Comment": "x" * 1_000_000}}},
        wide(40, 40),
        {
            "StartAt": "A",
            "States": {"A": {"Type": "Pass", "End": True, "Result": {f"k{n}.$": 1 for n in range(5_000)}}},
        },
    ],
    ids=["too deep", "deep", "many states", "many misspelt", "long", "wide", "many members"],
)
def test_large_definitions_are_answered_in_time(definition: Any) -> None:
    started = time.process_time()
    answered(check(definition))
    number_of_possibilities(definition)
    assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#/properties/b"}, "b": {"allOf": [{"$ref": "#/properties/a"}]}}},
        {"properties": {"a": {"type": "string", "pattern": "^(a+)+$", "default": "a" * 40 + "!"}}},
        {"patternProperties": {"^(a|a)*$": {}}, "default": {"a" * 40 + "!": 1}},
        {
            "properties": {
                "a": {"type": "array", "uniqueItems": True, "default": [{"n": n} for n in range(2_000)]}
            }
        },
        {"enum": [str(n) for n in range(20_000)]},
        {"properties": {"a": {"multipleOf": 1e-308, "default": 1}, "b": {"multipleOf": 0}}},
        {"properties": {"__proto__": {"default": 1}, "constructor": {"type": "string", "default": 2}}},
        {
            "$id": "http://127.0.0.1:9/x",
            "$schema": "http://127.0.0.1:9/y",
            "properties": {"a": {"default": 1}},
        },
    ],
    ids=[
        "self",
        "mutual",
        "slow pattern",
        "slow key",
        "unique",
        "long enum",
        "multiple",
        "odd names",
        "remote ids",
    ],
)
def test_hostile_schemas_are_answered_in_time(schema: Any) -> None:
    started = time.process_time()
    answered(check({"StartAt": "A", "States": {"A": {"Type": "Fail"}}}, schema))
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("ref", ["file:///etc/hostname", "http://127.0.0.1:9/x", "other.json", "//host/x"])
def test_references_out_of_the_document_are_refused_and_not_followed(ref: str) -> None:
    problems = check(
        {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}, {"properties": {"a": {"$ref": ref}}}
    )
    assert [(p.code, p.severity, p.loc) for p in problems] == [
        ("schema-ref-remote", "error", ("properties", "a", "$ref"))
    ]
