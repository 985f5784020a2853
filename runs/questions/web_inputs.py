"""Questions that a run asks people: opened by CreateWebInput, waited for by AwaitWebInput."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

import orjson
from django.db import transaction
from django.db.models import Q, QuerySet

from flowlang.machine import Answered, AwaitInput, OpenInput, Outcome, Raised
from flowlang.problems import JSON
from runs import clock
from runs.calls import Later
from runs.lease import Hold
from runs.models import WebInput, WebInputRole
from runs.retries import retry_points
from runs.transactions import retried
from wire.principals import identity_urn, is_urn

EXPIRED: Final = "Flows.WebInputExpired"
LONGEST_RUN: Final = timedelta(days=365)
_SINGULAR, _PLURAL = "urn:globus:group:id:", "urn:globus:groups:id:"
_STYLES: Final = ("Text", "Table")
_OPTION_MEMBERS: Final = ("option_id", "value", "label", "description")


class _Wrong(Exception):
    """The parameters of a CreateWebInput state cannot be made into a question; the message says why."""


@dataclass(frozen=True, slots=True)
class _Question:
    context: dict[str, JSON]
    options: list[dict[str, JSON]]
    respondents: list[str]
    viewers: list[str]
    expires_after: timedelta | None


def ask(hold: Hold, intent: OpenInput) -> Outcome:
    """Open the question, or find the one that an earlier try has opened."""
    try:
        question = _question(intent.parameters, identity_urn(hold.run.owner_id))
    except _Wrong as error:
        return Raised("States.Runtime", f"The web input cannot be opened: {error}")
    now = hold.clock.now()
    expires_at = now + question.expires_after if question.expires_after else None
    defaults = {"context": question.context, "options": question.options, "expires_at": expires_at}
    return Answered(_opened(retried(lambda: _open(hold, question, {**defaults, "created_at": now}))))


def _open(hold: Hold, question: _Question, defaults: dict[str, Any]) -> WebInput:
    with transaction.atomic():
        web_input, is_new = WebInput.objects.get_or_create(
            run=hold.run, visit=hold.cursor.visit, defaults=defaults
        )
        if is_new:
            WebInputRole.objects.bulk_create(_roles(web_input, question))
    return web_input


def _roles(web_input: WebInput, question: _Question) -> list[WebInputRole]:
    named = {WebInputRole.RESPONDENT: question.respondents, WebInputRole.VIEWER: question.viewers}
    return [
        WebInputRole(web_input=web_input, role=role, principal=urn)
        for role, urns in named.items()
        for urn in dict.fromkeys(urns)
    ]


def _opened(web_input: WebInput) -> dict[str, JSON]:
    return {
        "web_input_id": str(web_input.pk),
        "status": WebInput.OPEN,
        "input_type": "selection",
        "title": web_input.context["title"],
        "options": [_ordered(option) for option in web_input.options],
    }


def _ordered(option: dict[str, JSON]) -> dict[str, JSON]:
    """A database may keep members in an order of its own; the log must not depend on who read the row."""
    return {name: option[name] for name in _OPTION_MEMBERS if name in option}


def look(hold: Hold, intent: AwaitInput) -> Outcome | Later:
    """Return the answer, the end of the time to answer, or when to look again."""
    web_input = _own(hold, intent.web_input_id)
    if web_input is None:
        return Raised("States.Runtime", f'"{intent.web_input_id[:80]}" is not a web input of this run.')
    now = hold.clock.now()
    if web_input.answer is None and _is_over(web_input, now):
        # Closed first, then looked at once more: an answer given in time may arrive at this very moment.
        close_expired(now)
        web_input.refresh_from_db()
    if web_input.answer is not None:
        return Answered(_answer(web_input))
    if web_input.status == WebInput.CLOSED:
        return Raised(EXPIRED, f'Nobody answered "{web_input.context["title"]}" in time.')
    ends_at = web_input.expires_at or hold.run.started_at + LONGEST_RUN
    return Later(max(ends_at, now), str(web_input.pk))


def _own(hold: Hold, text: str) -> WebInput | None:
    try:
        web_input_id = uuid.UUID(text)
    except ValueError:
        return None
    found = WebInput.objects.filter(pk=web_input_id)
    return found.filter(run=hold.run).first() or _answered_before(hold, found)


def _answered_before(hold: Hold, found: QuerySet[WebInput]) -> WebInput | None:
    """A retried run goes by answers that the run before it got; what was left open has to be asked again."""
    earlier = [run_id for run_id, _ in retry_points.ancestry(hold.run.pk)]
    return found.filter(run__in=earlier, answer__isnull=False).first() if earlier else None


def _is_over(web_input: WebInput, now: datetime) -> bool:
    return web_input.expires_at is not None and web_input.expires_at <= now


def _answer(web_input: WebInput) -> JSON:
    option = cast("dict[str, JSON]", web_input.answer)
    return {
        "web_input_id": str(web_input.pk),
        "response": option["value"],
        "option": _ordered(option),
        "respondent_urn": web_input.answered_by,
        "responded_at": web_input.closed_at.isoformat(timespec="microseconds")
        if web_input.closed_at
        else None,
    }


def close(
    web_input: WebInput, option: dict[str, JSON], respondent_urn: str, at: datetime | None = None
) -> bool:
    """Store an answer given at that instant; False when the question was closed before. The first one wins.

    The same answer at the same instant is one that an earlier try has stored: it has won.
    """
    at = at or clock.now()
    one = WebInput.objects.filter(pk=web_input.pk)
    still_open = one.filter(Q(expires_at=None) | Q(expires_at__gt=at), status=WebInput.OPEN)
    changed = still_open.update(
        status=WebInput.CLOSED, answer=option, answered_by=respondent_urn, closed_at=at
    )
    return changed == 1 or one.filter(answered_by=respondent_urn, closed_at=at).exists()


def close_expired(now: datetime) -> None:
    """Close the questions whose time is over. The runs that wait for them are due by their own rows."""
    over = WebInput.objects.filter(status=WebInput.OPEN, expires_at__lte=now)
    if over.exists():
        over.update(status=WebInput.CLOSED, closed_at=now)


def close_of_ended(run_id: uuid.UUID | None = None) -> None:
    """Close the questions that a run has left open at its end; without an id, those of all ended runs."""
    retried(lambda: _close_of_ended(run_id))


def _close_of_ended(run_id: uuid.UUID | None) -> None:
    left = WebInput.objects.filter(status=WebInput.OPEN, run__wake_at=None)
    if run_id is not None:
        left = left.filter(run=run_id)
    ids = list(left.values_list("pk", flat=True))
    if ids:
        WebInput.objects.filter(pk__in=ids, status=WebInput.OPEN).update(
            status=WebInput.CLOSED, closed_at=clock.now()
        )


# --- what a CreateWebInput state asks for (source: flow-language, CreateWebInput)


def _question(parameters: JSON, owner_urn: str) -> _Question:
    asked = _object(parameters, "The parameters")
    if asked.get("InputType", "Selection") != "Selection":
        raise _Wrong(f'InputType is {asked["InputType"]!r}; only "Selection" is known.')
    return _Question(
        context=_without_nul(_context(_object(asked.get("Context"), "Context")), "Context"),
        options=_options(asked.get("Options")),
        respondents=_urns(asked, "RespondentUrns") or [owner_urn],
        viewers=_urns(asked, "ViewerUrns"),
        expires_after=_expiration(asked.get("ExpirationSeconds")),
    )


def _context(asked: dict[str, Any]) -> dict[str, JSON]:
    style = asked.get("PresentationStyle", "Table" if "Rows" in asked else "Text")
    if style not in _STYLES:
        raise _Wrong(f'Context.PresentationStyle is {style!r}; it must be "Text" or "Table".')
    shown: dict[str, JSON] = {"title": _text(asked, "Title"), "presentation_style": style.lower()}
    if style == "Text":
        return {**shown, "text": _text(asked, "Text")}
    return {**shown, "rows": [_row(row) for row in _list(asked.get("Rows"), "Context.Rows")]}


def _row(row: JSON) -> JSON:
    cells = _object(row, "Each of Context.Rows")
    return {"field": _text(cells, "Field"), "value": cells.get("Value")}


def _options(asked: JSON) -> list[dict[str, JSON]]:
    options = [_option(each) for each in _list(asked, "Options")]
    if not options:
        raise _Wrong("Options is empty; give at least one.")
    return options


def _option(asked: JSON) -> dict[str, JSON]:
    option = _object(asked, "Each of Options")
    value = _text(option, "Value")
    label, description = option.get("Label", value), option.get("Description", "")
    made: dict[str, JSON] = {
        "option_id": str(uuid.uuid4()),
        "value": value,
        "label": str(label),
        "description": str(description),
    }
    return _without_nul(made, "Each of Options")


def _urns(asked: dict[str, Any], name: str) -> list[str]:
    urns = [str(urn).replace(_SINGULAR, _PLURAL, 1) for urn in _list(asked.get(name, []), name)]
    for urn in urns:
        if not is_urn(urn):
            raise _Wrong(f'{name} holds "{urn[:80]}", which is no identity or group URN.')
    return urns


def _expiration(seconds: JSON) -> timedelta | None:
    if seconds is None:
        return None
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int)
        or not 0 < seconds <= LONGEST_RUN.total_seconds()
    ):
        raise _Wrong(f"ExpirationSeconds is {seconds!r}; it must be a whole number from 1 to 31,536,000.")
    return timedelta(seconds=seconds)


def _object(value: JSON, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{what} must be an object.")
    return value


def _list(value: JSON, what: str) -> list[JSON]:
    if not isinstance(value, list):
        raise _Wrong(f"{what} must be a list.")
    return value


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise _Wrong(f"{name} must be a text that is not empty.")
    return value


def _without_nul(value: dict[str, JSON], what: str) -> dict[str, JSON]:
    """Not every database keeps the character NUL, which an answer of a provider elsewhere may hold."""
    if b"\\u0000" in orjson.dumps(value).replace(b"\\\\", b""):
        raise _Wrong(f"{what} holds a NUL character, which cannot be kept. Leave it out.")
    return value
