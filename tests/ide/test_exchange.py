"""Bringing flows into the editor and taking them out."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from ide.exchange import ExchangeError, brought
from ide.exchange_yaml import YAMLError, read
from tests.ide.pages import PASS, Browser

SCHEMA = '{"type": "object",\n   "properties": {}}'
YAML = """\
# Copies
StartAt: Copy
States:
  Copy: {Type: Pass, Comment: yes, End: true, Result: {at: 2026-01-31, n: 0x10, o: 010, f: 1e3, none: ~}}
"""


# --- bringing in


def test_json_comes_in_as_it_was_written() -> None:
    assert brought(PASS).definition == PASS
    assert brought("\ufeff" + PASS).definition == PASS
    assert brought(SCHEMA).input_schema == SCHEMA
    assert brought("{}", "input_schema.json").input_schema == "{}"


def test_an_export_brings_both_texts_as_they_were_written() -> None:
    both = f'{{\n"title": "Copy \\u00e4",\n"definition": {PASS},\n"input_schema": {SCHEMA}\n}}\n'
    found = brought(both)
    assert (found.definition, found.input_schema, found.title) == (PASS, SCHEMA, "Copy ä")


def test_a_flow_of_the_api_comes_in_without_its_indentation() -> None:
    found = brought(json.dumps({"id": 1, "definition": json.loads(PASS), "input_schema": {}}, indent=4))
    assert found.definition == json.dumps(json.loads(PASS), indent=4)


def test_broken_json_comes_in_to_be_mended() -> None:
    found = brought('{"States": {')
    assert found.definition == '{"States": {' and "not sound JSON" in found.note


def test_yaml_becomes_json_by_the_rules_of_yaml_1_2() -> None:
    found = brought(YAML, "flow.yaml")
    state = json.loads(found.definition or "")["States"]["Copy"]
    assert state["Comment"] == "yes" and state["End"] is True
    assert state["Result"] == {"at": "2026-01-31", "n": 16, "o": 10, "f": 1000.0, "none": None}
    assert "comments were left out" in found.note


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ('a: "1"\nb: !!str 1\nc: |\n  x\n  y\n', {"a": "1", "b": "1", "c": "x\ny\n"}),
        ("1: a\ntrue: b", {"1": "a", "true": "b"}),
        ("- 1.5\n- -3\n- .5\n- 0o17", [1.5, -3, 0.5, 15]),
        ("a: ١٢\nb: १.५", {"a": "١٢", "b": "१.५"}),
    ],
)
def test_yaml_values(text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "not sound YAML in line"),
        ("a: 1\na: 2", '"a" in line 2 stands twice'),
        ("a: !!python/object/apply:os.system [ls]", "tag"),
        ("a: !Ref b", "tag"),
        ("a: .nan", "a number that JSON does not have"),
        ("a: 1e999", "larger than any number"),
        ("a: 99999999999999999999", "64 bits"),
        ("<<: {a: 1}", "merges objects"),
        ("? [a]\n: b", "not a text"),
        ("a: *b", "names nothing"),
        ("a: &a [*a]", "names nothing"),
        ("a: 1\n---\nb: 2", "second document"),
        ("[" * 70, "more than 64 levels"),
        ("# nothing", "no document"),
        ("a: \x01", "not sound YAML"),
    ],
)
def test_yaml_that_json_cannot_hold_says_where(text: str, words: str) -> None:
    with pytest.raises(YAMLError, match=words):
        read(text)


def test_bombs_of_aliases_are_stopped() -> None:
    wide = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    wide += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    long = "a: &a " + "x" * 900_000 + "\nb: [*a, *a, *a]"
    for text in (wide, long):
        with pytest.raises(YAMLError, match="more than is read"):
            read(text)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "- " * 200_000, "? " * 200_000, "&a " * 200_000, "{a: " * 200_000]
)
def test_hostile_yaml_ends_soon(text: str) -> None:
    with pytest.raises(YAMLError):
        read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in it"),
        ("hello", "neither JSON nor YAML"),
        ("[1]", "neither JSON nor YAML"),
        ("https://example.org/?x=1", "carries no flow"),
        ("https://example.org/?d=AAAA&format=gzip", "damaged"),
        ("\x89PNG\r\n", "neither"),
        ('{"StartAt": "\0"}', "NUL"),
        ("x" * 1_048_577, "1,048,576 are read"),
    ],
)
def test_what_is_no_flow_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ExchangeError, match=words):
        brought(text)


@pytest.mark.django_db
def test_the_page_hears_what_came_or_why_not() -> None:
    browser = Browser(None)
    came = browser.ask("/ide/import", {"text": PASS, "name": "a.json"})
    assert came.status_code == 200 and came.json()["definition"] == PASS
    refused = browser.ask("/ide/import", {"text": "hello"})
    assert refused.status_code == 422 and "neither" in refused.json()["error"]["detail"]
    assert browser.ask("/ide/import", {"text": 7}).status_code == 400
    assert browser.ask("/ide/import", b"[]").status_code == 400


# --- taking out


def codes(**body: Any) -> Any:
    return Browser(None).ask("/ide/code", {"definition": PASS, "input_schema": SCHEMA, **body})


@pytest.mark.django_db
def test_the_program_calls_the_sdk_with_these_very_documents() -> None:
    python, _ = codes(title='It\'s "mine"').json()["snippets"]
    tree = ast.parse(python["text"])
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Dict)
    }
    assert values == {"definition": json.loads(PASS), "input_schema": json.loads(SCHEMA)}
    assert "create_flow(" in python["text"] and "http://testserver/api/" in python["text"]
    flow = "6b3f0c52-5a0e-4a53-9d3b-0f8b2f3f6a11"
    assert f"update_flow(\n    '{flow}'" in codes(flow=flow).json()["snippets"][0]["text"]


@pytest.mark.django_db
def test_the_command_writes_the_files_as_they_were_typed(tmp_path: Path) -> None:
    text = '{"Comment": "a $HOME `b` \'c\' \\\\", "States": {}}'
    _, cli = codes(definition=text, title="It's").json()["snippets"]
    fake = tmp_path / "globus"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > words\n')
    fake.chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run(["sh", "-c", cli["text"]], cwd=tmp_path, env=path, check=True)
    assert (tmp_path / "definition.json").read_text() == text + "\n"
    assert (tmp_path / "words").read_text().split("\n")[:4] == ["flows", "create", "It's", "definition.json"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"), [({"definition": "{"}, 422), ({"flow": "x"}, 400), ({"input_schema": "["}, 422)]
)
def test_no_code_of_what_is_not_sound(body: Any, status: int) -> None:
    assert codes(**body).status_code == status


# --- visitors


@pytest.mark.django_db
@override_settings(EDITOR_FOR_VISITORS=False)
def test_a_site_may_keep_its_editor_for_people_with_an_account() -> None:
    visitor, person = Browser(None), Browser("alice")
    assert visitor.get("/ide/", d="N4XyA").url == "/sign-in/?next=/ide/%3Fd%3DN4XyA"
    assert visitor.ask("/ide/check", {"definition": PASS}).status_code == 403
    assert person.get("/ide/").status_code == 200
    assert person.ask("/ide/check", {"definition": PASS}).status_code == 200


@pytest.mark.django_db
@override_settings(VISITOR_QUESTIONS_PER_MINUTE=2)
def test_a_visitor_who_asks_too_often_is_told_when_to_come_again() -> None:
    visitor, person = Browser(None), Browser("alice")
    here = {"REMOTE_ADDR": "192.0.2.77"}
    visitor.client.defaults.update(here)
    person.client.defaults.update(here)
    answers = [
        visitor.ask("/ide/check", {"definition": PASS}, **{"X-Forwarded-For": f"192.0.2.{at}"})
        for at in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) <= 60
    assert all(person.ask("/ide/check", {"definition": PASS}).status_code == 200 for _ in range(3))
