"""What is offered while an input is typed as JSON: the cursor is at "|"."""

from __future__ import annotations

from typing import Any

import pytest

from flowlang.forms import completion

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "definitions": {"place": {"type": "object", "properties": {"x": {"type": "number"}, "y": {}}}},
    "properties": {
        "name": {"type": "string", "description": "What it is called", "examples": ["Ada"]},
        "mode": {"enum": ["fast", "safe"], "default": "safe"},
        "deep": {"type": "object", "properties": {"flag": {"type": "boolean"}}},
        "places": {"type": "array", "items": {"$ref": "#/definitions/place"}},
        "way": {
            "oneOf": [
                {"properties": {"kind": {"const": "ftp"}, "host": {"type": "string"}}},
                {"properties": {"kind": {"const": "s3"}, "bucket": {"type": "string"}}},
            ]
        },
        'é"': {"type": "null"},
    },
    "if": {"properties": {"mode": {"const": "fast"}}},
    "then": {"properties": {"speed": {"type": "integer"}}},
}


def offered(text: str, schema: Any = SCHEMA) -> list[str]:
    offset = text.index("|")
    _, found = completion.proposals(schema, text.replace("|", ""), offset)
    return [one.label for one in found]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("{|}", ["name", "mode", "deep", "places", "way", 'é"', "speed"]),
        ('{"|', ["name", "mode", "deep", "places", "way", 'é"', "speed"]),
        ('{"name": "x", |}', ["mode", "deep", "places", "way", 'é"', "speed"]),
        ('{"mode": |}', ['"fast"', '"safe"']),
        ('{"mode": "f|', ['"fast"', '"safe"']),
        ('{"name": |', ['"Ada"', '""']),
        ('{"deep": {"fl|', ["flag"]),
        ('{"deep": {"flag": t|', ["true", "false"]),
        ('{"deep": {}, "places": [{"x": 1}, {|', ["x", "y"]),
        ('{"places": [{"x": 1, |', ["y"]),
        ('{"way": {|', ["kind", "host", "bucket"]),
        ('{"way": {"kind": |', ['"ftp"', '"s3"']),
        ('{"é\\"": |', ["null"]),
        ('{"name"|', []),
        ('{"name": "x"|', []),
        ("|", []),
        ("{}|", []),
        ("]]}|", []),
        ('{"a": {"b": {"c": |', []),
    ],
)
def test_what_is_offered_at_the_cursor(text: str, labels: list[str]):
    assert offered(text) == labels


def test_a_name_brings_its_colon_and_a_value_to_begin_with():
    _, found = completion.proposals(SCHEMA, "{", 1)
    by_name = {one.label: one for one in found}
    assert by_name["mode"].insert == '"mode": "safe"'
    assert by_name["places"].insert == '"places": []'
    assert (by_name["name"].detail, by_name["name"].info) == ("required", "What it is called")


def test_the_word_that_is_being_typed_is_replaced():
    assert completion.proposals(SCHEMA, '{"mo', 4)[0] == 1
    assert completion.proposals(SCHEMA, "{ ", 2)[0] == 2


@pytest.mark.parametrize(
    "schema", [True, False, {}, {"$ref": "#"}, {"oneOf": [{"$ref": "#"}]}, {"properties": {"a": False}}]
)
def test_no_schema_stops_it(schema: Any):
    for text in ("{|", '{"a": {|', '{"a": [|', '{"a": |'):
        assert isinstance(offered(text, schema), list)


def test_a_large_text_is_read_in_time():
    text = '{"places": [' + '{"x": 1, "y": "a"}, ' * 20_000 + "{"
    assert offered(text + "|") == ["x", "y"]
