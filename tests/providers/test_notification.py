"""Mails that flows send."""

from __future__ import annotations

import email
import smtplib
from email.message import EmailMessage as Received
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from providers import actions
from providers.models import EPOCH, Action
from providers.notification.access import mails_of
from providers.notification.models import SentMail
from providers.provider import ActionError, ActionRequest, Provider
from providers.registry import resolve
from tests.providers.conftest import run
from wire.principals import Caller

URL = "https://actions.globus.org/notification/notify"
BODY: dict[str, Any] = {
    "destination": "ada@example.org",
    "sender": "flows@example.org",
    "subject": "Done",
    "body_template": "Dataset $name has ${count} files. $unknown costs $5",
    "body_variables": {"name": "<b>Beryl</b>", "count": 3},
}


def _mails() -> list[Any]:
    return list(mail.outbox)


def test_a_mail_is_sent_with_its_values_filled_in(alice: Caller) -> None:
    status = run(URL, alice, **BODY)
    (sent,) = _mails()
    assert status["status"] == "SUCCEEDED"
    assert sent.body == "Dataset <b>Beryl</b> has 3 files. $unknown costs $5"
    assert (sent.to, sent.subject, sent.reply_to) == (["ada@example.org"], "Done", ["flows@example.org"])
    assert sent.extra_headers["Message-ID"] == status["details"]["message_id"]


def test_a_run_knows_its_mails_and_nobody_elses(alice: Caller, mallory: Caller) -> None:
    run(URL, alice, request_id="7e3f3f5e-52b8-4a7f-9c35-0d9ad4c2f6aa:3", **BODY)
    run(URL, mallory, request_id="7e3f3f5e-52b8-4a7f-9c35-0d9ad4c2f6aa:4", **BODY | {"subject": "Pay here"})
    (row,) = mails_of("7e3f3f5e-52b8-4a7f-9c35-0d9ad4c2f6aa", [alice.urn])
    assert (row.recipient, row.sender, row.subject) == ("ada@example.org", "flows@example.org", "Done")
    assert not mails_of("7e3f3f5e-52b8-4a7f-9c35-0d9ad4c2f6ab", [alice.urn]).exists()


def test_a_repeated_request_sends_one_mail(alice: Caller) -> None:
    first = run(URL, alice, request_id="r1", **BODY)
    assert run(URL, alice, request_id="r1", **BODY) == first
    assert len(_mails()) == 1 and SentMail.objects.count() == 1


def test_a_request_that_died_after_sending_sends_nothing_more(alice: Caller) -> None:
    run(URL, alice, request_id="r1", **BODY)
    Action.objects.update(status=Action.ACTIVE, lease_until="2020-01-01T00:00:00Z")
    assert run(URL, alice, request_id="r1", **BODY)["status"] == "SUCCEEDED"
    assert len(_mails()) == 1


def test_values_in_an_html_mail_are_text(alice: Caller) -> None:
    run(URL, alice, **BODY, body_mimetype="text/html")
    (sent,) = _mails()
    assert "&lt;b&gt;Beryl&lt;/b&gt;" in sent.body and sent.content_subtype == "html"


def test_template_languages_are_not_interpreted(alice: Caller) -> None:
    text = "{{ settings.SECRET_KEY }} {% include 'x' %} ${name.__class__} {0}"
    run(URL, alice, destination="ada@example.org", body_template=text, body_variables={"name": "x"})
    assert _mails()[0].body == text


@pytest.mark.parametrize(
    "destination",
    [
        "a@b.c, evil@e.e",
        "a@example.org;b@example.org",
        "Ada <ada@example.org>",
        "ada",
        "@@@",
        "a@b\nBcc: x@y.z",
        "ada@example.org\r\nSubject: x",
        "a b@example.org",
    ],
)
def test_one_valid_recipient_or_none(alice: Caller, destination: str) -> None:
    with pytest.raises(ActionError) as caught:
        run(URL, alice, **(BODY | {"destination": destination}))
    assert caught.value.status == 422
    assert not _mails() and not Action.objects.exists()


def test_a_subject_cannot_add_headers(alice: Caller) -> None:
    run(URL, alice, **(BODY | {"subject": "Hi\r\nBcc: evil@example.org"}))
    message = _mails()[0].message()
    assert message["Subject"] == "Hi Bcc: evil@example.org" and message["Bcc"] is None


def test_credentials_are_neither_kept_nor_shown(alice: Caller) -> None:
    credentials = [{"credential_type": "smtp", "credential_value": {"password": "canary"}}]
    status = run(URL, alice, **BODY, send_credentials=credentials)
    assert status["status"] == "SUCCEEDED"
    action = Action.objects.get()
    assert "canary" not in action.body + action.details
    with pytest.raises(ActionError) as caught:
        run(URL, alice, **BODY, send_credentials="canary")
    assert "canary" not in caught.value.description


class _Refusing(BaseEmailBackend):
    error: Exception = smtplib.SMTPServerDisconnected("gone")

    def send_messages(self, messages: Any) -> int:
        raise type(self).error


def test_a_mail_server_that_is_away_is_asked_again(alice: Caller, settings, monkeypatch) -> None:
    settings.EMAIL_BACKEND = f"{__name__}._Refusing"
    with pytest.raises(ActionError) as caught:
        run(URL, alice, request_id="r1", **BODY)
    assert not caught.value.permanent
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert run(URL, alice, request_id="r1", **BODY)["status"] == "SUCCEEDED"
    assert len(_mails()) == 1


def test_a_refused_recipient_fails_the_action(alice: Caller, settings, monkeypatch) -> None:
    monkeypatch.setattr(_Refusing, "error", smtplib.SMTPRecipientsRefused({}))
    settings.EMAIL_BACKEND = f"{__name__}._Refusing"
    status = run(URL, alice, **BODY)
    assert (status["status"], status["details"]["code"]) == ("FAILED", "RecipientRefused")


def test_without_a_mail_server_mails_are_files(alice: Caller, settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    status = run(URL, alice, **BODY)
    (file,) = (tmp_path / "mail").iterdir()
    received = email.message_from_string(file.read_text(), _class=Received)
    assert received["To"] == "ada@example.org" and received["Message-ID"] == status["details"]["message_id"]
    assert SentMail.objects.get().delivered_to == "file"


# --- the worker that called died meanwhile


def _left(alice: Caller) -> tuple[Provider, str]:
    """The provider, and a mail of which nobody knows whether it was sent: its worker died with the lease."""
    provider, request = resolve(URL), ActionRequest("r1", BODY)
    actions.claim(actions.start(provider.path, request, alice)[0].pk)
    action_id = provider.run(request, alice)["action_id"]
    assert provider.status(action_id, alice)["status"] == "ACTIVE" and not _mails()
    Action.objects.update(lease_until=EPOCH)
    return provider, action_id


def test_a_mail_that_a_dead_worker_has_left_is_sent_at_the_next_look(alice: Caller) -> None:
    provider, action_id = _left(alice)
    assert provider.status(action_id, alice)["status"] == "SUCCEEDED"
    assert provider.status(action_id, alice)["status"] == "SUCCEEDED" and len(_mails()) == 1


def test_a_mail_that_a_dead_worker_has_left_can_be_cancelled(alice: Caller) -> None:
    provider, action_id = _left(alice)
    ended = provider.cancel(action_id, alice)
    assert (ended["status"], ended["display_status"]) == ("FAILED", "CANCELED") and not _mails()


def test_a_look_leaves_a_mail_for_the_next_while_the_server_is_away(alice: Caller, settings) -> None:
    provider, action_id = _left(alice)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}._Refusing"
    with pytest.raises(ActionError) as caught:
        provider.status(action_id, alice)
    assert not caught.value.permanent
    settings.EMAIL_BACKEND = backend
    assert provider.status(action_id, alice)["status"] == "SUCCEEDED"


def test_a_mail_that_no_database_keeps_is_not_sent(alice: Caller) -> None:
    with pytest.raises(ActionError, match="NUL"):
        run(URL, alice, **(BODY | {"body_variables": {"name": "\0"}}))
    assert not _mails() and not Action.objects.exists()
