"""Mail to the owner of a run or schedule that needs them or gets a status they asked to be told of."""

from __future__ import annotations

import logging
import time
from smtplib import SMTPException
from typing import Final

from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email

from providers import breaker
from runs.models import Run, RunSchedule
from wire.models import User

logger = logging.getLogger(__name__)

_SERVER: Final = "the mail server"
_SLOW_SECONDS: Final = 2.0
_SAYS: Final = {
    Run.SUCCEEDED: "has succeeded.",
    Run.FAILED: "has failed.",
    Run.INACTIVE: "needs you: it does not go on by itself. Open it, do what it asks for, and resume it.",
}


def tell_owner(run: Run, status: str, *, is_cancelled: bool) -> None:
    """Send the mail if the run's owner wants it. Best effort: sent once, after the commit, never again."""
    if status not in run.notify_on or status not in _SAYS:
        return
    title = run.flow.title
    name = f'Run "{run.label}"' if run.label else "Your run"
    text = f'{name} of the flow "{title}" {_says(status, is_cancelled)}\n\nRun: {run.pk}\n'
    _send(run.owner, f"{name} of {title}: {status}", text)


def _says(status: str, is_cancelled: bool) -> str:
    return "was cancelled." if status == Run.FAILED and is_cancelled else _SAYS[status]


def tell_follower(user: User, run: Run) -> None:
    """Tell somebody who asked for it that a run has ended. Best effort, too."""
    title = run.flow.title
    name = f'Run "{run.label}"' if run.label else "A run"
    says = _says(run.status, run.cancel_requested)
    text = f'{name} of the flow "{title}" {says}\n\nYou asked to be told.\n\nRun: {run.pk}\n'
    _send(user, f"{name} of {title}: {run.status}", text)


def tell_of_pause(schedule: RunSchedule) -> None:
    """Tell the owner that their schedule has been paused, and why. Best effort, too."""
    title = schedule.flow.title
    name = f'Schedule "{schedule.label}"' if schedule.label else "Your schedule"
    text = (
        f'{name} of the flow "{title}" has been paused: it starts no more runs.\n\n{schedule.reason}\n\n'
        f"When that is mended, resume the schedule.\n\nSchedule: {schedule.pk}\n"
    )
    _send(schedule.owner, f"{name} of {title}: paused", text)


def _send(to: User, subject: str, text: str) -> None:
    if not is_one_address(to.email):
        return
    begun = time.monotonic()
    try:
        breaker.admit(_SERVER)
        mail.EmailMessage(" ".join(subject.split()), text, to=[to.email]).send()
        breaker.answered(_SERVER)
    except (OSError, SMTPException, BadHeaderError, UnicodeError, breaker.LeftAlone) as error:
        logger.warning("the mail to %s about its run or schedule was not sent: %s", to.pk, error)
        seconds = time.monotonic() - begun
        if seconds >= _SLOW_SECONDS:  # whoever sends carries runs on, and must not wait again and again
            breaker.failed(_SERVER, seconds)


def is_one_address(email: str) -> bool:
    """Mail libraries would take "a@example.org, b@example.org" for one recipient."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
