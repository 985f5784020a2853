"""Which values of an input are secrets, and what differs between two inputs."""

from typing import Any

import pytest

from flowlang.differences import differences
from flowlang.forms.secret import with_placeholders, without_secrets

SCHEMA: dict[str, Any] = {
    "definitions": {"login": {"type": "object", "properties": {"code": {"writeOnly": True}}}},
    "properties": {
        "name": {"type": "string"},
        "pin": {"type": "string", "format": "password"},
        "login": {"$ref": "#/definitions/login"},
        "logins": {"type": "array", "items": {"$ref": "#/definitions/login"}},
        "way": {
            "oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"writeOnly": True}}}]
        },
        "k": {"type": "string", "title": "API key"},
    },
    "if": {"properties": {"name": {"const": "x"}}},
    "then": {"properties": {"more": {"writeOnly": True}}},
}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"name": "n", "pin": "1234"}, {"name": "n"}),
        ({"login": {"code": 1, "user": "u"}}, {"login": {"user": "u"}}),
        ({"logins": [{"code": 1}, {"code": 2, "user": "u"}]}, {"logins": [{}, {"user": "u"}]}),
        ({"way": {"b": "s", "a": "t"}}, {"way": {"a": "t"}}),
        ({"more": "s", "name": "y"}, {"name": "y"}),
        ({"_private_key": 1, "deep": {"_tokens": ["t"], "x": 1}}, {"deep": {"x": 1}}),
        ({"k": "abc", "apiKey": "abc", "db_password": "p", "accessToken": "t"}, {}),
        ({"tokenizer": "bert", "passage": "p", "passes": 3, "keyboard": "k"}, None),
        ({"token_count": 3, "is_secret": True}, None),
    ],
)
def test_secrets_are_left_out(value: dict[str, Any], left: dict[str, Any] | None):
    assert without_secrets(SCHEMA, value) == (value if left is None else left)


def test_a_name_alone_is_no_secret_unless_guessed():
    assert without_secrets(SCHEMA, {"token": "t", "pin": "1"}, guess=False) == {"token": "t"}


def test_placeholders_say_what_to_put_there():
    assert with_placeholders(SCHEMA, {"name": "n", "pin": "1234"}) == {
        "name": "n",
        "pin": "<pin: put the secret here>",
    }


def test_a_schema_that_leads_into_itself_ends():
    schema = {"properties": {"x": {"$ref": "#"}}, "anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    assert without_secrets(schema, {"x": {"x": {"pin": 1}}}) == {"x": {"x": {"pin": 1}}}


@pytest.mark.parametrize("schema", [True, False, {"properties": 3, "oneOf": [1], "allOf": [{"then": 2}]}])
def test_schemas_that_say_little_hide_only_by_name(schema: Any):
    assert without_secrets(schema, {"a": 1, "_private_b": 2}) == {"a": 1}


def test_differences_are_told_place_by_place():
    old = {"a": 1, "b": {"c": "x", "d": [1, 2]}, "e": None, "same": 1}
    new = {"a": True, "b": {"c": "x", "d": [1, 3, 4]}, "odd name": {}, "same": 1.0}
    assert [(each.place, each.old, each.new) for each in differences(old, new)] == [
        ("a", "1", "true"),
        ("b.d[1]", "2", "3"),
        ("b.d[2]", "not given", "4"),
        ("e", "null", "not given"),
        ("['odd name']", "not given", "{}"),
    ]


def test_a_long_value_is_cut_in_words():
    (only,) = differences({}, {"a": "x" * 200})
    assert len(only.new) == 60 and only.new.endswith("…")
