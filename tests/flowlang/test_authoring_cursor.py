"""Where a cursor stands, in texts that are being typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang.authoring.cursor import Cursor, cursor_at
from flowlang.authoring.recovery import recovered


def at(marked: str, *, is_touching: bool = False) -> Cursor:
    """Return the cursor at the | of a text."""
    offset = marked.index("|")
    return cursor_at(marked.replace("|", "", 1), offset, is_touching=is_touching)


@pytest.mark.parametrize(
    ("text", "role", "loc"),
    [
        ('{"a": "|"}', "value", ("a",)),
        ('{"a": |}', "value", ("a",)),
        ('{"|"}', "key", ("",)),
        ('{"a": 1, "b|', "key", ("b",)),
        ('{"a": {"b": [1, {"c": "x|y"}]}}', "value", ("a", "b", 1, "c")),
        ('{"a": [1, |]}', "value", ("a", 1)),
        ('{"a": [1 |]}', "value", ("a", 1)),
        ('{"a": {"b": 1}, "c": [[], [|]]}', "value", ("c", 1, 0)),
        ('{"a": {"b": 1} |', "key", ("",)),
        ("|", "none", ()),
        ("{} |", "none", ()),
    ],
)
def test_it_is_told_which_member_a_cursor_is_in(text: str, role: str, loc: tuple[str | int, ...]) -> None:
    found = at(text)
    assert (found.role, found.loc) == (role, loc)


@pytest.mark.parametrize(
    ("text", "loc"),
    [
        ('{"a": {"b": "one" "c": "|"}}', ("a", "c")),  # no comma
        ('{"a": {"b": , "c": "|"}}', ("a", "c")),  # no value
        ('{"a": {"b": \n "c": "|"}}', ("a", "c")),
        ('{"a": {"b": "open\n "c": "|"}}', ("a", "c")),  # no closing quote
        ('{"a": ["x", "y" \n "c": "|"}', ("c",)),  # no closing bracket
        ('{"a": {"b": [}, "c": "|"}', ("c",)),
        ('{"a": }], "c": "|"}', ("c",)),
    ],
)
def test_what_is_broken_before_the_cursor_is_forgiven(text: str, loc: tuple[str | int, ...]) -> None:
    assert at(text).loc[-1] == loc[-1]
    assert at(text).role == "value"


def test_the_token_is_told_without_its_quotes() -> None:
    found = at('{"a": "on|e"}')
    assert (found.text, found.before, found.is_quoted, found.is_closed) == ("one", "on", True, True)
    assert (found.start, found.end, found.outer) == (7, 10, (6, 11))


def test_commas_that_will_be_missing_are_told() -> None:
    assert at('{"a": 1\n "|"}').comma_at == 7
    assert at('{"|" "b": 1}').needs_comma
    assert not at('{"|", "b": 1}').needs_comma
    assert at('{"a|": 1}').has_colon


def test_pointing_at_the_edge_of_a_token_is_pointing_at_it() -> None:
    assert at('{"a": |"one"}', is_touching=True).text == "one"
    assert at('{"a": "one"|}', is_touching=True).text == "one"
    assert not at('{"a": "one"|}').is_quoted


TEXTS = st.text(alphabet='{}[]:,"\\ab1 \n$.', max_size=60)


@given(TEXTS, st.integers(0, 60))
def test_every_text_and_offset_has_an_answer(text: str, offset: int) -> None:
    found = cursor_at(text, min(offset, len(text)))
    assert found.start <= found.end <= len(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_each_scalar_of_a_sound_text_is_found_at_its_loc(value: object) -> None:
    text = json.dumps({"root": value}, ensure_ascii=False)
    document = recovered(text, 10_000)
    for loc, scalar in scalars(value, ("root",)):
        start, end = document.span(loc)
        found = cursor_at(text, start, is_touching=True)
        assert (found.loc, found.outer) == (loc, (start, end))
        assert found.role == "value"
        assert found.text == (scalar if isinstance(scalar, str) else text[start:end])


def scalars(value: object, loc: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict):
        return [found for key, below in value.items() for found in scalars(below, (*loc, key))]
    if isinstance(value, list):
        return [found for at, below in enumerate(value) for found in scalars(below, (*loc, at))]
    return [(loc, value)]


@pytest.mark.parametrize(
    "text",
    [
        '{"States": {"A": {"Type": "Pass" "Next": "B"}, "B": {"Type": "Pass"}}}',
        '{"States": {"A": {"Type": "Pass", "Next": }, "B": {"Type": "Pass"}}}',
        '{"States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass"',
        '{"States": {"A": {"Type": "Pass", "Ne"}, "B": {"Type": "Pass"}}}',
    ],
)
def test_the_states_of_a_broken_text_are_known(text: str) -> None:
    value = recovered(text, 10_000).value
    assert isinstance(value, dict)
    assert value["States"].keys() == {"A", "B"}  # type: ignore[union-attr]
