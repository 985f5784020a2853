"""Why a run does not come on just now: what it waits for, until when, and whether that passes by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from flowlang import machine
from flowlang.events import ACTION_POLLED, visible
from flowlang.machine import AwaitInput, Call, Poll, Sleep
from flowlang.problems import JSON
from runs.models import Run, WebInput
from wire.timestamps import stamp

Waiting = dict[str, Any]
_SAID_BY_PROVIDERS: Final = ("nice_status_details", "description", "message", "cause", "reason")
_FINE: Final = frozenset({"", "OK", "ACTIVE", "QUEUED", "RUNNING"})


def waiting(run: Run) -> Waiting | None:
    """Return why the run waits; None when it has ended. Instants are texts or None.

    kind        "action"; "start": the action is not started yet; "person": it needs one; "timer"; "answer";
                "worker": nobody is at it now
    message     what the provider says is wrong, or that it did not answer; "" while all is well
    times       how often that was so: tries in a row, or the faults that the provider counts
    last_look, next_look   when the provider was or will be asked
    deadline    when it is given up
    recovers    whether it may go on without a person
    """
    if run.status in Run.TERMINAL:
        return None
    intent = machine.intent_from_json(orjson.loads(run.intent)) if run.intent else None
    match intent:
        case Poll():
            return _action(run, intent)
        case Call():
            return _told("start", _unanswered(run), next_look=run.wake_at, deadline=intent.deadline_at)
        case Sleep():
            return _told("timer", next_look=intent.due_at)
        case AwaitInput():
            return _answer(run, intent)
        case _:
            return _told("worker", next_look=run.wake_at)


def _told(kind: str, said: tuple[str, int] = ("", 0), *, recovers: bool = True, **more: Any) -> Waiting:
    message, times = said
    told = {"action_id": None, "last_look": None, "next_look": None, "deadline": None, **more}
    shown = {name: stamp(value) if isinstance(value, datetime) else value for name, value in told.items()}
    return {"kind": kind, "message": message, "times": times, "recovers": recovers, **shown}


def _action(run: Run, poll: Poll) -> Waiting:
    is_inactive = poll.inactive_since is not None
    return _told(
        "person" if is_inactive else "action",
        _unanswered(run) if run.attempts else _said(poll.status),
        recovers=not is_inactive,
        action_id=poll.action_id,
        last_look=poll.due_at - timedelta(seconds=poll.interval_seconds),
        next_look=run.wake_at,
        deadline=None if is_inactive else poll.deadline_at,
        display_status=str(poll.status.get("display_status") or ""),
    )


def _said(status: dict[str, JSON]) -> tuple[str, int]:
    """Return what a provider says is wrong with its action, and how many faults it counts."""
    shown = visible(status)
    details = shown.get("details") if isinstance(shown, dict) else None
    if not isinstance(details, dict) or str(details.get("nice_status") or "") in _FINE - {""}:
        return "", 0
    told = (details.get(name) for name in _SAID_BY_PROVIDERS)
    message = next((text for text in told if isinstance(text, str) and text), "")
    faults = details.get("faults")
    return message, faults if isinstance(faults, int) else 0


def _unanswered(run: Run) -> tuple[str, int]:
    """Return what the log says last of a provider that does not answer, and how often it was tried."""
    if not run.attempts:
        return "", 0
    event = run.events.filter(code=ACTION_POLLED).order_by("-seq").first()
    reason = orjson.loads(event.details).get("reason") if event else None
    return reason or "The provider does not answer.", run.attempts


def _answer(run: Run, intent: AwaitInput) -> Waiting:
    question = WebInput.objects.filter(run=run.pk, pk=intent.web_input_id).first()
    title = str(question.context.get("title", "")) if question else ""
    return _told("answer", (title, 0), recovers=False, deadline=question.expires_at if question else None)
