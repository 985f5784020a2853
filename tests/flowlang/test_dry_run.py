"""Dry runs: the machine's own steps, with stand-ins for providers and people; nothing is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flowlang.dry_run import MAX_STEPS, DryRun, StandIn, coverage, dry_run
from tests.flowlang.dry_runs import COPYING

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DONE = StandIn("succeeded", {"files": 3})


def run(definition: dict[str, Any] = COPYING, data: Any = None, **stand_ins: Any) -> DryRun:
    found = {name: one if isinstance(one, list) else [one] for name, one in stand_ins.items()}
    return dry_run(definition, {"size": 5} if data is None else data, found, NOW)


def test_a_result_that_stands_in_is_put_where_result_path_says():
    found = run(Copy=DONE)
    assert (found.status, found.path) == ("SUCCEEDED", ["Look", "Copy", "Rest", "Done"])
    copy = found.steps[1]
    assert copy.before == {"size": 5}
    assert copy.taken_in == {"bytes": 5}
    assert copy.after["copy"]["details"] == {"files": 3}  # type: ignore[call-overload,index]
    assert copy.after["copy"]["state_name"] == "Copy"  # type: ignore[call-overload,index]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("failed", "ActionFailedException"), ("refused", "ActionUnableToRun"), ("timeout", "ActionTimeout")],
)
def test_an_action_that_is_made_to_fail_goes_the_way_of_its_catcher(kind: Any, error: str):
    found = run(Copy=StandIn(kind, {"code": "Full"}))
    assert (found.status, found.path) == ("FAILED", ["Look", "Copy", "Tell"])
    copy = found.steps[1]
    assert (copy.ending, copy.error) == ("caught", error)
    assert copy.way is not None
    assert copy.way.loc == ("Catch", 0 if kind == "timeout" else 1, "Next")


def test_a_flow_stops_at_the_action_that_nothing_stands_in_for():
    found = run()
    assert (found.status, found.waits_for) == ("ACTIVE", "Copy")
    assert found.steps[-1].ending == "waits"
    assert found.steps[-1].taken_in == {"bytes": 5}


def test_each_visit_has_a_stand_in_of_its_own_and_the_last_stands_for_the_rest():
    again = {
        "StartAt": "Ask",
        "States": {
            "Ask": {
                "Type": "Action", "ActionUrl": "https://x.org/ask", "ResultPath": "$.ask", "Parameters": {},
                "Next": "Enough",
            },
            "Enough": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.ask.details", "NumericEquals": 2, "Next": "End"}],
                "Default": "Ask",
            },
            "End": {"Type": "Pass", "End": True},
        },
    }  # fmt: skip
    found = run(again, Ask=[StandIn("succeeded", 1), StandIn("succeeded", 2)])
    assert found.path == ["Ask", "Enough", "Ask", "Enough", "End"]
    assert found.steps[1].way is not None and found.steps[1].way.kind == "default"
    endless = run(again, Ask=StandIn("succeeded", 1))
    assert (endless.status, len(endless.steps), endless.waits_for) == ("ACTIVE", MAX_STEPS, None)


def test_waiting_takes_no_time_and_the_clock_is_put_on():
    found = run(Copy=DONE)
    assert found.steps[2].state == "Rest"
    later = dry_run(COPYING, {"size": 5}, {"Copy": [DONE]}, NOW + timedelta(days=1))
    assert later.path == found.path


def test_a_question_is_answered_by_its_stand_in():
    asking = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "CreateWebInput", "Parameters": {}, "ResultPath": "$.q", "Next": "Hear"},
            "Hear": {
                "Type": "AwaitWebInput", "Parameters": {"web_input_id.$": "$.q.web_input_id"},
                "ResultPath": "$.a", "End": True,
            },
        },
    }  # fmt: skip
    found = run(asking, Ask=StandIn("succeeded"), Hear=StandIn("succeeded", {"response": "yes"}))
    assert found.status == "SUCCEEDED"
    assert found.steps[-1].after["a"]["response"] == "yes"  # type: ignore[call-overload,index]


def test_a_question_that_nobody_answers_expires():
    caught = [{"ErrorEquals": ["Flows.WebInputExpired"], "ResultPath": "$.a", "Next": "Late"}]
    waiting = {
        "StartAt": "Hear",
        "States": {
            "Hear": {
                "Type": "AwaitWebInput", "Parameters": {"web_input_id": "q"}, "Catch": caught, "End": True,
            },
            "Late": {"Type": "Pass", "End": True},
        },
    }  # fmt: skip
    assert run(waiting, Hear=StandIn("refused")).path == ["Hear", "Late"]


def test_private_parameters_are_not_shown():
    secret = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Action", "ActionUrl": "https://x.org/a", "End": True,
                "Parameters": {"word": "hush", "__Private_Parameters": ["word"]},
            }
        },
    }  # fmt: skip
    assert "hush" not in repr(run(secret, Call=DONE))


def test_coverage_counts_the_arrows_of_several_runs_once():
    good, bad = run(Copy=DONE), run(Copy=StandIn("timeout"))
    assert coverage(COPYING, set(good.arrows)) == (3, 6)
    assert coverage(COPYING, set(bad.arrows)) == (2, 6)
    assert coverage(COPYING, {*good.arrows, *bad.arrows}) == (4, 6)


@pytest.mark.parametrize("definition", [{}, {"StartAt": 1}, {"StartAt": "A", "States": {"A": 3}}])
def test_a_definition_that_is_none_fails_and_does_not_raise(definition: Any):
    assert run(definition).status == "FAILED"
