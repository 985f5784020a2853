"""Calls of providers: errors that pass, errors that stay, deadlines, and on whose behalf."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from providers import actions, hints
from providers.breaker import LeftAlone
from providers.provider import ActionError, ActionRequest
from runs import clock, context, documents, engine
from runs.models import Run, RunRole
from tests.engine.conftest import action, codes, fresh, last_details, make_due, start
from tests.people import person, urn
from wire.auth import issue_token
from wire.principals import caller_of, identity_urn

BUSY = ActionError("Busy", "Not now.", permanent=False, status=503)
GONE = ActionError("ActionNotFound", "Never heard of it.", status=404)
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.err", "Next": "B"}]
END = {"Type": "Pass", "End": True}

pytestmark = pytest.mark.django_db


def output(run: Run) -> dict:
    return json.loads(fresh(run).data)


def test_a_provider_that_is_busy_is_asked_again_with_growing_pauses(ledger):
    ledger.answers += [BUSY] * 4
    run = start(action())
    pauses = []
    for _ in range(4):
        engine.work(run.pk)
        pauses.append((fresh(run).wake_at - clock.now()).total_seconds())
        make_due(run)
    engine.work(run.pk)
    for seconds, pause in zip((1, 2, 4, 8), pauses, strict=True):
        assert seconds * 0.7 < pause < seconds * 1.3
    assert len(ledger.effects) == 1
    assert [code for code in codes(run) if code != "ActionPolled"] == [
        "FlowStarted",
        "ActionStarted",
        "ActionCompleted",
        "FlowSucceeded",
    ]


def test_the_log_says_why_a_run_waits_for_its_provider_but_not_at_every_try(ledger):
    ledger.answers += [BUSY] * 9
    run = start(action())
    for _ in range(9):
        engine.work(run.pk)
        make_due(run)
    said = [json.loads(event.details) for event in run.events.filter(code="ActionPolled").order_by("seq")]
    assert [each["tries"] for each in said] == [1, 2, 4, 8]
    assert {each["reason"] for each in said} == {"Busy: Not now."}
    assert documents.run_document(fresh(run), person("alice"))["details"]["details"]["reason"]
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_a_provider_that_asks_to_be_left_alone_is(ledger):
    error = ActionError("Busy", "Not now.", permanent=False, status=429)
    error.retry_after_seconds = 30.0
    ledger.answers.append(error)
    run = start(action())
    engine.work(run.pk)
    assert fresh(run).wake_at - clock.now() > timedelta(seconds=28)


def test_a_provider_is_left_alone_also_while_its_action_waits_for_a_person(ledger):
    error = ActionError("Busy", "Not now.", permanent=False, status=429)
    error.retry_after_seconds = 30.0
    ledger.answers += ["INACTIVE", error]
    run = start(action(WaitTime=1))
    engine.work(run.pk)
    intent = json.loads(fresh(run).intent) | {"deadline_at": "2026-01-01T00:00:00Z"}
    Run.objects.update(wake_at=clock.now(), intent=json.dumps(intent))
    engine.work(run.pk)
    row = fresh(run)
    assert row.status == Run.INACTIVE and row.wake_at - clock.now() > timedelta(seconds=28)


def test_polls_that_began_together_do_not_stay_together(ledger, settings):
    settings.FIRST_POLL_SECONDS = 8.0
    runs = [start(action()) for _ in range(20)]
    pauses = []
    for run in runs:
        ledger.answers.append("ACTIVE")
        engine.work(run.pk)
        row = fresh(run)
        due_at = datetime.fromisoformat(json.loads(row.intent)["due_at"])
        pauses.append((row.wake_at - due_at).total_seconds())
    assert min(pauses) >= 0.0 and max(pauses) <= 0.8
    assert max(pauses) - min(pauses) > 0.2


def test_a_provider_that_stays_busy_is_given_up_when_wait_time_is_over(ledger):
    ledger.answers += [BUSY, BUSY]
    run = start(action(WaitTime=1, Catch=CATCH), END)
    engine.work(run.pk)
    intent = json.loads(fresh(run).intent)
    Run.objects.update(
        wake_at=clock.now(), intent=json.dumps(intent | {"deadline_at": "2026-01-01T00:00:00Z"})
    )
    engine.work(run.pk)
    assert output(run)["err"]["Error"] == "ActionUnableToRun"
    assert "tried 2 times until WaitTime was over" in output(run)["err"]["Cause"]


def test_a_refused_call_raises_action_unable_to_run_with_the_providers_words(ledger):
    ledger.answers.append(ActionError("BadActionRequest", "No such folder.", status=400))
    run = start(action(Catch=CATCH), END)
    engine.work(run.pk)
    assert output(run)["err"]["details"] == {"code": "BadActionRequest", "description": "No such folder."}
    assert codes(run)[2] == "ActionFailed"


def test_an_unknown_provider_is_a_refused_call():
    run = start(action(ActionUrl="https://actions.globus.org/nowhere"))
    engine.work(run.pk)
    assert last_details(run)["exception"] == "ActionUnableToRun"


def test_a_poll_that_fails_is_tried_again(ledger):
    ledger.answers += ["ACTIVE", BUSY]
    run = start(action())
    for _ in range(3):
        engine.work(run.pk)
        if fresh(run).wake_at:
            make_due(run)
    assert fresh(run).status == Run.SUCCEEDED
    assert codes(run)[2] == "ActionPolled"
    assert json.loads(run.events.get(seq=3).details)["reason"] == "Busy: Not now."


def test_an_action_that_its_provider_has_forgotten_has_failed_after_three_looks(ledger):
    ledger.answers += ["ACTIVE", GONE, GONE, GONE]
    run = start(action(Catch=CATCH), END)
    for _ in range(4):
        engine.work(run.pk)
        if fresh(run).wake_at:
            make_due(run)
    assert ledger.operations() == ["run", "status", "status", "status"]
    assert output(run)["err"]["Error"] == "ActionFailedException"
    assert output(run)["err"]["details"]["details"]["code"] == "ActionNotFound"


def test_an_action_that_takes_too_long_is_cancelled(ledger):
    ledger.answers += ["ACTIVE", "ACTIVE"]
    run = start(action(WaitTime=1))
    engine.work(run.pk)
    intent = json.loads(fresh(run).intent)
    Run.objects.update(
        wake_at=clock.now(), intent=json.dumps(intent | {"deadline_at": "2026-01-01T00:00:00Z"})
    )
    engine.work(run.pk)
    assert ledger.operations() == ["run", "status", "cancel"]
    assert last_details(run)["exception"] == "ActionTimeout"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_during_a_call_costs_the_run_nothing(ledger):
    def fail():
        raise OperationalError("server closed the connection unexpectedly")

    ledger.meanwhile = fail
    run = start(action())
    engine.work(run.pk)
    assert fresh(run).recoveries == 0
    make_due(run)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_the_run_says_whose_it_is_and_what_it_is_called(ledger):
    run = start(action(), label="night 62", managers=[urn("bob")], monitors=[urn("carol")])
    engine.work(run.pk)
    request = ledger.requests[0]
    assert (request.label, request.manage_by, request.monitor_by) == (
        "night 62",
        (urn("bob"),),
        (urn("carol"),),
    )
    assert set(RunRole.objects.values_list("role", "principal")) == {
        ("run_manager", urn("bob")),
        ("run_monitor", urn("carol")),
    }


def test_private_parameters_are_named_to_the_provider_and_hidden_in_the_log(ledger):
    run = start(action(Parameters={"a": 1, "key": "s3cret", "__Private_Parameters": ["key"]}))
    engine.work(run.pk)
    assert ledger.requests[0].body == {"a": 1, "key": "s3cret"}
    assert ledger.requests[0].private == {"key"}
    assert not run.events.filter(details__contains="s3cret").exists()


# --- on whose behalf


def test_an_action_runs_as_whoever_started_the_run(ledger):
    run = start(action(), owner=person("bob"))
    engine.work(run.pk)
    assert ledger.callers[0] == caller_of(person("bob"))


def test_an_action_can_run_as_the_flow(ledger):
    run = start(action(RunAs="Flow"))
    engine.work(run.pk)
    assert ledger.callers[0].urn == identity_urn(run.flow_id)


def test_an_action_can_run_as_the_bearer_of_a_token_in_the_input(ledger):
    secret = issue_token(person("bob"))
    run = start(action(RunAs="Curator"), input={"_tokens": {"Curator": secret}})
    engine.work(run.pk)
    assert ledger.callers[0].urn == urn("bob")
    assert context.identities(run) == {urn("alice"), urn("bob"), identity_urn(run.flow_id)}
    assert not run.events.filter(details__contains=secret).exists()


@pytest.mark.parametrize("tokens", [{}, {"Curator": "not a token"}, {"Curator": 3}, {"Other": "x"}, None])
def test_without_a_good_token_nothing_is_called(ledger, tokens):
    run = start(action(RunAs="Curator", Catch=CATCH), END, input={"_tokens": tokens})
    engine.work(run.pk)
    assert ledger.calls == []
    assert output(run)["err"]["Error"] == "NoTokenException"
    assert "not a token" not in output(run)["err"]["Cause"]


def test_nothing_is_done_on_behalf_of_somebody_who_was_deactivated(ledger):
    run = start(action(), owner=person("bob"))
    person("bob").__class__.objects.filter(username="bob").update(is_active=False)
    engine.work(run.pk)
    assert ledger.calls == []
    assert last_details(run)["exception"] == "NoTokenException"


def test_the_context_says_who_runs_what(ledger):
    run = start(action(Parameters={"all.$": "$._context"}), owner=person("bob"))
    engine.work(run.pk)
    context = ledger.requests[0].body["all"]
    assert context.pop("token_info").keys() == {"exp", "iat", "nbf"}
    assert context == {
        "flow_id": str(run.flow_id),
        "run_id": str(run.pk),
        "action_id": str(run.pk),
        "username": "bob",
        "email": "bob@example.org",
        "user_id": urn("bob"),
        "identities": [urn("bob")],
    }


# --- our own providers


def test_a_finished_action_wakes_its_run_before_the_next_poll(ledger):
    ledger.answers.append("ACTIVE")
    run = start(action())
    engine.work(run.pk)
    request = ActionRequest(request_id=f"{run.pk}:1", body={})
    ended, _ = actions.start("ledger", request, caller_of(person("alice")))
    assert engine.action_finished(ended.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_an_action_of_an_earlier_visit_wakes_nobody(ledger):
    ledger.answers += ["SUCCEEDED", "ACTIVE"]
    run = start(action(), action())
    engine.work(run.pk)
    request = ActionRequest(request_id=f"{run.pk}:1", body={})
    old, _ = actions.start("ledger", request, caller_of(person("alice")))
    assert not engine.action_finished(old.pk)
    assert fresh(run).wake_at > clock.now()


@pytest.mark.parametrize("request_id", ["", "x", "no-uuid:1", ":", "1:2:3"])
def test_an_action_that_no_run_started_wakes_nobody(request_id):
    request = ActionRequest(request_id=request_id or "-", body={})
    ended, _ = actions.start("ledger", request, caller_of(person("alice")))
    assert not engine.action_finished(ended.pk)


@pytest.mark.django_db(transaction=True)
def test_a_built_in_provider_carries_a_run_to_its_end():
    hello = action(ActionUrl="https://actions.globus.org/hello_world", Parameters={"echo_string": "hi"})
    with hints.inline():
        run = start(hello)
    assert output(run)["done"]["details"] == {"Hello": "World", "hello": "hi"}


def test_tries_that_a_breaker_holds_back_do_not_make_the_pauses_longer(ledger):
    ledger.answers += [BUSY] + [LeftAlone("ap.example.org", 5.0)] * 4 + [BUSY]
    run = start(action())
    for _ in range(6):
        engine.work(run.pk)
        make_due(run)
    assert fresh(run).attempts == 2
    assert codes(run).count("ActionPolled") == 2
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_the_log_says_once_that_a_breaker_holds_a_run_back(ledger):
    ledger.answers += [LeftAlone("ap.example.org", 5.0)] * 4
    run = start(action())
    for _ in range(4):
        engine.work(run.pk)
        assert 4 < (fresh(run).wake_at - clock.now()).total_seconds() < 10.5
        make_due(run)
    assert fresh(run).attempts == 1
    assert codes(run).count("ActionPolled") == 1
