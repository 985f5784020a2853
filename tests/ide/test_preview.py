"""The preview of the start form, and the schema that is made from a definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowlang.definition import parse
from tests.ide.pages import Browser

pytestmark = pytest.mark.django_db

SCHEMA = json.dumps(
    {
        "type": "object",
        "required": ["size"],
        "properties": {"size": {"type": "integer"}, "name": {"type": "string", "default": "Ä"}},
    }
)
READS = json.dumps(
    {
        "StartAt": "Plan",
        "States": {
            "Plan": {
                "Type": "Pass",
                "Parameters": {"from.$": "$.source.path", "n.=": "size + 1"},
                "ResultPath": "$.plan",
                "End": True,
            }
        },
    }
)


def preview(schema: str, pairs: Any = None, action: str = "") -> Any:
    return Browser(None).ask("/ide/preview", {"input_schema": schema, "pairs": pairs, "action": action})


def generated(definition: str, schema: str) -> tuple[Any, str]:
    """Return what would come, and the schema's text after it came."""
    response = Browser(None).ask("/ide/schema", {"definition": definition, "input_schema": schema})
    assert response.status_code == 200, response.content
    answer = response.json()
    units = schema.encode("utf-16-le")
    for edit in reversed(answer["edits"]):
        start, end = 2 * edit["from"], 2 * edit["to"]
        units = units[:start] + edit["insert"].encode("utf-16-le") + units[end:]
    return answer["additions"], units.decode("utf-16-le")


def test_the_form_begins_with_the_defaults_and_says_what_is_missing() -> None:
    answer = preview(SCHEMA).json()
    assert json.loads(answer["input"]) == {"name": "Ä"}
    assert list(answer["errors"]) == ["f-size"] and len(answer["told"]) == 1
    assert 'name="/size"' in answer["html"] and 'name="/name"' in answer["html"]


def test_what_is_typed_is_the_input_that_a_run_would_take() -> None:
    answer = preview(SCHEMA, [["/size", "7"], ["/name", "x"]]).json()
    assert json.loads(answer["input"]) == {"size": 7, "name": "x"}
    assert answer["told"] == [] and answer["errors"] == {}
    wrong = preview(SCHEMA, [["/size", "seven"], ["/name", "x"]]).json()
    assert "whole number" in wrong["errors"]["f-size"]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ('{"type": "object",\n "properties": {', "(line 2)"),
        ('{"type": "string"}', "does not ask for an object"),
        ('{"type": "object", "properties": 7}', "cannot be used yet"),
        ('{"properties": {"a": {"type": [[]]}}}', "cannot be used yet"),
        ('{"properties": {"a": {"oneOf": [{"required": 1.5}]}}, "required": ["a"]}', "cannot be used yet"),
    ],
)
def test_a_schema_without_a_form_says_why(schema: str, words: str) -> None:
    response = preview(schema)
    assert response.status_code == 200
    assert words in response.json()["fault"]


def test_an_empty_schema_takes_anything() -> None:
    assert preview("").json()["told"] == []


@pytest.mark.parametrize("pairs", ["x", [["/size"]], [[1, 2]], [["/a", "b"]] * 2_001])
def test_what_no_form_sends_is_a_bad_request(pairs: Any) -> None:
    assert preview(SCHEMA, pairs).status_code == 400


def test_a_schema_is_made_where_there_is_none() -> None:
    additions, text = generated(READS, "")
    assert [one["path"] for one in additions] == ["source", "source.path", "size"]
    assert all(one["is_required"] for one in additions)
    assert list(json.loads(text)["properties"]) == ["source", "size"]
    assert 'name="/source/path"' in preview(text).json()["html"]


def test_what_is_missing_is_added_and_the_rest_stays_as_it_was_typed() -> None:
    schema = '{ "type":"object",   "title":"😀",\n  "properties": {\n    "size":   {"type":"number"} } }\n'
    additions, text = generated(READS, schema)
    assert [one["path"] for one in additions] == ["source", "source.path"]
    assert '"size":   {"type":"number"}' in text and text.startswith('{ "type":"object",   "title":"😀",\n')
    value: Any = parse(text).value
    assert value["required"] == ["source"]
    assert generated(READS, text) == ([], text)


def test_a_property_that_a_branch_or_a_reference_names_is_there() -> None:
    branch = '{"type": "object", "oneOf": [{"properties": {"source": {}}}], "properties": {"size": {}}}'
    assert generated(READS, branch) == ([], branch)
    reference = '{"$ref": "#/definitions/a", "definitions": {"a": {"type": "object"}}}'
    assert generated(READS, reference) == ([], reference)


def test_nested_objects_and_rows_gain_what_they_lack() -> None:
    source = '{"type": "object", "properties": {"id": {}}}'
    schema = f'{{"type": "object", "properties": {{"source": {source}, "size": {{}}}}}}'
    additions, text = generated(READS, schema)
    assert [one["path"] for one in additions] == ["source.path"]
    value: Any = parse(text).value
    assert list(value["properties"]["source"]["properties"]) == ["id", "path"]


@pytest.mark.parametrize(
    ("definition", "schema", "words"),
    [
        ("{", "{}", "definition is not sound JSON"),
        (READS, "{", "input schema is not sound"),
        (READS, "[]", "not an object"),
    ],
)
def test_texts_that_cannot_be_read_are_refused_in_words(definition: str, schema: str, words: str) -> None:
    response = Browser(None).ask("/ide/schema", {"definition": definition, "input_schema": schema})
    assert response.status_code == 422
    assert words in response.json()["error"]["detail"]
