"""Renaming a state, and what it writes, everywhere it is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flowlang.authoring.recovery import recovered
from flowlang.authoring.rename import RenameError, renamable, rename
from flowlang.check import check_text

FLOW = r"""{ "StartAt": "Copy",
  "States": {
    "Copy": {"Type": "Pass",  "Result": {"n": 1}, "ResultPath": "$.copy", "Next": "Pick"},
    "Pick": {"Type": "Choice", "Choices": [
      {"Variable": "$.copy.n", "NumericEquals": 1, "Next": "Copy"},
      {"And": [{"Variable": "$['copy'].n", "IsPresent": true}], "Next": "Use"}], "Default": "Copy"},
    "Use": {"Type": "ExpressionEval", "Parameters": {
        "a.=": "copy.n + [copy for copy in [1]][0]", "b.$": "$.copy",
        "c.=": "`$.copy.n` if is_present('copy.n') else 0",
        "copy": "copy", "Copy": "\u0043opy"}, "ResultPath": "$.copy2",
        "Next": "Act"},
    "Act": {"Type": "Action", "ActionUrl": "https://actions.globus.org/hello_world", "Parameters": {},
      "ResultPath": "$.act", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Copy"}],
      "End": true}
  } }
"""


def renamed(text: str, old: str, new: str, place: str = "") -> str:
    for edit in reversed(rename(recovered(text, 1_000_000), old, new, place)):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def test_every_mention_of_the_state_changes_and_nothing_else() -> None:
    found = renamed(FLOW, "Copy", 'My "copy"')
    assert found.count(r'"My \"copy\""') == 5
    back = renamed(found, 'My "copy"', "Copy")
    assert back == FLOW


def test_what_its_result_path_writes_is_renamed_if_asked() -> None:
    found = json.loads(renamed(FLOW, "Copy", "Move", "moved"))["States"]
    assert found["Move"]["ResultPath"] == "$.moved"
    rules = found["Pick"]["Choices"]
    assert rules[0]["Variable"] == "$.moved.n"
    assert rules[1]["And"][0]["Variable"] == "$['moved'].n"
    parameters = found["Use"]["Parameters"]
    assert parameters["b.$"] == "$.moved"
    assert parameters["c.="] == "`$.moved.n` if is_present('moved.n') else 0"
    assert parameters["copy"] == "copy", "constants stay"
    assert found["Use"]["ResultPath"] == "$.copy2"


def test_a_name_that_a_comprehension_binds_is_left_alone() -> None:
    text = FLOW.replace("copy.n + [copy for copy in [1]][0]", "len([copy for copy in [1]])")
    assert "[copy for copy in [1]]" in renamed(text, "Copy", "Copy", "moved")


@pytest.mark.parametrize(
    ("new", "place", "words"),
    [
        ("", "", "needs a name"),
        ("Use", "", 'a state "Use" already'),
        ("x" * 300, "", "300 characters"),
        ("Copy", "not plain", "letters, digits"),
        ("Copy", "class", "letters, digits"),
        ("Copy", "act", "$.act is in use"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused_with_the_reason(new: str, place: str, words: str) -> None:
    with pytest.raises(RenameError, match=re.escape(words)):
        rename(recovered(FLOW, 1_000_000), "Copy", new, place)


def at(loc: tuple[str | int, ...], schema: object = None, text: str = FLOW) -> object:
    return renamable(recovered(text, 1_000_000), schema, loc)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "loc",
    [
        ("States", "Copy"),
        ("StartAt",),
        ("States", "Act", "Catch", 0, "Next"),
        ("States", "Copy", "Result", "n"),
    ],
)
def test_the_state_is_the_one_that_is_named_at_the_cursor_or_around_it(loc: tuple[str | int, ...]) -> None:
    found = at(loc)
    assert found is not None
    assert found[:4] == ("Copy", 4, "copy", 6)  # type: ignore[index]


def test_a_place_that_others_write_too_is_not_renamed() -> None:
    found = at(("StartAt",), {"properties": {"copy": {}}})
    assert found.why_not == "The input has $.copy too."  # type: ignore[attr-defined]
    twice = at(("StartAt",), text=FLOW.replace("$.act", "$.copy"))
    assert twice.why_not == '"Act" writes $.copy too.'  # type: ignore[attr-defined]


CORPUS = Path(__file__).parents[3] / "shared/corpus/flows"


def test_renaming_there_and_back_leaves_real_flows_as_they_were() -> None:
    paths = sorted(CORPUS.rglob("*.json"))
    if not paths:
        pytest.skip("The corpus of flows is not on this machine.")
    tried = 0
    for path in paths:
        text = path.read_text(errors="replace")
        document = recovered(text, 1_000_000)
        value = document.value
        states = value.get("States") if isinstance(value, dict) else None
        if not document.is_json or not isinstance(states, dict):
            continue
        before = [problem.code for problem in check_text(text).problems]
        for name in list(states)[:3]:
            there = renamed(text, name, f"{name} anew")
            assert [problem.code for problem in check_text(there).problems] == before, path
            assert json.loads(renamed(there, f"{name} anew", name)) == json.loads(text), path
            tried += 1
    assert tried > 20
