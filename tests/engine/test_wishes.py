"""What people ask of a run while it waits, is held, or has ended; and mail about it."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from django.core import mail

from providers import actions, breaker
from providers.provider import ActionError, ActionRequest
from runs import clock, engine, lease, mails
from runs.models import Run
from runs.run_page import status_of
from tests.engine.conftest import action, codes, expire_lease, fresh, make_due, start
from tests.people import person
from wire.errors import FlowInputError, StateConflict
from wire.principals import caller_of

WAIT = {"Type": "Wait", "Seconds": 3600}
END = {"Type": "Pass", "End": True}

pytestmark = pytest.mark.django_db


def test_a_waiting_run_is_cancelled_at_once():
    run = start(WAIT, END, notify_on=["FAILED"])
    engine.work(run.pk)
    engine.cancel(fresh(run))
    engine.work(run.pk)
    row = fresh(run)
    assert (row.status, row.wake_at, row.state) == (Run.FAILED, None, "A")
    assert codes(run) == ["FlowStarted", "WaitStarted", "FlowCanceled"]
    assert status_of(row) == "cancelled" and "was cancelled." in mail.outbox[0].body


def test_cancelling_a_run_cancels_its_action(ledger):
    ledger.answers.append("ACTIVE")
    run = start(action())
    engine.work(run.pk)
    engine.cancel(fresh(run))
    engine.work(run.pk)
    assert ledger.operations() == ["run", "cancel"]


def test_a_run_that_is_held_is_cancelled_after_the_present_intent(ledger):
    run = start(action(), action(), END)
    ledger.meanwhile = lambda: engine.cancel(fresh(run))
    engine.work(run.pk)
    assert ledger.operations() == ["run"]
    assert codes(run)[-2:] == ["ActionStarted", "FlowCanceled"]


def test_a_run_that_ends_before_the_cancel_is_seen_has_ended(ledger):
    run = start(action())
    ledger.meanwhile = lambda: engine.cancel(fresh(run))
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert not engine.work(run.pk)


def test_a_run_that_fails_before_the_cancel_is_seen_has_failed_and_says_so(ledger):
    ledger.answers.append(ActionError("Denied", "Not yours.", permanent=True, status=403))
    run = start(action(), notify_on=["FAILED"])
    ledger.meanwhile = lambda: engine.cancel(fresh(run))
    engine.work(run.pk)
    assert codes(run)[-1] == "FlowFailed" and status_of(fresh(run)) == "failed"
    assert "has failed." in mail.outbox[0].body


def test_a_run_that_has_ended_is_neither_cancelled_nor_resumed():
    run = start(END)
    engine.work(run.pk)
    with pytest.raises(StateConflict, match="SUCCEEDED"):
        engine.cancel(fresh(run))
    with pytest.raises(StateConflict, match="SUCCEEDED"):
        engine.resume(fresh(run))


def test_a_cancel_survives_the_death_of_the_worker_that_saw_it():
    run = start(WAIT, END)
    engine.work(run.pk)
    engine.cancel(fresh(run))
    lease.claim(run.pk)  # and dies
    expire_lease(run)
    engine.work(run.pk)
    assert codes(run)[-1] == "FlowCanceled"


def test_a_run_needs_a_person_until_it_is_resumed(ledger):
    ledger.answers += ["INACTIVE", "INACTIVE", "ACTIVE", "SUCCEEDED"]
    run = start(action())
    engine.work(run.pk)
    assert fresh(run).status == Run.INACTIVE
    make_due(run)
    engine.work(run.pk)
    assert fresh(run).status == Run.INACTIVE
    engine.resume(fresh(run))
    engine.work(run.pk)
    row = fresh(run)
    assert (row.status, row.resume_requested) == (Run.ACTIVE, False)
    make_due(run)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    started = ["FlowStarted", "ActionStarted"]
    ended = ["ActionCompleted", "FlowSucceeded"]
    assert [code for code in codes(run) if code != "ActionPolled"] == [
        *started,
        "FlowInactive",
        "FlowResumed",
        *ended,
    ]


@pytest.mark.parametrize("can_resume", [True, False])
def test_the_provider_is_told_that_its_action_may_go_on_and_asked_if_it_cannot_be_told(ledger, can_resume):
    ledger.answers += ["INACTIVE", "SUCCEEDED"]
    ledger.can_resume = can_resume
    run = start(action())
    engine.work(run.pk)
    engine.resume(fresh(run))
    engine.work(run.pk)
    assert ledger.operations() == ["run", "resume", "status"]
    assert fresh(run).status == Run.SUCCEEDED


def test_a_run_cancelled_during_its_call_cancels_what_the_call_has_started(ledger):
    ledger.answers.append("ACTIVE")
    run = start(action(), END)
    ledger.meanwhile = lambda: engine.cancel(fresh(run))
    engine.work(run.pk)
    engine.work(run.pk)
    assert ledger.operations() == ["run", "cancel"]
    assert codes(run) == ["FlowStarted", "ActionStarted", "FlowCanceled"]


def test_a_run_cancelled_while_its_provider_is_busy_ends(ledger):
    ledger.answers.append(ActionError("Busy", "Not now.", permanent=False, status=503))
    run = start(action(), END)
    ledger.meanwhile = lambda: engine.cancel(fresh(run))
    engine.work(run.pk)
    engine.work(run.pk)
    assert codes(run) == ["FlowStarted", "ActionStarted", "ActionPolled", "FlowCanceled"]


def test_what_a_call_has_begun_is_cancelled_though_nobody_heard_of_it(ledger):
    ledger.answers.append(ActionError("DatabaseLost", "It failed.", permanent=False, status=503))
    run = start(action(), END)
    engine.work(run.pk)
    request = ActionRequest(request_id=f"{run.pk}:1", body={})
    begun, _ = actions.start("ledger", request, caller_of(person("alice")))
    engine.cancel(fresh(run))
    engine.work(run.pk)
    assert codes(run)[-1] == "FlowCanceled"
    assert ledger.calls[1:] == [("cancel", str(begun.pk))]


def test_resuming_a_run_that_is_at_work_only_makes_it_look_early(ledger):
    ledger.answers.append("ACTIVE")
    run = start(action())
    engine.work(run.pk)
    engine.resume(fresh(run))
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert "FlowResumed" not in codes(run)


def test_a_nudge_while_the_run_is_held_does_not_let_it_rest(ledger):
    ledger.answers += ["ACTIVE", "ACTIVE"]
    run = start(action())
    engine.work(run.pk)
    make_due(run)
    ledger.meanwhile = lambda: engine.resume(fresh(run))
    engine.work(run.pk)
    assert fresh(run).wake_at <= clock.now()
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED


def test_a_nudge_never_hides_how_long_a_run_has_been_due():
    run = start(END)
    due_since = fresh(run).wake_at
    engine.resume(fresh(run))
    assert fresh(run).wake_at == due_since


def test_an_input_that_is_too_large_is_refused_before_anything_is_written():
    with pytest.raises(FlowInputError, match="204,800"):
        start(END, input={"x": "y" * 300_000})
    assert not Run.objects.exists()


# --- mail


def test_the_owner_is_told_of_the_statuses_asked_for_once(ledger):
    run = start(action(), owner=person("bob"), label="night 62", notify_on=["SUCCEEDED"])
    engine.work(run.pk)
    engine.work(run.pk)
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert mail.outbox[0].subject == 'Run "night 62" of Nightly copy: SUCCEEDED'
    assert str(run.pk) in mail.outbox[0].body


def test_by_default_the_owner_is_told_only_when_needed(ledger):
    ledger.answers += ["INACTIVE", "INACTIVE"]
    run = start(action())
    engine.work(run.pk)
    make_due(run)
    engine.work(run.pk)
    assert len(mail.outbox) == 1 and "INACTIVE" in mail.outbox[0].subject
    make_due(run)
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("email", ["", "nobody", "a@example.org, b@example.org"])
def test_an_address_that_is_none_gets_no_mail(email):
    bob = person("bob")
    type(bob).objects.update(email=email)
    run = start(END, owner=bob, notify_on=["SUCCEEDED"])
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert mail.outbox == []


def test_a_mail_that_cannot_be_sent_does_not_hurt_the_run(settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    run = start(END, owner=person("bob"), notify_on=["SUCCEEDED"])
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    assert "was not sent" in caplog.text


def test_a_mail_server_that_hangs_holds_up_one_run_not_all(monkeypatch):
    seconds, tried = itertools.count(0, 10), []

    def hang(message: mail.EmailMessage) -> None:
        tried.append(message)
        raise TimeoutError("timed out")

    monkeypatch.setattr(mails, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    monkeypatch.setattr(breaker, "_breakers", {})
    monkeypatch.setattr(mail.EmailMessage, "send", hang)
    for _ in range(3):
        run = start(END, owner=person("bob"), notify_on=["SUCCEEDED"])
        engine.work(run.pk)
        assert fresh(run).status == Run.SUCCEEDED
    assert len(tried) == 1
