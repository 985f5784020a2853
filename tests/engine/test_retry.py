"""Retrying a run that failed: what was finished is not done again, the rest is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from library.models import FlowRole, FlowVersion
from runs import access, engine, removal, wishes
from runs.models import Run, WebInput
from runs.retries import retry_points, retrying
from tests.engine.conftest import action, codes, fresh, start
from tests.people import person, urn
from wire.errors import Forbidden, NotFound, StateConflict, Unprocessable
from wire.principals import caller_of

pytestmark = pytest.mark.django_db
END = {"Type": "Pass", "End": True}
ONE = action(Parameters={"step": 1}, ResultPath="$.one")
TWO = action(Parameters={"step": 2, "name.$": "$.name"}, ResultPath="$.two")
INPUT = {"name": "a"}


def alice():
    return person("alice")


def worked(run: Run) -> Run:
    engine.work(run.pk)
    return Run.objects.get(pk=run.pk)


def failed(ledger, *states: dict[str, Any], input: dict[str, Any] | None = None, **options: Any) -> Run:
    """A run of ONE, then TWO, which fails; or of other states whose second call fails."""
    ledger.answers += ["SUCCEEDED", "FAILED"]
    run = worked(start(*(states or (ONE, TWO)), input=input or INPUT, **options))
    assert run.status == Run.FAILED
    return run


def steps(ledger) -> list[Any]:
    return [request.body.get("step") for request in ledger.requests]


def newer(run: Run, **states: dict[str, Any]) -> FlowVersion:
    """Another version of the run's flow, with these states put in."""
    definition = run.version.definition
    definition["States"] |= states
    return FlowVersion.objects.create(
        flow=run.flow, number=2, source=json.dumps(definition), states=2, created_by=alice()
    )


def first_details(run: Run) -> dict[str, Any]:
    return dict(json.loads(run.events.get(seq=1).details))


def test_what_was_finished_is_not_done_again(ledger):
    run = failed(ledger, label="night 62", tags=["a"])
    again = worked(retrying.retry(run, alice()))
    assert again.status == Run.SUCCEEDED
    assert steps(ledger) == [1, 2, 2]
    assert (again.label, again.tags, again.version, again.owner) == ("night 62", ["a"], run.version, alice())
    data = json.loads(again.data)
    assert data["name"] == "a" and data["one"]["status"] == data["two"]["status"] == "SUCCEEDED"
    assert codes(again) == ["FlowStarted", "ActionStarted", "ActionCompleted", "FlowSucceeded"]


def test_the_new_run_says_what_it_goes_on_from(ledger):
    run = failed(ledger)
    again = retrying.retry(run, alice())
    details = first_details(again)
    assert details["retry_of"] == str(run.pk) and details["state_name"] == "B"
    before = list(run.events.filter(seq__lte=details["events_before"]).values_list("code", flat=True))
    assert before == ["FlowStarted", "ActionStarted", "ActionCompleted"]
    assert details["input"] == INPUT and details["run_data"]["one"]["status"] == "SUCCEEDED"
    whole = retrying.whole_log(again, alice()).order_by(*retrying.WHOLE_ORDER)
    assert [event.run_id for event in whole] == [run.pk] * 3 + [again.pk]


def test_the_action_gets_a_request_id_of_its_own(ledger):
    run = failed(ledger)
    worked(retrying.retry(run, alice()))
    assert len(ledger.effects) == 3


def test_with_edited_data(ledger):
    run = failed(ledger)
    worked(retrying.retry(run, alice(), data={"name": "corrected"}))
    assert ledger.requests[-1].body == {"step": 2, "name": "corrected"}


def test_with_a_newer_definition(ledger):
    run = failed(ledger)
    version = newer(run, B=action(Parameters={"step": 22}, ResultPath="$.two"))
    again = worked(retrying.retry(run, alice(), definition=version))
    assert (again.version, again.status) == (version, Run.SUCCEEDED)
    assert steps(ledger) == [1, 2, 22]


def test_a_retry_of_a_retry_keeps_all_that_was_finished(ledger):
    states = (ONE, TWO, action(Parameters={"step": 3}))
    run = failed(ledger, *states)
    ledger.answers += ["SUCCEEDED", "FAILED"]
    second = worked(retrying.retry(run, alice()))
    assert (second.status, second.state) == (Run.FAILED, "C")
    third = worked(retrying.retry(second, alice()))
    assert third.status == Run.SUCCEEDED
    assert steps(ledger) == [1, 2, 2, 3, 3]
    whole = [event.run_id for event in retrying.whole_log(third, alice()).order_by(*retrying.WHOLE_ORDER)]
    assert whole == [run.pk] * 3 + [second.pk] * 3 + [third.pk] * 4


def test_a_retry_that_failed_at_once_begins_again_with_the_data_it_was_given(ledger):
    run = failed(ledger)
    ledger.answers.append("SUCCEEDED")
    ledger.answers.append("FAILED")
    second = worked(retrying.retry(run, alice(), state="A", data={"name": "b"}))
    assert retry_points.point(second, "A").data == {"name": "b"}


def test_from_an_earlier_state_the_data_are_those_before_it(ledger):
    run = failed(ledger, ONE, {"Type": "Pass", "Result": 1, "ResultPath": "$.p"}, TWO)
    assert retry_points.point(run).source == retry_points.AT_THE_END
    point = retry_points.point(run, "B")
    assert set(point.data) == {"name", "one"} and point.source == retry_points.BEFORE_ITS_LAST_VISIT
    assert retry_points.point(run, "A").data == INPUT
    worked(retrying.retry(run, alice(), state="A"))
    assert steps(ledger) == [1, 2, 1, 2]


def test_a_cancelled_run_goes_on_where_it_stood(ledger):
    run = start(ONE, {"Type": "Wait", "Seconds": 3600}, TWO, input=INPUT)
    engine.work(run.pk)
    wishes.cancel(run)
    run = worked(run)
    assert run.status == Run.FAILED
    again = retrying.retry(run, alice())
    assert (again.state, first_details(again)["events_before"]) == ("B", 3)


def test_a_run_that_ended_in_a_fail_state_is_taken_up_at_what_failed(ledger):
    ledger.answers += ["SUCCEEDED", "FAILED"]
    caught = TWO | {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "C"}]}
    run = worked(start(ONE, caught | {"Next": "D"}, {"Type": "Fail"}, END, input=INPUT))
    assert (run.state, run.status) == ("C", Run.FAILED)
    point = retry_points.point(run)
    assert point.state == "B" and "error" not in point.data
    again = worked(retrying.retry(run, alice()))
    assert again.status == Run.SUCCEEDED and "error" not in json.loads(again.data)
    assert steps(ledger) == [1, 2, 2]


def test_where_the_data_are_not_known_they_have_to_be_given(ledger):
    ledger.answers += ["FAILED", "FAILED"]
    caught = ONE | {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}]}
    run = worked(start(caught | {"Next": "C"}, TWO | {"Next": "C"}, {"Type": "Fail"}, input=INPUT))
    assert run.status == Run.FAILED
    Run.objects.filter(pk=run.pk).update(state="C")
    run = fresh(run)
    with pytest.raises(Unprocessable, match="entered after a caught error"):
        retrying.retry(run, alice(), state="B")
    assert retrying.retry(run, alice(), state="B", data=INPUT).state == "B"


# --- hidden data


SECRET = {"name": "a", "_private_key": "s1", "deep": {"_private_word": "s2", "x": 1}}


def test_hidden_members_are_kept_and_never_shown(ledger):
    run = failed(ledger, input=SECRET)
    again = retrying.retry(run, alice(), data={"name": "b", "deep": {"x": 2}})
    data = json.loads(Run.objects.get(pk=again.pk).data)
    assert data == {"name": "b", "_private_key": "s1", "deep": {"_private_word": "s2", "x": 2}}
    shown = json.dumps([json.loads(each.details) for each in again.events.all()])
    assert "s1" not in shown and "s2" not in shown
    assert "s1" not in json.dumps(retrying.preview(run, alice(), None, run.version))


def test_hidden_members_before_an_earlier_state_come_from_what_is_stored(ledger):
    wipe = {"Type": "Pass", "Parameters": {"name.$": "$.name"}}
    run = failed(ledger, ONE, wipe, TWO, input=SECRET)
    assert "_private_key" not in json.loads(run.data)
    data = retry_points.point(run, "B").data
    assert data["_private_key"] == "s1" and data["deep"] == SECRET["deep"]


def test_the_secrets_of_a_run_are_not_for_its_managers(ledger):
    run = failed(ledger, input=SECRET, managers=[urn("bob")])
    FlowRole.objects.create(flow=run.flow, role=FlowRole.STARTER, principal=urn("bob"))
    with pytest.raises(Forbidden, match="private data of alice"):
        retrying.retry(run, person("bob"))
    with pytest.raises(Forbidden, match="private data of alice"):
        retrying.preview(run, person("bob"), None, run.version)


# --- who may, and when


def test_who_manages_the_run_and_may_start_the_flow_may_retry_it(ledger):
    run = failed(ledger, managers=[urn("bob")], monitors=[urn("carol")])
    for name, error in (("mallory", NotFound), ("carol", Forbidden), ("bob", NotFound)):
        with pytest.raises(error):
            retrying.retry(run, person(name))
    FlowRole.objects.create(flow=run.flow, role=FlowRole.STARTER, principal=urn("bob"))
    again = retrying.retry(run, person("bob"))
    assert again.owner == person("bob")
    for name in ("carol", "alice"):  # who watched, or owned the run, goes on watching
        assert access.run_for(person(name), again.pk)
    assert json.loads(again.context)["username"] == "bob"


def test_only_what_has_failed_is_retried(ledger):
    run = start(ONE, {"Type": "Wait", "Seconds": 3600}, END)
    engine.work(run.pk)
    with pytest.raises(StateConflict, match="has not ended"):
        retrying.retry(fresh(run), alice())
    done = worked(start(ONE))
    with pytest.raises(StateConflict, match="has succeeded"):
        retrying.retry(done, alice())


def test_one_retry_at_a_time(ledger):
    run = failed(ledger)
    again = retrying.retry(run, alice())
    with pytest.raises(StateConflict, match=str(again.pk)):
        retrying.retry(run, alice())
    ledger.answers.append("FAILED")
    worked(again)
    assert retrying.retry(run, alice())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "Z"}, '"Z" is not a state of version 1'),
        ({"data": {"x": "y" * 300_000}}, "204,800"),
        ({"data": {"x": 2**70}}, "cannot be written as JSON"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(ledger, wrong, message):
    run = failed(ledger)
    with pytest.raises(Unprocessable, match=message):
        retrying.retry(run, alice(), **wrong)
    assert Run.objects.count() == 1


def test_a_state_that_the_newer_definition_lacks_is_refused(ledger):
    run = failed(ledger)
    version = newer(run)
    source = version.definition
    del source["States"]["B"]
    FlowVersion.objects.filter(pk=version.pk).update(source=json.dumps(source))
    version.refresh_from_db()
    with pytest.raises(Unprocessable, match='"B" is not a state of version 2'):
        retrying.retry(run, alice(), definition=version)


def test_a_run_whose_original_was_deleted_stays_whole(ledger):
    run = failed(ledger)
    again = retrying.retry(run, alice())
    assert removal.remove(run.pk)
    assert worked(again).status == Run.SUCCEEDED
    assert retrying.whole_log(again, alice()).count() == 4


def test_the_log_leaves_out_earlier_runs_that_one_may_not_see(ledger):
    run = failed(ledger)
    again = retrying.retry(run, alice())
    assert retrying.whole_log(again, person("mallory")).count() == 1


def test_a_preview_tells_what_will_be_done_and_what_has_changed(ledger):
    run = failed(ledger, ONE, {"Type": "Pass"}, TWO, END)
    version = newer(run, C=TWO | {"Next": "E", "End": None}, E=END)
    told = retrying.preview(run, alice(), None, version)
    assert told["state_name"] == "C" and told["states_completed"] == ["A", "B"]
    assert told["states_ahead"] == ["C", "E"]
    assert told["changes"] == {"added": ["E"], "removed": [], "changed": ["C"]}
    assert (told["version"], told["has_private_data"]) == (2, False)


# --- questions


ASK = {
    "Type": "CreateWebInput",
    "Parameters": {"Context": {"Title": "Well?", "Text": "Is it?"}, "Options": [{"Value": "yes"}]},
    "ResultPath": "$.asked",
}
AWAIT = {
    "Type": "AwaitWebInput",
    "Parameters": {"web_input_id.$": "$.asked.web_input_id"},
    "ResultPath": "$.said",
    "End": True,
}


def test_an_answer_that_was_given_still_counts(ledger):
    ledger.answers += ["ACTIVE", "FAILED"]
    run = start(ASK, ONE, AWAIT, input=INPUT)
    engine.work(run.pk)
    question = WebInput.objects.get()
    wishes.answer(question, caller_of(alice()), question.options[0])
    assert worked(run).status == Run.FAILED
    again = worked(retrying.retry(fresh(run), alice()))
    assert again.status == Run.SUCCEEDED
    assert json.loads(again.data)["said"]["response"] == "yes"
    assert WebInput.objects.count() == 1


def test_a_question_without_an_answer_is_asked_again(ledger):
    run = start(ASK, AWAIT, END, input=INPUT)
    engine.work(run.pk)
    wishes.cancel(fresh(run))
    run = worked(run)
    assert (run.status, run.state) == (Run.FAILED, "B")
    with pytest.raises(Unprocessable, match="Choose the state that asks it"):
        retrying.retry(run, alice(), state="B")
    again = worked(retrying.retry(run, alice()))
    assert WebInput.objects.filter(run=again).count() == 1
    assert again.blocking_web_input_id


# --- whatever the state, the end is that of a run that never failed


MIXED = (
    {"Type": "Pass", "Parameters": {"name.$": "$.name", "n": 1}},
    ONE,
    {"Type": "ExpressionEval", "Parameters": {"m.=": "n + 1"}, "ResultPath": "$.sum"},
    {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "E"}]},
    {"Type": "Pass", "Parameters": {"kept.$": "$.sum.m"}, "ResultPath": "$.pass"},
    TWO,
    END,
)


def outcome(run: Run) -> Any:
    """The run's data without what differs from run to run."""
    data = json.loads(run.data)
    for name in ("one", "two"):
        del data[name]["action_id"]
    return data


@pytest.mark.parametrize("state", ["A", "B", "C", "D", "E", "F", None])
def test_it_ends_as_if_nothing_had_failed(ledger, state):
    undisturbed = worked(start(*MIXED, input=SECRET))
    run = failed(ledger, *MIXED, input=SECRET)
    again = worked(retrying.retry(run, alice(), state=state))
    assert (again.status, outcome(again)) == (Run.SUCCEEDED, outcome(undisturbed))
    before = codes(run)[: first_details(again)["events_before"]]
    assert before + codes(again)[1:] == codes(undisturbed)


def test_a_retry_whose_commit_told_lies_is_one_retry_though_it_has_ended(ledger, monkeypatch):
    run, enter_once = failed(ledger), retrying._enter_once

    def lying(new, *arguments):
        enter_once(new, *arguments)
        assert worked(new).status == Run.SUCCEEDED
        enter_once(new, *arguments)  # what is done again after a commit that broke off

    monkeypatch.setattr(retrying, "_enter_once", lying)
    retrying.retry(run, alice())
    assert Run.objects.count() == 2
