"""Editing a flow as a picture: what comes of it, and that the rest of the text stays as it was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.check import check_text
from flowlang.definition import parse, transitions
from flowlang.editing import Arrow, EditError, Flow
from flowlang.editing_parts import Part, name_of, of_provider, of_states, of_type, required
from flowlang.editing_patch import patch
from flowlang.editing_text import Edited, edit
from flowlang.problems import JSON
from flowlang.rules import STATES

ODD = """{ "StartAt":"Look",
   "States": {
  "Look":   {"Type": "Choice",   "Choices":[ {"Variable":"$.n","IsPresent":true,"Next":"Copy"} ],
     "Default" :  "Sorry"},
      "Copy": {
          "Type": "Action", "ActionUrl":"https://ap.example.org/copy",
          "Parameters": { "a.$" : "$.a" },
          "Catch": [{"ErrorEquals":["States.ALL"], "Next":"Sorry"}],
          "Next": "Nap"  },
  "Nap": {"Type":"Wait","Seconds":5,"End":true},
  "Sorry": {"Type": "Fail", "Error": "Sorry"}
} }
"""
INDENTED = json.dumps(json.loads(ODD), indent=4)
COMPACT = json.dumps(json.loads(ODD))
TEXTS = pytest.mark.parametrize("text", [ODD, INDENTED, COMPACT], ids=["odd", "indented", "one line"])
WAIT = of_type("Wait")


def after(edited: Edited) -> dict[str, Any]:
    """Return the definition after the edit; its edits lie apart and lead to the text that it says."""
    assert all(one.end <= two.start for one, two in pairwise(edited.edits))
    value = parse(edited.text).value
    assert isinstance(value, dict)
    return value


def untouched(text: str, edited: Edited) -> str:
    """Return what is left of the text where nothing was edited."""
    for one in reversed(edited.edits):
        text = text[: one.start] + text[one.end :]
    return text


def ways(definition: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [way.target for way in transitions(state)] for name, state in definition["States"].items()}


def stopped(edited: Edited) -> list[list[str]]:
    return [[edited.text[start:end] for start, end in stop] for stop in edited.stops]


@TEXTS
def test_a_state_is_added_behind_another_and_wired(text: str) -> None:
    edited = edit(text, lambda flow: flow.add(WAIT, "Copy"))
    found = after(edited)
    assert list(found["States"]) == ["Look", "Copy", "Wait", "Nap", "Sorry"]
    assert found["States"]["Copy"]["Next"] == "Wait"
    assert found["States"]["Wait"] == {"Type": "Wait", "Seconds": 60, "Next": "Nap"}
    assert stopped(edited) == [["Wait", "Wait"], ["60"]]
    assert sum(len(one.text) for one in edited.edits) < 120
    assert [text[one.start : one.end] for one in edited.edits] == ['"Nap"', ""]


@TEXTS
def test_behind_the_last_state_the_new_one_ends_the_run(text: str) -> None:
    found = after(edit(text, lambda flow: flow.add(of_type("Pass"), "Nap")))
    assert found["States"]["Nap"] == {"Type": "Wait", "Seconds": 5, "Next": "Keep"}
    assert found["States"]["Keep"] == {"Type": "Pass", "End": True}


def test_the_layout_of_the_neighbours_is_taken_up() -> None:
    edited = edit(INDENTED, lambda flow: flow.add(WAIT, "Copy"))
    assert edited.text == json.dumps(json.loads(edited.text), indent=4)
    assert "\n" not in edit(COMPACT, lambda flow: flow.add(WAIT, "Copy")).text
    assert '\n  "Rest": {"Type": "Wait", "Seconds": 60, "End": true},' in (
        edit(ODD, lambda flow: flow.add(Part({"Rest": WAIT.states["Wait"]}, "Rest"), "Nap")).text
    )
    windows = INDENTED.replace("\n", "\r\n")
    assert "\n" not in edit(windows, lambda flow: flow.add(WAIT, "Copy")).text.replace("\r\n", "")


def test_a_choice_gets_rules_that_lead_on() -> None:
    found = after(edit(ODD, lambda flow: flow.add(of_type("Choice"), "Copy")))
    assert found["States"]["Decide"]["Default"] == "Nap"
    assert ways(found)["Decide"] == ["Nap", "Nap"]
    at_the_end = after(edit(ODD, lambda flow: flow.add(of_type("Choice"), "Nap")))
    assert ways(at_the_end)["Decide"] == ["Done", "Done"]
    assert at_the_end["States"]["Done"] == {"Type": "Pass", "End": True}


def test_a_fail_state_catches_or_is_a_rule_and_cuts_nothing_off() -> None:
    found = after(edit(ODD, lambda flow: flow.add(of_type("Fail"), "Copy")))
    assert ways(found)["Copy"] == ["Nap", "Sorry", "Fail"]
    assert ways(after(edit(ODD, lambda flow: flow.add(of_type("Fail"), "Look"))))["Look"][-2] == "Fail"
    with pytest.raises(EditError, match="Fail state ends the run"):
        edit(ODD, lambda flow: flow.insert(of_type("Fail"), Arrow("Copy")))
    with pytest.raises(EditError, match='"Sorry" is a Fail state'):
        edit(ODD, lambda flow: flow.add(WAIT, "Sorry"))


@TEXTS
@pytest.mark.parametrize(
    ("arrow", "target"),
    [
        (Arrow(None), "Look"),
        (Arrow("Look", ("Choices", 0, "Next")), "Copy"),
        (Arrow("Look", ("Default",)), "Sorry"),
        (Arrow("Copy"), "Nap"),
        (Arrow("Copy", ("Catch", 0, "Next")), "Sorry"),
        (Arrow("Nap", ("End",)), None),
    ],
)
def test_a_state_is_inserted_on_every_kind_of_arrow(text: str, arrow: Arrow, target: str | None) -> None:
    edited = edit(text, lambda flow: flow.insert(WAIT, arrow))
    flow = Flow(after(edited))
    assert flow.target(Arrow(arrow.state, ("Next",) if arrow.loc == ("End",) else arrow.loc)) == "Wait"
    assert after(edited)["States"]["Wait"].get("Next") == target
    assert len(edited.edits) <= 3


def test_states_are_connected_by_the_arrow_that_their_type_has() -> None:
    assert after(edit(ODD, lambda flow: flow.connect("Nap", "Copy")))["States"]["Nap"]["Next"] == "Copy"
    found = after(edit(ODD, lambda flow: flow.connect("Look", "Nap")))
    assert ways(found)["Look"] == ["Copy", "Nap", "Sorry"]
    caught = after(edit(ODD, lambda flow: flow.connect("Copy", "Nap", "catch")))
    assert caught["States"]["Copy"]["Catch"][1]["Next"] == "Nap"
    for wrong in (
        ("Sorry", "Copy", ""),
        ("Nap", "Copy", "catch"),
        ("Nap", "Nowhere", ""),
        ("Nap", "Copy", "x"),
    ):
        with pytest.raises(EditError):
            edit(ODD, lambda flow, wrong=wrong: flow.connect(*wrong))


def test_an_arrow_is_taken_away() -> None:
    assert after(edit(ODD, lambda flow: flow.disconnect(Arrow("Copy"))))["States"]["Copy"]["End"] is True
    gone = after(edit(ODD, lambda flow: flow.disconnect(Arrow("Copy", ("Catch", 0, "Next")))))
    assert "Catch" not in gone["States"]["Copy"]
    assert (
        "Default"
        not in after(edit(ODD, lambda flow: flow.disconnect(Arrow("Look", ("Default",)))))["States"]["Look"]
    )
    with pytest.raises(EditError, match="no arrow there"):
        edit(ODD, lambda flow: flow.disconnect(Arrow("Copy", ("Catch", 7, "Next"))))


@TEXTS
def test_deleting_joins_what_led_to_the_state_with_what_followed(text: str) -> None:
    found = after(edit(text, lambda flow: flow.delete("Copy")))
    assert ways(found) == {"Look": ["Nap", "Sorry"], "Nap": [], "Sorry": []}
    ended = after(edit(text, lambda flow: flow.delete("Nap")))
    assert ended["States"]["Copy"]["End"] is True
    without = after(edit(text, lambda flow: flow.delete("Sorry")))
    assert "Catch" not in without["States"]["Copy"] and "Default" not in without["States"]["Look"]
    assert after(edit(text, lambda flow: flow.delete("Look")))["StartAt"] == "Sorry"


def test_the_only_state_can_be_deleted_and_another_one_begun_with() -> None:
    value = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    text = json.dumps(value, indent=2)
    empty = edit(text, lambda flow: flow.delete("A"))
    assert after(empty) == {"StartAt": "", "States": {}}
    begun = edit(empty.text, lambda flow: flow.add(WAIT, None))
    assert begun.text == text.replace('"A"', '"Wait"').replace(
        '"Type": "Pass",\n      "Next": "Wait"', '"Type": "Wait",\n      "Seconds": 60,\n      "End": true'
    )
    assert after(edit("{}", lambda flow: flow.add(WAIT, None)))["States"]["Wait"]["End"] is True


@TEXTS
def test_a_copy_stands_behind_its_state_on_its_way(text: str) -> None:
    edited = edit(text, lambda flow: flow.duplicate("Copy"))
    found = after(edited)
    assert list(found["States"])[1:3] == ["Copy", "Copy2"]
    assert found["States"]["Copy2"] == json.loads(text)["States"]["Copy"]
    assert found["States"]["Copy"]["Next"] == "Copy2"
    assert after(edit(text, lambda flow: flow.duplicate("Sorry")))["States"]["Sorry2"]["Type"] == "Fail"


@pytest.mark.parametrize("name", ["Look", "Copy", "Nap", "Sorry"])
@pytest.mark.parametrize("kind", STATES)
@TEXTS
def test_every_state_becomes_one_of_every_type(text: str, name: str, kind: str) -> None:
    found = after(edit(text, lambda flow: flow.retype(name, kind)))
    state = found["States"][name]
    assert state["Type"] == kind
    assert set(state) <= set(STATES[kind].fields)
    assert set(STATES[kind].fields.required) <= set(state)
    problems = check_text(json.dumps(found), None).problems
    named = [problem for problem in problems if problem.loc[:2] == ("States", name)]
    allowed = {"url-syntax", "path-syntax", "template-name"}
    assert not [problem for problem in named if problem.severity == "error" and problem.code not in allowed]


def test_fields_are_set_and_taken_out_and_others_left_alone() -> None:
    known = frozenset({"Seconds", "Timestamp", "Comment"})
    edited = edit(ODD, lambda flow: flow.set_fields("Nap", {"Seconds": 7, "Comment": "Rest."}, known))
    assert after(edited)["States"]["Nap"] == {"Type": "Wait", "Seconds": 7, "End": True, "Comment": "Rest."}
    assert edit(ODD, lambda flow: flow.set_fields("Nap", {"Seconds": 5}, known)).edits == ()
    swapped = edit(ODD, lambda flow: flow.set_fields("Nap", {"Timestamp": "2030-01-01T00:00:00Z"}, known))
    assert "Seconds" not in after(swapped)["States"]["Nap"]


def test_a_part_of_several_states_comes_with_its_own_arrows() -> None:
    part = of_states(
        {"Ask": {"Type": "Pass", "Next": "Wait"}, "Wait": {"Type": "Wait", "Seconds": "${{5}}"}}, "Wait"
    )
    edited = edit(ODD, lambda flow: flow.add(part, "Copy"))
    again = edit(edited.text, lambda flow: flow.add(part, "Copy"))
    assert list(after(again)["States"])[1:6] == ["Copy", "Ask2", "Wait2", "Ask", "Wait"]
    assert ways(after(again))["Wait2"] == ["Ask"]
    assert stopped(again) == [["Ask2", "Ask2"], ["Wait2", "Wait2"], ["5"]]


def test_a_providers_state_holds_what_its_schema_requires() -> None:
    schema: JSON = {
        "required": ["how", "items", "is_new"],
        "properties": {
            "how": {"enum": ["fast", "slow"]},
            "items": {"type": "array", "items": {"type": "object", "required": ["path"]}},
            "is_new": {"type": "boolean"},
        },
        "allOf": [{"anyOf": [{"required": ["id"]}, {"required": ["endpoint"]}]}],
    }
    assert required(schema) == ["how", "items", "is_new", "id"]
    edited = edit(
        ODD, lambda flow: flow.add(of_provider("https://x.example.org", "X: Copy Files", schema), "Nap")
    )
    state = after(edited)["States"]["CopyFiles"]
    assert state["Parameters"] == {
        "how": "fast",
        "items": [{"path.$": "$.path"}],
        "is_new": True,
        "id.$": "$.id",
    }
    assert stopped(edited)[1:] == [["fast"], ["$.path"], ["true"], ["$.id"], ["$.CopyFiles"]]
    assert name_of("") == "Act"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"StartAt": "A", "States": {"A": }}', "sound JSON"),
        ('{"States": {"A": {}, "A": {}}}', "twice"),
        ("[]", "not an object"),
        ('{"States": []}', "not an object"),
        ('{"States": {"A": "\ufdd0"}}', "mean nothing"),
    ],
)
def test_a_text_that_cannot_be_edited_says_why(text: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        edit(text, lambda flow: flow.add(WAIT, None))


def test_placeholders_in_what_an_author_wrote_are_text() -> None:
    text = ODD.replace('"Error": "Sorry"', '"Error": "${Sorry}"')
    assert after(edit(text, lambda flow: flow.duplicate("Sorry")))["States"]["Sorry2"]["Error"] == "${Sorry}"


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text('ab\n"😀', max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(OBJECTS, OBJECTS, st.sampled_from([None, 2, "\t"]))
@settings(max_examples=150)
def test_a_patch_leads_from_any_value_to_any_other(old: JSON, new: JSON, indent: Any) -> None:
    text = json.dumps(old, indent=indent)
    edits = patch(parse(text), new)
    assert all(one.end <= two.start for one, two in pairwise(edits))
    for one in reversed(edits):
        text = text[: one.start] + one.text + text[one.end :]
    assert json.dumps(json.loads(text), sort_keys=True) == json.dumps(new, sort_keys=True)


STARTERS = sorted((Path(__file__).parents[2] / "library/starters").glob("*/definition.json"))


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.parent.name)
def test_edits_of_whole_flows_touch_nothing_else(path: Path) -> None:
    text = path.read_text()
    before = json.loads(text)
    for name in before["States"]:
        changes: list[Callable[[Flow], object]] = [
            lambda flow, name=name: flow.duplicate(name),
            lambda flow, name=name: flow.delete(name),
        ]
        if before["States"][name]["Type"] != "Fail":
            changes.append(lambda flow, name=name: flow.add(of_type("Pass"), name))
        for change in changes:
            edited = edit(text, change)
            found = after(edited)["States"]
            same = [one for one in found if found[one] == before["States"].get(one)]
            left = untouched(text, edited)
            assert len(same) >= len(before["States"]) - 14
            spans = {one: parse(text).span(("States", one)) for one in same}
            assert all(text[start:end] in left for start, end in spans.values())
