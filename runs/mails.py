"""Mail to the owner of a run when it gets a status that they asked to be told of."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Final

from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email

from runs.models import Run

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS: Final = 10
_SAYS: Final = {
    Run.SUCCEEDED: "has succeeded.",
    Run.FAILED: "has failed.",
    Run.INACTIVE: "needs you: it does not go on by itself. Open it, do what it asks for, and resume it.",
}


def tell_owner(run: Run, status: str) -> None:
    """Send the mail if the run's owner wants it. Best effort: sent once, after the commit, never again."""
    if status not in run.notify_on or status not in _SAYS:
        return
    title, email = run.flow.title, run.owner.email
    if not _is_one_address(email):
        return
    name = f'Run "{run.label}"' if run.label else "Your run"
    subject = " ".join(f"{name} of {title}: {status}".split())
    text = f'{name} of the flow "{title}" {_SAYS[status]}\n\nRun: {run.pk}\n'
    try:
        connection = mail.get_connection(timeout=_TIMEOUT_SECONDS)
        mail.EmailMessage(subject, text, to=[email], connection=connection).send()
    except (OSError, SMTPException, BadHeaderError, UnicodeError) as error:
        logger.warning("run %s: the mail about %s was not sent: %s", run.pk, status, error)


def _is_one_address(email: str) -> bool:
    """Mail libraries would take "a@example.org, b@example.org" for one recipient."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
