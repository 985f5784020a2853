"""Questions that a run asks, and what becomes of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from runs import clock, engine
from runs.models import Run, WebInput, WebInputRole
from runs.questions import web_inputs
from tests.engine.conftest import codes, expire_lease, fresh, last_details, make_due, start
from tests.people import person, urn
from wire.errors import StateConflict
from wire.principals import caller_of

OPTIONS = [{"Value": "approve", "Label": "Approve", "Description": "Publish"}, {"Value": "deny"}]
GROUP = "11111111-2222-3333-4444-555555555555"
CATCH = [{"ErrorEquals": ["Flows.WebInputExpired"], "ResultPath": "$.answer", "Next": "C"}]
AWAIT = {
    "Type": "AwaitWebInput",
    "Parameters": {"web_input_id.$": "$.ask.web_input_id"},
    "ResultPath": "$.answer",
    "Catch": CATCH,
}
END = {"Type": "Pass", "End": True}

pytestmark = pytest.mark.django_db


def ask(**parameters: Any) -> dict[str, Any]:
    asked = {
        "InputType": "Selection",
        "Context": {"PresentationStyle": "Text", "Title": "Publish?", "Text": "Look at it."},
        "Options": OPTIONS,
        "RespondentUrns": [urn("bob")],
    }
    return {"Type": "CreateWebInput", "Parameters": asked | parameters, "ResultPath": "$.ask"}


def asked_run(**parameters: Any) -> tuple[Run, WebInput]:
    run = start(ask(**parameters), AWAIT, END)
    engine.work(run.pk)
    return run, WebInput.objects.get(run=run)


def answer(web_input: WebInput, name: str = "bob", number: int = 0) -> None:
    engine.answer(web_input, caller_of(person(name)), web_input.options[number])


def test_a_run_waits_for_the_answer_and_says_which():
    run, web_input = asked_run(Context={"Title": "\\u0000 is spelt out", "Text": "x"})
    row = fresh(run)
    assert (row.status, row.blocking_web_input_id) == (Run.ACTIVE, web_input.pk)
    assert row.wake_at > clock.now() + timedelta(days=300)
    assert codes(run)[-1] == "AwaitWebInputStarted"


def test_the_answer_is_the_value_of_the_option():
    run, web_input = asked_run()
    answer(web_input)
    engine.work(run.pk)
    row = fresh(run)
    given = json.loads(row.data)["answer"]
    assert (given["response"], given["respondent_urn"]) == ("approve", urn("bob"))
    assert (row.status, row.blocking_web_input_id) == (Run.SUCCEEDED, None)


def test_the_first_answer_wins():
    run, web_input = asked_run()
    answer(web_input, number=1)
    with pytest.raises(StateConflict):
        answer(web_input, number=0)
    engine.work(run.pk)
    assert json.loads(fresh(run).data)["answer"]["response"] == "deny"


def test_an_answer_that_comes_before_the_run_waits_is_taken_at_once():
    pause = {"Type": "Wait", "Seconds": 1}
    run = start(ask(), pause, AWAIT | {"Catch": []}, END)
    engine.work(run.pk)
    answer(WebInput.objects.get(run=run))
    overdue = '{"kind":"Sleep","due_at":"2026-01-01T00:00:00Z"}'
    Run.objects.update(wake_at=clock.now(), intent=overdue)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_a_question_is_opened_once_though_its_worker_died(monkeypatch):
    run = start(ask(), AWAIT, END)
    hold = engine.claim(run.pk)
    hold = engine.deliver(hold, engine.perform(hold))
    engine.perform(hold)  # and dies
    expire_lease(run)
    engine.work(run.pk)
    assert WebInput.objects.filter(run=run).count() == 1
    assert fresh(run).blocking_web_input_id == WebInput.objects.get(run=run).pk


def test_a_question_that_nobody_answers_in_time_raises_a_named_error():
    run, web_input = asked_run(ExpirationSeconds=60)
    assert fresh(run).wake_at == web_input.expires_at
    WebInput.objects.update(expires_at=clock.now())
    make_due(run)
    engine.work(run.pk)
    assert json.loads(fresh(run).data)["answer"]["Error"] == "Flows.WebInputExpired"
    assert fresh(run).status == Run.SUCCEEDED  # it was caught
    with pytest.raises(StateConflict):
        answer(web_input)


def test_a_question_that_stays_open_for_a_year_ends_with_its_run():
    run, web_input = asked_run()
    Run.objects.update(started_at=clock.now() - timedelta(days=366), wake_at=clock.now())
    engine.work(run.pk)
    assert fresh(run).status == Run.FAILED
    assert last_details(run)["exception"] == "Flows.RunTimeExceeded"
    web_input.refresh_from_db()
    assert web_input.status == WebInput.CLOSED


def test_an_answer_that_was_taken_at_the_last_moment_counts(monkeypatch):
    run, web_input = asked_run(ExpirationSeconds=60)
    close_expired, over = web_inputs.close_expired, clock.now()
    WebInput.objects.update(expires_at=over)

    def answered_just_before(now):
        in_time = over - timedelta(seconds=1)
        assert web_inputs.close(web_input, web_input.options[0], urn("bob"), in_time)
        close_expired(now)

    monkeypatch.setattr(web_inputs, "close_expired", answered_just_before)
    make_due(run)
    engine.work(run.pk)
    assert json.loads(fresh(run).data)["answer"]["response"] == "approve"


def test_the_sweep_closes_questions_whose_time_is_over():
    _, web_input = asked_run(ExpirationSeconds=60)
    WebInput.objects.update(expires_at=clock.now())
    web_inputs.close_expired(clock.now())
    web_input.refresh_from_db()
    assert (web_input.status, web_input.answer) == (WebInput.CLOSED, None)


def test_both_spellings_of_group_names_are_understood():
    _, web_input = asked_run(RespondentUrns=[f"urn:globus:group:id:{GROUP}"], ViewerUrns=[urn("carol")])
    assert set(web_input.roles.values_list("role", "principal")) == {
        (WebInputRole.RESPONDENT, f"urn:globus:groups:id:{GROUP}"),
        (WebInputRole.VIEWER, urn("carol")),
    }


def test_a_table_is_kept_row_by_row():
    table = {"PresentationStyle": "Table", "Title": "T", "Rows": [{"Field": "Size", "Value": 3}]}
    _, web_input = asked_run(Context=table)
    assert web_input.context == {
        "title": "T",
        "presentation_style": "table",
        "rows": [{"field": "Size", "value": 3}],
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"InputType": "Text"}, "InputType"),
        ({"Context": None}, "Context"),
        ({"Context": {"PresentationStyle": "Song", "Title": "T"}}, "PresentationStyle"),
        ({"Context": {"Title": "", "Text": "x"}}, "Title"),
        ({"Options": []}, "Options"),
        ({"Options": [{"Label": "no value"}]}, "Value"),
        ({"RespondentUrns": ["bob"]}, '"bob"'),
        ({"ExpirationSeconds": -1}, "ExpirationSeconds"),
        ({"Context": {"Title": "a\0b", "Text": "\\u0000"}}, "NUL"),
        ({"Context": {"Title": "T", "Rows": [{"Field": "f", "Value": ["\\", "\0"]}]}}, "NUL"),
        ({"Options": [{"Value": "a", "Label": "\0"}]}, "NUL"),
    ],
)
def test_a_question_that_cannot_be_asked_fails_with_what_is_wrong(wrong, says):
    run = start(ask(**wrong), AWAIT, END)
    engine.work(run.pk)
    assert not WebInput.objects.exists()
    assert last_details(run)["exception"] == "States.Runtime" and says in last_details(run)["cause"]


@pytest.mark.parametrize("web_input_id", ["x", "8d3bb5f0-3b6e-4b23-8a4c-3c4c0f7a7d11"])
def test_only_a_question_of_the_run_itself_can_be_waited_for(web_input_id):
    run = start(AWAIT | {"Parameters": {"web_input_id": web_input_id}, "Catch": [], "End": True})
    engine.work(run.pk)
    assert last_details(run)["exception"] == "States.Runtime" and web_input_id in last_details(run)["cause"]


def test_the_questions_of_a_cancelled_run_are_closed():
    run, web_input = asked_run()
    engine.cancel(fresh(run))
    engine.work(run.pk)
    assert fresh(run).status == Run.FAILED
    web_input.refresh_from_db()
    assert (web_input.status, web_input.answer) == (WebInput.CLOSED, None)
    with pytest.raises(StateConflict):
        answer(web_input)


def test_a_question_that_nobody_waits_for_is_closed_at_the_end_of_its_run():
    run = start(ask(), END)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert WebInput.objects.get(run=run).status == WebInput.CLOSED


def test_an_answer_to_a_run_that_has_ended_is_refused_and_not_kept():
    run, web_input = asked_run()
    Run.objects.filter(pk=run.pk).update(wake_at=None, status=Run.FAILED)
    with pytest.raises(StateConflict, match="has ended"):
        answer(web_input)
    web_input.refresh_from_db()
    assert (web_input.status, web_input.answer) == (WebInput.OPEN, None)
    web_inputs.close_of_ended()
    web_input.refresh_from_db()
    assert web_input.status == WebInput.CLOSED
