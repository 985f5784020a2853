"""Reading the author's text: the value, what is wrong with it, and where everything stands."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.definition import MAX_TEXT_BYTES, is_end, parse, transitions

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
# Broken texts are most telling when they are nearly JSON.
PIECES = st.lists(
    st.sampled_from(
        [*"{}[],:-= \n\t\0\ufeff😀", '"a"', '"b', "'c'", "1", "01", "1e999", "true", "True", "NaN", "\\u",
         "//x\n", "/*", '"\\ud83d\\ude00"', '"\\ud800"', '"\\q"', "key"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse(text).problems]


@settings(max_examples=50)
@given(JSON_VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_valid_text_has_the_value_that_json_gives(
    value: object, indent: int | str | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = parse(text)
    assert document.value == json.loads(text)
    assert document.problems == []


@given(PIECES | st.text(max_size=60))
@settings(max_examples=120)
def test_no_text_raises_and_every_problem_has_a_place_inside_it(text: str) -> None:
    document = parse(text)
    for problem in document.problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        problem.message.encode()
    if not document.problems:
        assert document.value == json.loads(text)


@given(PIECES)
@settings(max_examples=60)
def test_text_that_json_refuses_has_a_problem(text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        assert parse(text).problems
        assert not parse(text).is_json


@given(JSON_VALUES)
@settings(max_examples=50)
def test_each_member_of_valid_text_is_found_at_its_span(value: object) -> None:
    text = json.dumps(value, indent=1)
    document = parse(text)
    stack = [((), value)]
    while stack:
        loc, inner = stack.pop()
        if loc:
            start, end = document.span(loc)
            assert json.loads(text[start:end]) == inner
        if loc and isinstance(loc[-1], str):
            start, end = document.span(loc, on_key=True)
            assert json.loads(text[start:end]) == loc[-1]
        members = (
            inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        )
        stack += [((*loc, step), member) for step, member in members]


def test_several_syntax_errors_are_told_at_once() -> None:
    text = '{"a": 1 "b": tru,\n \'c\': [1,,2,],\n}'
    assert codes(text) == [
        "json-comma-missing",
        "json-literal",
        "json-quotes",
        "json-comma-extra",
        "json-comma-extra",
        "json-comma-extra",
    ]


def test_a_loc_that_leads_nowhere_gives_the_name_of_its_last_parent() -> None:
    text = '{"States": {"A": {"Type": "Pass"}, "B": [{"x": 1}]}}'
    document = parse(text)
    for loc, found in (
        (("States", "A", "Next"), '"A"'),
        (("States", "C", "Next"), '"States"'),
        (("States", "B", 0, "y"), "{"),
        (("StartAt",), "{"),
        ((), "{"),
    ):
        start, end = document.span(loc)
        assert text[start:end] == found, loc


def test_lines_and_columns_count_from_one_whatever_ends_a_line() -> None:
    document = parse('{\n "a": 1,\r\n "b": 2,\r "c": 3}')
    assert [document.position(document.span((name,))[0]) for name in "abc"] == [(2, 7), (3, 7), (4, 7)]
    assert document.position(0) == (1, 1)


def test_utf16_offsets_count_characters_of_the_upper_planes_twice() -> None:
    text = '{"😀": "🙂🙂", "é": 1}'
    document = parse(text)
    for offset in range(len(text) + 1):
        assert document.utf16(offset) == len(text[:offset].encode("utf-16-le")) // 2


def test_a_name_written_twice_is_told_on_the_second_and_the_value_is_kept() -> None:
    text = '{"a": 1, "b": {"a": 1, "a": 2}, "a": 3}'
    document = parse(text)
    assert document.value == {"b": {"a": 2}, "a": 3}
    assert document.is_json
    assert [(problem.loc, problem.start) for problem in document.problems] == [(("b", "a"), 23), (("a",), 32)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000 + "]" * 100_000, "json-depth"),
        ('{"a":' * 2_000 + "1" + "}" * 2_000, "json-depth"),
        ('{"a": NaN}', "json-number-range"),
        ('{"a": -Infinity}', "json-number-range"),
        ('{"a": 1e999}', "json-number-range"),
        ('{"a": -1e999}', "json-number-range"),
        ('{"a": ' + "9" * 5_000 + "}", "json-number-range"),
        ('{"a": "\\ud800"}', "json-surrogate"),
        ('{"\\udfff": 1}', "json-surrogate"),
        ('{"a": "\ud800"}', "json-surrogate"),
        ('{"a": "\\u0000"}', "json-nul"),
        ("\ufeff{}", "json-bom"),
        ("", "json-empty"),
        ('{"d":1}x', "json-trailing"),
        ('"' + "x" * MAX_TEXT_BYTES + '"', "json-size"),
        ('"' + "é" * (MAX_TEXT_BYTES // 2) + '"', "json-size"),
    ],
)
def test_what_cannot_be_kept_is_refused_quickly(text: str, code: str) -> None:
    started = time.process_time()
    document = parse(text)
    assert time.process_time() - started < 0.5
    assert [problem.code for problem in document.problems] == [code]
    assert document.value is None


def test_sixty_four_levels_are_read() -> None:
    assert parse("[" * 64 + "]" * 64).problems == []
    assert codes("[" * 65 + "]" * 65) == ["json-depth"]


def test_large_numbers_and_pairs_of_surrogates_are_kept_exactly() -> None:
    assert parse('[9007199254740993, "\\ud83d\\ude00", "\\\\u0000"]').value == [
        9007199254740993,
        "😀",
        "\\u0000",
    ]


def test_at_most_twenty_syntax_errors_are_told() -> None:
    assert len(codes("[" + "x," * 100 + "]")) == 20


def test_transitions_are_in_the_order_of_the_text_with_their_conditions_in_words() -> None:
    state = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.size", "NumericGreaterThan": 10, "Next": "Big"}, {"Next": 5}, "x"],
        "Default": "Small",
        "Catch": [{"ErrorEquals": ["ActionTimeout"], "Next": "Late"}],
        "Next": "Odd",
    }
    found = [(arrow.kind, arrow.target, arrow.loc, arrow.label) for arrow in transitions(state)]
    assert found == [
        ("next", "Odd", ("Next",), ""),
        ("choice", "Big", ("Choices", 0, "Next"), "size > 10"),
        ("default", "Small", ("Default",), "otherwise"),
        ("catch", "Late", ("Catch", 0, "Next"), "on ActionTimeout"),
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"Variable": "$.stat.details.type", "StringEquals": "dir"}, 'stat.details.type = "dir"'),
        ({"Variable": "$._run.GetSourcePathInfo.details.type", "StringEquals": "dir"}, 'type = "dir"'),
        ({"Variable": "$.a", "NumericLessThanEqualsPath": "$.limit"}, "a ≤ limit"),
        ({"Variable": "$.a", "BooleanEquals": True}, "a"),
        ({"Variable": "$.a", "BooleanEquals": False}, "not a"),
        ({"Variable": "$.a", "IsPresent": False}, "a is missing"),
        ({"Variable": "$.a", "IsNull": True}, "a is null"),
        ({"Variable": "$.name", "StringMatches": "*.h5"}, 'name like "*.h5"'),
        ({"Not": {"Variable": "$.a", "IsString": True}}, "not (a is text)"),
        (
            {
                "And": [
                    {"Variable": "$.a", "IsPresent": True},
                    {"Or": [{"Variable": "$.b", "NumericEquals": 1}]},
                ]
            },
            "a is present and (b = 1)",
        ),
        ({"Variable": "$.a"}, "?"),
        ({}, "?"),
        (None, "?"),
    ],
)
def test_conditions_in_words(rule: object, words: str) -> None:
    state = {"Choices": [{**rule, "Next": "A"}] if isinstance(rule, dict) else [rule]}
    labels = [arrow.label for arrow in transitions(state)]
    assert labels == ([words] if isinstance(rule, dict) else [])


def test_long_conditions_are_cut() -> None:
    rules = [{"Variable": f"$.name_number_{n}", "StringEquals": "x" * 50} for n in range(30)]
    (arrow,) = transitions({"Choices": [{"And": rules, "Next": "A"}]})
    assert len(arrow.label) == 60
    assert arrow.label.endswith("…")


def test_a_run_ends_in_fail_and_where_end_is_true() -> None:
    assert is_end({"Type": "Fail"})
    assert is_end({"Type": "Pass", "End": True})
    assert not is_end({"Type": "Pass", "End": "true"})
    assert not is_end(["Fail"])
