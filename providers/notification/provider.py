"""notification/notify: sends one mail to one person, through the site's own mail server.

A mail cannot be sent exactly once: a worker that dies between sending and writing that it was sent sends it
again. Both then carry the same Message-ID, which follows from the request.
"""

from __future__ import annotations

import hashlib
import html
import re
import smtplib
from string import Template
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from flowlang.problems import JSON
from providers import actions
from providers.models import Action
from providers.notification.models import SentMail
from providers.own import ActingProvider, ActionFailure
from providers.provider import ActionError, Provider
from wire.principals import Caller

_FILE_BACKEND: Final = "django.core.mail.backends.filebased.EmailBackend"
_SPACE: Final = re.compile(r"\s+")
_TEXT: Final[dict[str, Any]] = {"type": "string"}


class Notify(ActingProvider):
    """Credentials that a flow brings along are taken, not used and not kept: the site has its own."""

    path = "notification/notify"
    title = "Notification: Send a Mail"
    subtitle = "Sends a mail with values filled into its text"
    scope = "https://auth.globus.org/scopes/5fac2e64-c734-4e6b-90ea-ff12ddbf9653/notification_notify"
    stores_text = True
    forget = frozenset({"send_credentials"})
    input_schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "required": ["destination", "body_template"],
        "properties": {
            "notification_method": {"enum": ["email", "any"]},
            "notification_priority": _TEXT,
            "destination": {"type": "string", "minLength": 3, "maxLength": 254},
            "sender": {"type": "string", "maxLength": 254},
            "subject": {"type": "string", "maxLength": 998},
            "body_template": {"type": "string", "maxLength": 200_000},
            "body_mimetype": {"enum": ["text/plain", "text/html"]},
            "body_variables": {"type": "object"},
            "send_credentials": {"type": ["array", "object"]},
        },
    }

    details_schema: JSON = {
        "type": "object",
        "required": ["message_id", "destination", "subject", "delivered_to"],
        "properties": {
            "message_id": _TEXT,
            "destination": _TEXT,
            "subject": _TEXT,
            "delivered_to": _TEXT,
        },
    }

    def act(self, action: Action, body: dict[str, Any], caller: Caller) -> JSON:
        message = _message(action, body)
        if not SentMail.objects.filter(action=action).exists():
            _send(message)
        mail = _written(action, message, body)
        told: dict[str, JSON] = {
            "message_id": message.extra_headers["Message-ID"],
            "destination": mail.recipient,
            "subject": mail.subject,
            "delivered_to": mail.delivered_to,
        }
        return told


def _message(action: Action, body: dict[str, Any]) -> EmailMessage:
    recipient = _address(body["destination"], "destination")
    reply_to = [_address(body["sender"], "sender")] if body.get("sender") else []
    is_html = body.get("body_mimetype") == "text/html"
    message = EmailMessage(
        subject=_SPACE.sub(" ", body.get("subject") or "Notification").strip(),
        body=_filled(body["body_template"], body.get("body_variables") or {}, is_html=is_html),
        to=[recipient],
        reply_to=reply_to,
        headers={"Message-ID": _message_id(action)},
    )
    if is_html:
        message.content_subtype = "html"
    return message


def _address(text: str, name: str) -> str:
    """One address, and nothing more: no list, no display name, no header."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ActionError(
            "RequestValidationError", f'{name}: "{address[:100]}" is not one mail address.', status=422
        ) from error
    return address


def _filled(template: str, variables: dict[str, JSON], *, is_html: bool) -> str:
    """The text with its $names replaced; unknown names stay as they are. In HTML, values are text."""
    texts = {name: value if isinstance(value, str) else _plain(value) for name, value in variables.items()}
    if is_html:
        texts = {name: html.escape(text) for name, text in texts.items()}
    return Template(template).safe_substitute(texts)


def _plain(value: JSON) -> str:
    return actions.to_text(value) if isinstance(value, dict | list | bool | None) else str(value)


def _message_id(action: Action) -> str:
    digest = hashlib.sha256(f"{action.creator}\0{action.request_id}".encode()).hexdigest()[:32]
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{digest}@{domain}>"


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise ActionFailure("RecipientRefused", f"The mail server refuses {message.to[0]}.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise ActionError(
            "MailServerUnavailable",
            f"The mail could not be handed over: {type(error).__name__}. It will be tried again.",
            permanent=False,
            status=503,
        ) from error


def _written(action: Action, message: EmailMessage, body: dict[str, Any]) -> SentMail:
    is_file = settings.EMAIL_BACKEND == _FILE_BACKEND
    fields = {
        "recipient": message.to[0],
        "sender": message.reply_to[0] if message.reply_to else message.from_email,
        "subject": message.subject,
        "body": message.body,
        "mimetype": body.get("body_mimetype") or "text/plain",
        "delivered_to": "file" if is_file else settings.EMAIL_HOST,
    }
    mail, _ = SentMail.objects.get_or_create(action=action, defaults=fields)
    return mail


PROVIDERS: list[Provider] = [Notify()]
