"""What changed between two definitions, and two people's changes brought together."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.compare import compare
from flowlang.merging import ABSENT, changed_parts, merged
from tests.flowlang.dry_runs import COPYING


def changed(**states: Any) -> dict[str, Any]:
    """Return COPYING with these states in place of its own; None takes one away."""
    new = deepcopy(COPYING)
    new["States"] |= states
    new["States"] = {name: state for name, state in new["States"].items() if state is not None}
    return new


def renamed(old: str, name: str) -> dict[str, Any]:
    return json.loads(json.dumps(COPYING).replace(f'"{old}"', f'"{name}"'))


def kinds(old: Any, new: Any) -> list[tuple[str, str, str]]:
    return [(one.change, one.old_name, one.name) for one in compare(old, new).states]


def test_order_and_layout_are_no_change():
    turned = COPYING | {"States": dict(reversed(COPYING["States"].items()))}
    assert compare(COPYING, turned).is_same


def test_a_renamed_state_is_one_change_and_not_one_at_each_place_that_names_it():
    assert kinds(COPYING, renamed("Copy", "Carry")) == [("renamed", "Copy", "Carry")]
    assert kinds(COPYING, renamed("Look", "See")) == [("renamed", "Look", "See")]
    assert compare(COPYING, renamed("Look", "See")).others == ()


def test_a_state_that_was_renamed_and_changed_says_both():
    new = renamed("Copy", "Carry")
    new["States"]["Carry"]["Parameters"] = {"bytes": 1}
    (only,) = compare(COPYING, new).states
    assert (only.change, only.old_name) == ("renamed", "Copy")
    assert {one.loc for one in only.differences} == {"$.Parameters['bytes.$']", "$.Parameters.bytes"}


def test_a_changed_choice_names_the_place_in_it():
    look = deepcopy(COPYING["States"]["Look"])
    look["Choices"][0]["NumericGreaterThan"] = 9
    (only,) = compare(COPYING, changed(Look=look)).states
    assert only.change == "changed"
    assert [(one.loc, one.old, one.new) for one in only.differences] == [
        ("$.Choices[0].NumericGreaterThan", "0", "9")
    ]


def test_added_and_removed_states_are_told_from_renamed_ones():
    new = changed(Rest=None, Extra={"Type": "ExpressionEval", "Parameters": {"a.=": "1"}, "End": True})
    assert kinds(COPYING, new) == [("added", "Extra", "Extra"), ("removed", "Rest", "Rest")]


def test_what_is_outside_the_states_is_told_too():
    (only,) = compare(COPYING, COPYING | {"Comment": "New"}).others
    assert (only.loc, only.new) == ("$.Comment", '"New"')


def test_documents_that_are_no_definitions_are_compared_all_the_same():
    assert compare(None, COPYING).states[0].change == "added"
    assert not compare([1], [2]).is_same


# --- merging


def test_changes_of_different_states_are_both_kept():
    mine, theirs = (
        changed(Rest={"Type": "Pass", "Next": "Done"}),
        changed(Done={"Type": "Pass", "Next": "Rest"}),
    )
    assert [(part.loc, part.fate) for part in changed_parts(COPYING, mine, theirs)] == [
        (("States", "Rest"), "mine"),
        (("States", "Done"), "theirs"),
    ]
    found: Any = merged(COPYING, mine, theirs, {})
    assert found["States"]["Rest"] == mine["States"]["Rest"]
    assert found["States"]["Done"] == theirs["States"]["Done"]


def test_a_state_that_both_changed_is_chosen_and_mine_stays_without_a_choice():
    mine, theirs = changed(Rest={"Type": "Pass", "Next": "Done"}), changed(Rest=None)
    (part,) = changed_parts(COPYING, mine, theirs)
    assert (part.fate, part.theirs) == ("both", ABSENT)
    assert merged(COPYING, mine, theirs, {}) == mine
    assert merged(COPYING, mine, theirs, {part.loc: "theirs"}) == theirs


def test_what_both_changed_alike_is_no_conflict():
    same = changed(Rest=None)
    assert changed_parts(COPYING, same, deepcopy(same)) == []


def test_a_state_that_they_added_stands_where_they_put_it():
    states = COPYING["States"]
    theirs = COPYING | {"States": {"Look": states["Look"], "New": {"Type": "Pass", "End": True}, **states}}
    mine = COPYING | {"Comment": "Mine"}
    found: Any = merged(COPYING, mine, theirs, {})
    assert list(found["States"])[:3] == ["Look", "New", "Copy"]
    assert found["Comment"] == "Mine"


def test_what_is_no_object_is_one_part():
    (part,) = changed_parts(COPYING, None, COPYING | {"Comment": "x"})
    assert (part.loc, part.fate) == ((), "both")


VALUES = st.dictionaries(
    st.sampled_from(["StartAt", "Comment", "States"]),
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 2)) | st.integers(0, 2) | st.just([1]),
)


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES, VALUES)
def test_merging_loses_nothing_and_takes_no_side_by_itself(base: Any, mine: Any, theirs: Any):
    assert merged(base, mine, base, {}) == mine
    assert merged(base, base, theirs, {}) == theirs
    everything = {part.loc: "theirs" for part in changed_parts(base, mine, theirs)}
    left = changed_parts(base, merged(base, mine, theirs, everything), theirs)  # type: ignore[arg-type]
    assert {part.fate for part in left} <= {"mine"}
