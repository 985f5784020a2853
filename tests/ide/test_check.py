"""The live check: what the editor's scripts ask after each key."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.ide.pages import BROKEN_NEXT, PASS, Browser

pytestmark = pytest.mark.django_db


def check(definition: str, input_schema: str = "", browser: Browser | None = None) -> Any:
    body = {"definition": definition, "input_schema": input_schema}
    return (browser or Browser(None)).ask("/ide/check", body)


def test_a_sound_flow_has_no_problems_and_a_diagram() -> None:
    answer = check(PASS).json()
    assert answer["problems"] == []
    assert answer["states"] == 1
    (state,) = answer["diagram"]["states"]
    assert (state["index"], state["name"], state["type"]) == (0, "Copy", "Pass")
    assert "state-0" in answer["diagram"]["dot"]


def test_a_broken_next_is_marked_on_its_very_token_and_can_be_mended() -> None:
    problem = next(entry for entry in check(BROKEN_NEXT).json()["problems"] if "Copi" in entry["message"])
    assert BROKEN_NEXT[problem["from"] : problem["to"]].strip('"') == "Copi"
    assert problem["severity"] == "error"
    edits = problem["fixes"][0]["edits"]
    mended = BROKEN_NEXT
    for edit in sorted(edits, key=lambda edit: -edit["from"]):
        mended = mended[: edit["from"]] + edit["insert"] + mended[edit["to"] :]
    assert mended == BROKEN_NEXT.replace("Copi", "Copy")


def test_offsets_count_as_browsers_do() -> None:
    text = '{"Comment": "😀😀", ' + BROKEN_NEXT[1:]
    problem = next(entry for entry in check(text).json()["problems"] if "Copi" in entry["message"])
    units = text.encode("utf-16-le")
    marked = units[2 * problem["from"] : 2 * problem["to"]].decode("utf-16-le")
    assert marked.strip('"') == "Copi"


def test_a_broken_text_has_a_reason_and_no_diagram() -> None:
    answer = check('{"StartAt": "A"\n "States": {}}').json()
    assert answer["diagram"] is None
    assert answer["problems"][0]["severity"] == "error"
    assert answer["problems"][0]["line"] == 1


def test_an_empty_schema_is_no_schema() -> None:
    assert check(PASS, "  \n").json()["problems"] == []


def test_problems_of_the_schema_are_told_as_such() -> None:
    problems = check(PASS, '{"type": "objekt"}').json()["problems"]
    assert {problem["document"] for problem in problems} == {"input_schema"}


def test_ways_out_by_catch_are_told_beside_the_layout() -> None:
    state = '{"Type": "Action", "ActionUrl": "https://actions.globus.org/hello_world", "Parameters": {}, %s}'
    catch = '"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": "$.e"}], "Next": "B"'
    text = '{"StartAt": "A", "States": {"A": %s, "B": {"Type": "Pass", "End": true}}}' % (state % catch)
    picture = check(text).json()["diagram"]
    assert {"to": 1, "kind": "catch", "words": "on any error"} in picture["states"][0]["ways"]
    assert "edge-0-1-catch" not in picture["dot"]


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "null",
        "[]",
        "3",
        '"x"',
        "[" * 5000,
        '{"States": []}',
        '{"States": {"A": 1, "B": null, "": {}}}',
        '{"StartAt": {}, "States": {"A": {"Type": [], "Next": {}, "Choices": 3, "Catch": [1]}}}',
        '{"a": 1e999, "a": NaN}',
        '{"States": {"<b>x</b>": {"Type": "<script>"}, "a\\\\": {}, "\\u0000": {}, "\\ud800": {}}}',
        "\x00\x01\ufeff{",
    ],
)
def test_whatever_is_typed_is_answered(definition: str) -> None:
    response = check(definition, definition)
    assert response.status_code in (200, 400)
    assert "problems" in response.json() or "error" in response.json()


def test_hostile_names_become_neither_markup_nor_links_in_the_source() -> None:
    name = 'a>; evil [URL="javascript:alert(1)" label=x]; <b>'
    text = json.dumps({"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}})
    dot = check(text).json()["diagram"]["dot"]
    assert '[URL="javascript' not in dot.replace('\\"', "")
    assert "<<" not in dot


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"nonsense", 400),
        (b"[]", 400),
        (b'{"definition": 3}', 400),
        (b'{"definition": null}', 400),
        (b'{"definition": "\\ud800"}', 400),
        (b"\xff", 400),
        (b'{"definition": "' + b"x" * 1_100_000 + b'"}', 413),
        (b'{"definition": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_bodies_that_no_page_sends_are_refused_clearly(body: bytes, status: int) -> None:
    response = Browser(None).ask("/ide/check", body)
    assert response.status_code == status
    if status != 200:
        assert response.json()["error"]["detail"]


def test_only_posts_are_answered() -> None:
    assert Browser(None).get("/ide/check").status_code == 405


def test_another_site_cannot_use_a_session() -> None:
    browser = Browser("alice", is_csrf_checked=True)
    assert check(PASS, browser=browser).status_code == 403
    browser.get("/ide/")
    token = browser.client.cookies["csrftoken"].value
    answered = browser.ask("/ide/check", {"definition": PASS}, **{"X-CSRFToken": token})
    assert answered.status_code == 200


def test_two_hundred_states_are_checked_while_one_types() -> None:
    states = {f"S{at}": {"Type": "Pass", "Next": f"S{at + 1}", "ResultPath": f"$.s{at}"} for at in range(199)}
    text = json.dumps({"StartAt": "S0", "States": states | {"S199": {"Type": "Pass", "End": True}}}, indent=2)
    check(text)
    began = time.process_time()
    assert check(text).json()["states"] == 200
    assert time.process_time() - began < 0.5
