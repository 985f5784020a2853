"""Edits in the diagram, as the page asks for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowlang.check import check_text
from ide import palette
from providers import registry
from tests.ide.pages import Browser

pytestmark = pytest.mark.django_db

FLOW = """{"Comment": "😀😀", "StartAt": "Look", "States": {
  "Look": {"Type": "Choice", "Choices": [
      {"Variable": "$.a", "IsPresent": true, "Next": "End"},
      {"Variable": "$.b", "IsPresent": true, "Next": "End"}], "Default": "Nap"},
  "Nap": {"Type": "Wait", "Seconds": 1, "Next": "End"},
  "End": {"Type": "Pass", "End": true}
}}"""


def ask(wish: dict[str, Any], text: str = FLOW) -> Any:
    return Browser(None).ask("/ide/edits", {"definition": text, **wish})


def edited(wish: dict[str, Any], text: str = FLOW) -> tuple[dict[str, Any], Any]:
    """Return the definition after the edit, applied as a browser does, and the answer."""
    response = ask(wish, text)
    assert response.status_code == 200, response.content
    answer = response.json()
    units = text.encode("utf-16-le")
    for one in reversed(answer["edits"]):
        units = units[: 2 * one["from"]] + one["insert"].encode("utf-16-le") + units[2 * one["to"] :]
    answer["text"] = units.decode("utf-16-le")
    return json.loads(answer["text"]), answer


def test_a_part_is_added_and_its_placeholders_are_where_a_browser_counts_them() -> None:
    found, answer = edited({"do": "add", "part": "type:Wait", "state": "Nap"})
    assert found["States"]["Wait"]["Next"] == "End"
    assert answer["state"] == "Wait"
    units = answer["text"].encode("utf-16-le")
    words = [[units[2 * a : 2 * b].decode("utf-16-le") for a, b in stop] for stop in answer["stops"]]
    assert words == [["Wait", "Wait"], ["60"]]


def test_rules_that_are_drawn_as_one_arrow_are_led_together() -> None:
    arrow = {"from": "Look", "to": "End", "kind": "choice"}
    found, _ = edited({"do": "insert", "part": "type:Pass", "arrow": arrow})
    assert [rule["Next"] for rule in found["States"]["Look"]["Choices"]] == ["Keep", "Keep"]
    moved, _ = edited({"do": "lead", "arrow": arrow, "target": "Nap"})
    assert [rule["Next"] for rule in moved["States"]["Look"]["Choices"]] == ["Nap", "Nap"]
    gone, _ = edited({"do": "disconnect", "arrow": arrow})
    assert gone["States"]["Look"]["Choices"] == []
    started, _ = edited(
        {"do": "lead", "arrow": {"from": None, "to": "Look", "kind": "next"}, "target": "Nap"}
    )
    assert started["StartAt"] == "Nap"
    ended, _ = edited({"do": "insert", "part": "type:Wait", "arrow": {"from": "End", "to": None}})
    assert ended["States"]["End"]["Next"] == "Wait"


def test_states_are_connected_deleted_copied_and_turned() -> None:
    assert edited({"do": "connect", "state": "Nap", "target": "Look"})[0]["States"]["Nap"]["Next"] == "Look"
    assert "Nap" not in edited({"do": "delete", "state": "Nap"})[0]["States"]
    assert edited({"do": "duplicate", "state": "Nap"})[1]["state"] == "Nap2"
    assert edited({"do": "retype", "state": "Nap", "type": "Pass"})[0]["States"]["Nap"]["Type"] == "Pass"


@pytest.mark.parametrize("entry", palette.entries(), ids=lambda entry: entry["id"])
def test_every_part_of_the_palette_makes_a_flow_without_errors(entry: dict[str, str]) -> None:
    is_last = entry["id"] == "type:Fail"
    wish = {"do": "add", "part": entry["id"], "state": "Look" if is_last else "Nap"}
    _, answer = edited(wish)
    problems = check_text(answer["text"], None, providers=registry.schemas()).problems
    allowed = {"type:Action": {"url-syntax"}}.get(entry["id"], set())
    assert not [one for one in problems if one.severity == "error" and one.code not in allowed]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 400),
        ({"do": "explode"}, 400),
        ({"do": "add", "part": 5}, 400),
        ({"do": "add", "part": "type:Nothing"}, 400),
        ({"do": "add", "part": "type:Wait", "state": 5}, 400),
        ({"do": "add", "part": "type:Wait", "state": "Gone"}, 422),
        ({"do": "insert", "part": "type:Wait", "arrow": "x"}, 400),
        ({"do": "insert", "part": "type:Wait", "arrow": {"from": "Nap", "to": "Look", "kind": "next"}}, 422),
        ({"do": "insert", "part": "type:Wait", "arrow": {"from": 5, "to": [], "kind": {}}}, 400),
        ({"do": "disconnect", "arrow": {"from": ["Nap"], "to": "End", "kind": "next"}}, 400),
        ({"do": "disconnect", "arrow": {"from": "Nap", "to": "End", "kind": {}}}, 422),
        ({"do": "disconnect", "arrow": {"from": None}}, 422),
        ({"do": "lead", "arrow": {"from": None}, "target": "Gone"}, 422),
        ({"do": "connect", "state": "Nap"}, 400),
        ({"do": "retype", "state": "Nap", "type": "Nothing"}, 422),
        ({"do": "delete", "state": "Gone"}, 422),
        ({"do": "delete", "state": "Nap", "definition": "{"}, 422),
        ({"do": "delete", "state": "Nap", "definition": 5}, 400),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(wish: dict[str, Any], status: int) -> None:
    response = ask(wish)
    assert response.status_code == status
    assert response.json()["error"]["detail"]


def test_the_property_form_shows_a_state_and_changes_only_what_was_changed() -> None:
    def post(**more: Any) -> Any:
        return Browser(None).ask("/ide/properties", {"definition": FLOW, "state": "Nap", **more})

    shown = post().json()
    assert "Seconds" in shown["html"] and shown["edits"] == []
    pairs = [["/Seconds", "1"], ["/Next", "End"]]
    assert post(pairs=pairs).json()["edits"] == []
    (one,) = post(pairs=[["/Seconds", "25"], ["/Next", "End"]]).json()["edits"]
    assert one["insert"] == "25"
    assert post(pairs=5).status_code == 400
    assert post(state="Gone").status_code == 422
    assert post(definition="{").status_code == 422
