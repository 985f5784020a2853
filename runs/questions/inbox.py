"""What waits for a person: questions of runs that they are asked, and runs of theirs that need them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from runs import access
from runs.models import Run, WebInput, WebInputRole
from runs.redaction import redaction_of

_LONGEST_DATA: Final = 20_000
_MOST_STOPPED: Final = 50


@dataclass(frozen=True)
class Question:
    """A question with what one must know to answer it.

    found    the run data so far as JSON text; "" for whoever may not see the run
    address  of the question on its run's page; "" likewise
    """

    input: WebInput
    found: str = ""
    address: str = ""


def questions_for(user: access.Person) -> QuerySet[WebInput]:
    """Return the open questions that `user` is asked to answer."""
    asked = access.web_inputs_for(user, [WebInputRole.RESPONDENT]).filter(status=WebInput.OPEN)
    return asked.exclude(run__status__in=Run.TERMINAL)


def stopped_of(user: access.Person) -> QuerySet[Run]:
    """Return the runs of `user` that do not go on before they do something."""
    return access.with_flow().filter(owner=user.pk, status=Run.INACTIVE, wake_at__isnull=False)


def in_context(user: access.Person, web_input: WebInput) -> Question:
    """Return the question with what `user` may see of its run."""
    run = web_input.run
    if not access.roles_of(user, run):
        return Question(web_input)
    found = redaction_of(run).shown(orjson.loads(run.data))
    text = json.dumps(found, ensure_ascii=False, indent=2)
    shown = text if len(text) <= _LONGEST_DATA else f"{text[:_LONGEST_DATA]}\n…"
    return Question(web_input, shown, f"{reverse('runs:run', args=[run.pk])}#q-{web_input.pk}")


def stopped_rows(user: access.Person) -> list[Run]:
    """Return the runs that need `user`, the longest first."""
    return list(stopped_of(user).order_by("last_event_at", "pk")[:_MOST_STOPPED])


def waiting(user: access.Person) -> dict[str, Any]:
    """Return how much waits for `user`, and the newest of it: "count", "newest": {"id", "title", "flow"}."""
    asked, stopped = questions_for(user), stopped_of(user)
    count = asked.count() + stopped.count()
    if not count:
        return {"count": 0, "newest": None}
    question = asked.order_by("-created_at", "pk").first()
    run = stopped.order_by("-last_event_at", "pk").first()
    return {"count": count, "newest": _newest(question, run)}


def _newest(question: WebInput | None, run: Run | None) -> dict[str, str] | None:
    if run is not None and (question is None or run.last_event_at > question.created_at):
        return {"id": str(run.pk), "title": "A run needs you", "flow": run.flow.title}
    if question is None:
        return None
    title = str(question.context["title"])
    return {"id": str(question.pk), "title": title, "flow": question.run.flow.title}


def sign() -> tuple[Any, ...]:
    """Return what changes whenever something begins or ceases to wait for anybody."""
    asked = WebInput.objects.filter(status=WebInput.OPEN).aggregate(Count("pk"), Max("created_at"))
    unfinished = Run.objects.filter(status=Run.INACTIVE, wake_at__isnull=False)
    stopped = unfinished.aggregate(Count("pk"), Max("last_event_at"))
    return (*asked.values(), *stopped.values())
