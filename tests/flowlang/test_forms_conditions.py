"""What a form asks for only then: `if`/`then`/`else`, `dependencies`, and conditions inside `allOf`."""

from __future__ import annotations

import time
from typing import Any

from flowlang import forms
from flowlang.forms import Draft, Field
from tests.flowlang.forms_browser import posted

COUNTRY: dict[str, Any] = {
    "type": "object",
    "properties": {"country": {"enum": ["canada", "eu"], "default": "eu"}},
    "if": {"properties": {"country": {"const": "canada"}}},
    "then": {"properties": {"trees": {"type": "number", "default": 3}}},
    "else": {"properties": {"accept": {"type": "boolean"}}, "required": ["accept"]},
}
CARD: dict[str, Any] = {
    "properties": {"card": {"type": "string"}, "name": {"type": "string"}},
    "dependencies": {
        "card": {"properties": {"code": {"type": "string", "minLength": 3}}, "required": ["code"]},
        "name": ["card"],
    },
}


def names(root: Field) -> list[str]:
    return [field.name for field in forms.walk((root,)) if field.name]


def typed(schema: Any, value: Any, **changes: str) -> Draft:
    """Return the draft after somebody changed controls of the form that shows `value`."""
    pairs = dict(posted(forms.draw(schema, value)))
    pairs |= {f"/{name}": text for name, text in changes.items()}
    return forms.read_draft(schema, pairs.items())


def drawn(schema: Any, draft: Draft) -> Field:
    return forms.draw(schema, draft.value, draft.problems, draft.state)


def messages(draft: Draft, schema: Any) -> list[tuple[str, str]]:
    return [(entry["loc"][0], entry["msg"]) for entry in forms.explain(schema, draft)]


def test_the_branch_that_holds_is_asked_for():
    assert names(forms.draw(COUNTRY, {"country": "eu"})) == ["/country", "/accept"]
    assert names(forms.draw(COUNTRY, {"country": "canada"})) == ["/country", "/trees"]


def test_a_branch_marks_what_it_requires():
    accept = forms.draw(COUNTRY, {"country": "eu"}).by_key["accept"]
    assert accept.required


def test_what_comes_into_the_form_begins_with_its_default_and_is_pointed_at():
    draft = typed(COUNTRY, {"country": "eu", "accept": True}, country="canada")
    assert draft.value == {"country": "canada", "trees": 3}
    assert messages(draft, COUNTRY) == [("$.trees", "“trees” is asked for now: look at it.")]


def test_what_leaves_the_form_comes_back_with_what_was_typed():
    draft = typed(COUNTRY, {"country": "eu", "accept": True}, country="canada")
    pairs = dict(posted(drawn(COUNTRY, draft))) | {"/country": "eu"}
    back = forms.read_draft(COUNTRY, pairs.items())
    assert back.value == {"country": "eu", "accept": True}
    assert back.body == {"country": "eu", "accept": True}


def test_the_defaults_follow_the_branch_that_they_bring_about():
    schema = {**COUNTRY, "properties": {"country": {"enum": ["canada", "eu"], "default": "canada"}}}
    assert forms.defaults(schema) == {"country": "canada", "trees": 3}


def test_a_member_that_is_given_brings_its_dependencies():
    assert names(forms.draw(CARD, {})) == ["/card", "/name"]
    root = forms.draw(CARD, {"card": "4111"})
    assert names(root) == ["/card", "/name", "/code"]
    assert root.by_key["code"].required


def test_a_dependency_on_names_marks_them_as_required():
    assert forms.draw(CARD, {"name": "Ada"}).by_key["card"].required
    assert not forms.draw(CARD, {}).by_key["card"].required


def test_a_missing_dependency_is_told_at_the_member():
    draft = typed(CARD, {"card": "4111", "code": "123"}, code="")
    assert [loc for loc, _ in messages(draft, CARD)] == ["$.code"]
    draft = typed(CARD, {"name": "Ada"})
    assert messages(draft, CARD) == [("$.card", "Enter a value; it is needed because “name” is given.")]


def test_each_branch_of_allOf_has_its_own_condition():
    schema = {
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "allOf": [
            {"if": {"required": [name]}, "then": {"properties": {f"{name}2": {"type": "string"}}}}
            for name in ("a", "b")
        ],
    }
    assert names(forms.draw(schema, {"a": "x"})) == ["/a", "/b", "/a2"]
    assert names(forms.draw(schema, {"a": "x", "b": "y"})) == ["/a", "/b", "/a2", "/b2"]


def test_a_condition_within_a_condition_is_asked_too():
    inner = {
        "properties": {"kind": {"enum": ["s3", "sftp"]}},
        "if": {"properties": {"kind": {"const": "sftp"}}, "required": ["kind"]},
        "then": {"properties": {"port": {"type": "integer"}}},
    }
    schema = {
        "properties": {"remote": {"type": "boolean"}},
        "if": {"properties": {"remote": {"const": True}}, "required": ["remote"]},
        "then": inner,
    }
    assert names(forms.draw(schema, {"remote": True, "kind": "sftp"})) == ["/remote", "/kind", "/port"]
    assert names(forms.draw(schema, {})) == ["/remote"]


def test_a_condition_inside_a_row_sees_its_own_row():
    schema = {"properties": {"rows": {"type": "array", "items": COUNTRY}}}
    value = {"rows": [{"country": "eu", "accept": True}, {"country": "canada", "trees": 1}]}
    root = forms.draw(schema, value)
    assert "/rows/0/accept" in names(root) and "/rows/1/trees" in names(root)
    assert forms.read(schema, posted(root)) == value


def test_limits_of_several_branches_are_taken_together():
    schema = {"properties": {"n": {"allOf": [{"minimum": 1, "maximum": 9}, {"minimum": 3}]}}}
    assert forms.draw(schema, {}).by_key["n"].hints == ("3 to 9",)


def test_conditions_that_contradict_themselves_come_to_an_end():
    schema = {
        "properties": {"a": {"type": "string"}},
        "if": {"required": ["b"]},
        "then": {"properties": {"c": {"type": "string", "default": "x"}}},
        "else": {"properties": {"b": {"type": "string", "default": "x"}}},
    }
    draft = typed(schema, forms.defaults(schema))
    assert set(draft.body) <= {"b", "c"}


def test_nested_conditions_do_not_multiply_without_end():
    schema: Any = {"properties": {"x": {"type": "string"}}}
    for _ in range(14):
        schema = {
            "type": "object",
            "properties": {"n": schema, "k": {"type": "string"}},
            "if": {"required": ["k"]},
            "then": {"properties": {"t": {"type": "string"}}},
        }
    value: Any = {"x": "y"}
    for _ in range(14):
        value = {"n": value, "k": "given", "t": "z"}
    started = time.perf_counter()
    assert forms.read(schema, posted(forms.draw(schema, value))) == value
    assert time.perf_counter() - started < 5
