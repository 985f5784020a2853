"""Places: each loc leads to the very characters of the text, in any layout; no text makes a check fail."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.check import check_text
from flowlang.definition import Document, parse
from flowlang.problems import Loc
from flowlang.reader import Reader

SPACE = st.text(" \t\n\r", max_size=3)
# With escapes, halves of characters of the upper planes as escapes, and such characters as they are.
TEXTS = st.text("ab\"\\/\n\t\u2028é😀$.[]{}:,'", max_size=6)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 10**18), st.floats(-1e9, 1e9), TEXTS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
# What JSON is made of and what is often found in broken JSON.
PIECES = st.sampled_from(
    [
        *"{}[],:'`“”\\#=;(-+01a\n\t \u00a0\ufeff\x00\ud800😀",
        *('"', "\\u", "\\ud83d", "\r\n", "//", "/*", "*/", "=>", "1e9", "01", "0x1", "b c"),
        *("true", "True", "null", "NaN", '"a": 1', '"x.$": ', '"Type": "Pass"', '"End": true', '"$.a'),
        *('"States": {', '{"StartAt": "A", "States": {"A": '),
    ]
)


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, Any, dict[Loc, str]]:
    """Return a text with odd blanks, its value, and for each loc what the value there is written as."""
    places: dict[Loc, str] = {}

    def write(value: Any, loc: Loc) -> str:
        if isinstance(value, dict):
            members = [f"{between()}{name(key)}{between()}:{between()}{item(key, member, loc)}{between()}"
                       for key, member in value.items()]  # fmt: skip
            return f"{{{','.join(members) or between()}}}"
        if isinstance(value, list):
            items = [f"{between()}{item(at, member, loc)}{between()}" for at, member in enumerate(value)]
            return f"[{','.join(items) or between()}]"
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    def between() -> str:
        return draw(SPACE)

    def name(key: str) -> str:
        return json.dumps(key, ensure_ascii=draw(st.booleans()))

    def item(step: str | int, value: Any, loc: Loc) -> str:
        places[(*loc, step)] = text = write(value, (*loc, step))
        return text

    value = draw(VALUES)
    return f"{between()}{write(value, ())}{between()}", value, places


def read_slowly(text: str) -> Document:
    reader = Reader(text)
    reader.read()
    return Document(text, reader.value, reader.problems, reader)


@given(printed())
@settings(max_examples=150)
def test_every_loc_leads_to_its_value_and_its_name(case: tuple[str, Any, dict[Loc, str]]) -> None:
    text, value, places = case
    for document in (parse(text), read_slowly(text)):
        assert (document.value, document.problems) == (value, [])
        for loc, written in places.items():
            start, end = document.span(loc)
            assert text[start:end] == written
            if isinstance(loc[-1], str):
                key_start, key_end = document.span(loc, on_key=True)
                assert json.loads(text[key_start:key_end]) == loc[-1]
                assert key_end < start


@given(printed())
@settings(max_examples=50)
def test_lines_columns_and_utf16_count_the_same_characters(case: tuple[str, Any, dict[Loc, str]]) -> None:
    text = case[0]
    document = parse(text)
    lines = text.replace("\r\n", "\n\0").replace("\r", "\n").split("\n")
    for offset in range(len(text)):
        line, column = document.position(offset)
        assert document.line_start(line) + column - 1 == offset
        assert document.utf16(offset) == len(text[:offset].encode("utf-16-le")) // 2
    assert document.position(len(text))[0] == len(lines)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=30), st.booleans())
@settings(max_examples=400)
def test_no_text_makes_the_check_fail(text: str, is_schema: bool) -> None:
    checked = check_text("{}", text) if is_schema else check_text(text)
    document = checked.schema if is_schema else checked.definition
    assert document is not None
    assert document.is_json or document.problems
    for problem, (start, end) in zip(checked.problems, checked.spans, strict=True):
        length = len(checked.text_of(problem).text)
        assert 0 <= start <= end <= length
        assert all(0 <= edit.start <= edit.end <= length for fix in problem.fixes for edit in fix.edits)
    for entry in checked.to_json()["problems"]:
        assert entry["line"] >= 1 and entry["column"] >= 1 and entry["from"] <= entry["to"]


@given(VALUES, st.lists(st.tuples(st.integers(0, 400), PIECES), min_size=1, max_size=3))
@settings(max_examples=200)
def test_a_reader_agrees_with_the_strict_one(value: Any, slips: list[tuple[int, str]]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    for at, piece in slips:
        text = text[:at] + piece + text[at + 1 :]
    document = parse(text)
    try:
        strict = json.loads(text, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert not document.is_json
        assert document.problems
        return
    kept = {"json-duplicate-key", "json-number-range", "json-nul", "json-surrogate", "json-depth"}
    assert {problem.code for problem in document.problems} <= kept
    if document.is_json:
        assert document.value == strict


def test_a_mark_and_a_fix_inside_a_text_count_its_escapes() -> None:
    inner = r"'\ud83d\ude00\u00e9\"😀' + lenn(x)"
    state = f'{{"Type": "Pass", "Parameters": {{"x.=": "{inner}"}}, "End": true}}'
    text = f'{{"StartAt": "A", "States": {{"A": {state}}}}}'
    checked = check_text(text)
    (problem,), (span,) = checked.problems, checked.spans
    assert problem.code == "expression-function"
    assert text[span[0] : span[1]] == "lenn(x)"
    (edit,) = problem.fixes[0].edits
    assert (text[edit.start : edit.end], edit.text) == ("lenn", "len")
    (entry,) = checked.to_json()["problems"]
    units = text.encode("utf-16-le")
    assert units[entry["from"] * 2 : entry["to"] * 2].decode("utf-16-le") == "lenn(x)"
