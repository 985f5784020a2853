"""Broken texts: all that is wrong is told, once and at its place; the fixes lead to what was meant."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from flowlang.definition import parse

# The text; what is told, as code and marked characters; what the fixes, one after the other, make of it.
# None: there is a problem that only the author can mend.
MENDED: dict[str, tuple[str, list[tuple[str, str]], Any]] = {
    "commas": (
        '{"a": 1\n "b": [1 2]\n "c": 3}',
        [("json-comma-missing", "1"), ("json-comma-missing", "1"), ("json-comma-missing", "]")],
        {"a": 1, "b": [1, 2], "c": 3},
    ),
    "commas too many": (
        '{,"a": [1,, 2,], "b": {"c": 1,},}',
        [("json-comma-extra", ",")] * 5,
        {"a": [1, 2], "b": {"c": 1}},
    ),
    "semicolons": (
        '{"a": 1; "b": 2;}',
        [("json-syntax", ";"), ("json-comma-extra", ";")],
        {"a": 1, "b": 2},
    ),
    "colons": (
        '{"a" 1, "b" = 2, "c" => 3}',
        [("json-colon", '" '), ("json-colon", '" ='), ("json-colon", '" =>')],
        {"a": 1, "b": 2, "c": 3},
    ),
    "a brace too many": (
        '{"a": {"x": 1}}, "b": {"y": 2}}',
        [("json-bracket", "}")],
        {"a": {"x": 1}, "b": {"y": 2}},
    ),
    "a brace too many at the end": ('{"a": 1}}\n', [("json-trailing", "}")], {"a": 1}),
    "a bracket too many": ('{"a": 1], "b": 2}', [("json-bracket", "]")], {"a": 1, "b": 2}),
    "a brace for a bracket": ('{"a": [1, 2}, "b": 3}', [("json-bracket", "}")], {"a": [1, 2], "b": 3}),
    "an open bracket": (
        '{"a": {"b": [1, 2,\n "c": 3}, "d": 4}',
        [("json-open", "[")],
        {"a": {"b": [1, 2], "c": 3}, "d": 4},
    ),
    "open to the end": ('{"a": {"b": [1, 2', [("json-open", "2")], {"a": {"b": [1, 2]}}),
    "an open text": (
        '{"a": {"t": "x},\n "b": "y",\n "c": 1}',
        [("json-string-open", '"x')],
        {"a": {"t": "x"}, "b": "y", "c": 1},
    ),
    "an open name": ('{"a: 1,\n "b": 2}', [("json-string-open", '"a')], {"a": 1, "b": 2}),
    "open texts": (
        '{"a": "x,\n "b": ["y", "z],\n "c": "w}',
        [("json-string-open", '"x'), ("json-string-open", '"z'), ("json-string-open", '"w')],
        {"a": "x", "b": ["y", "z"], "c": "w"},
    ),
    "brackets left out": (
        '{"a": "b": {"c": "d": 1}}}, "e": 2}',
        [("json-bracket", '"b"'), ("json-bracket", '"d"')],
        {"a": {"b": {"c": {"d": 1}}}, "e": 2},
    ),
    "the first bracket left out": ('"a": 1, "b": 2}', [("json-bracket", '"a"')], {"a": 1, "b": 2}),
    "an open object, by its indent": (
        '{\n "States": {\n  "A": {"Type": "Pass",\n  "B": {\n   "x": {"y": 1},\n "C": 1\n}',
        [("json-open", "{"), ("json-open", "{"), ("json-open", "{")],
        {"States": {"A": {"Type": "Pass"}, "B": {"x": {"y": 1}}}, "C": 1},
    ),
    "half quotes in a line": (
        '{"a: {"b": "x", c": $.y", "d": "z, "e": ["u", v"]}}',
        [
            *[("json-string-open", '"a'), ("json-quotes", 'c"'), ("json-quotes", '$.y"')],
            *[("json-string-open", '"z'), ("json-quotes", 'v"')],
        ],
        {"a": {"b": "x", "c": "$.y", "d": "z", "e": ["u", "v"]}},
    ),
    "quotes too many": (
        '{""a": 1, "b"": "x"", "c": "say "hi" to", "d"e": 2}',
        [
            *[("json-quotes", '""a"'), ("json-quotes", '"b""'), ("json-quotes", '"x""')],
            *[("json-quotes", '"say "hi" to"'), ("json-quotes", '"d"e"')],
        ],
        {"a": 1, "b": "x", "c": 'say "hi" to', 'd"e': 2},
    ),
    "values without names": (
        '{"a": 1, ["b", 2], c, "d": 3}',
        [("json-name-missing", "["), ("json-syntax", "c")],
        None,
    ),
    "lines in a text": (
        '{"a": "one\ntwo\r\nthree",\n "b": "four\n"}',
        [("json-line-break", "\ntwo\r\n"), ("json-line-break", "\n")],
        {"a": "one\ntwo\nthree", "b": "four\n"},
    ),
    "other quotes": (
        "{'a': 'it\\'s \"so\"', “b”: ‘c’, `d`: 1}",
        [("json-quotes", text) for text in ("'a'", "'it\\'s \"so\"'", "“b”", "‘c’", "`d`")],
        {"a": 'it\'s "so"', "b": "c", "d": 1},
    ),
    "no quotes": (
        "{a: yes, b-c: see /data/in, 4: 2026-03-01, $d: tru}",
        [
            *[("json-quotes", "a"), ("json-literal", "yes"), ("json-quotes", "b-c")],
            *[("json-literal", "see /data/in"), ("json-quotes", "4"), ("json-literal", "2026-03-01")],
            *[("json-quotes", "$d"), ("json-literal", "tru")],
        ],
        {"a": "yes", "b-c": "see /data/in", "4": "2026-03-01", "$d": "tru"},
    ),
    "words of Python": (
        '{"a": True, "b": None, "c": [False, NaN, -Infinity]}',
        [
            *[("json-literal", "True"), ("json-literal", "None"), ("json-literal", "False")],
            *[("json-number-range", "NaN"), ("json-number-range", "-Infinity")],
        ],
        {"a": True, "b": None, "c": [False, None, None]},
    ),
    "numbers": (
        '{"a": 007, "b": +1.5, "c": .5, "d": 5., "e": 1_000, "f": -01}',
        [("json-number", text) for text in ("007", "+1.5", ".5", "5.", "1_000", "-01")],
        {"a": 7, "b": 1.5, "c": 0.5, "d": 5.0, "e": 1000, "f": -1},
    ),
    "remarks": (
        '{ // one\n "a": 1, /* two */ "b": 2 # three\n}',
        [("json-remark", "// one"), ("json-remark", "/* two */"), ("json-remark", "# three")],
        {"a": 1, "b": 2},
    ),
    "blanks of the web": (
        '{"a":\u00a01,\u200b"b": 2}',
        [("json-blank", "\u00a0"), ("json-blank", "\u200b")],
        {"a": 1, "b": 2},
    ),
    "names twice": (
        '{"a": 1, "a": 2, "b": {"c": 1, "c": 2, "d": [{"e": 1, "e": 2}]}}',
        [("json-duplicate-key", '"a"'), ("json-duplicate-key", '"c"'), ("json-duplicate-key", '"e"')],
        {"a": 2, "b": {"c": 2, "d": [{"e": 2}]}},
    ),
    "backslashes": (
        '{"a": "C:\\data\\x", "b": "\\u12"}',
        [("json-escape", "\\")] * 3,
        {"a": "C:\\data\\x", "b": "\\u12"},
    ),
    "NUL": ('{"a": "x\\\\u0000\\u0000y"}', [("json-nul", '"x\\\\u0000\\u0000y"')], {"a": "x\\u0000y"}),
    "junk": ('{"a": 1, ; "b": ) , "c": 2}', [("json-syntax", ";"), ("json-syntax", ")")], None),
    "values missing": (
        '{"a": , "b", "c": }',
        [("json-value-missing", text) for text in ('"a"', '"b"', '"c"')],
        None,
    ),
}


def mended(text: str) -> str:
    """Apply the first fix that there is, again and again."""
    for _ in range(30):
        fix = next((fix for problem in parse(text).problems for fix in problem.fixes), None)
        if fix is None:
            break
        for edit in reversed(fix.edits):
            text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize("name", MENDED)
def test_all_that_is_wrong_is_told_at_its_place_and_can_be_mended(name: str) -> None:
    text, expected, value = MENDED[name]
    assert [(p.code, text[p.start : p.end]) for p in parse(text).problems] == expected
    if value is not None:
        assert json.loads(mended(text), object_pairs_hook=unique) == value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_columns_are_right_behind_characters_of_the_upper_planes() -> None:
    text = '{"😀": 1 "😀😀": tru,\n "x": }'
    document = parse(text)
    places = [(document.position(p.start), document.utf16(p.start)) for p in document.problems]
    assert places == [((1, 7), 7), ((1, 15), 17), ((2, 2), 23)]


def test_one_slip_does_not_hide_the_next() -> None:
    states = ",\n".join(f'  "S{n}": {{"Type": "Pass" "End": tru}}' for n in range(8))
    codes = [problem.code for problem in parse(f'{{"StartAt": "S0", "States": {{\n{states}\n}}}}').problems]
    assert codes == ["json-comma-missing", "json-literal"] * 8


def test_a_character_that_is_left_out_or_too_much_makes_few_problems() -> None:
    text = json.dumps(
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": [1, "x"]}}}}, indent=1
    )
    places = [at for at, character in enumerate(text) if character in '{}[]":,']
    slips = [f"{text[:at]}{more}{text[at + 1 :]}" for at in places for more in ("", text[at] * 2)]
    counts = sorted(len(parse(slip).problems) for slip in slips)
    assert counts[0] >= 1
    assert counts[len(counts) // 2] == 1
    assert counts[-1] <= 6


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",\n".join(f'"a{n}": 1' for n in range(30_000)),
        '{"a": ' + '"x' * 200_000,
        '{"a": "' + ",}] " * 100_000 + "\n",
        '{"a: ' + " " * 400_000 + "\n",
        "{" + "'\\'" * 200_000,
        "[" + "1 " * 200_000,
        "{a " * 200_000,
        "x " * 200_000,
        "“" * 400_000,
        "{" + "/*" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_long_broken_texts_are_read_in_time(text: str) -> None:
    started = time.process_time()
    assert parse(text).problems
    assert time.process_time() - started < 1.5


def test_a_name_twice_does_not_hide_what_follows_the_document() -> None:
    document = parse('{"a": 1, "a": 2}{')
    assert [problem.code for problem in document.problems] == ["json-duplicate-key", "json-trailing"]
    assert not document.is_json
