"""Dry runs that are kept: each new version of the flow must still go the same way, or says it does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from flowlang.dry_run import Arrow
from flowlang.problems import JSON
from ide import stand_ins
from ide.models import Draft, Scenario
from ide.trials import Trial, definition_of, perform
from library.models import Flow
from wire.errors import BadRequest, NotFound, PayloadTooLarge, StateConflict
from wire.models import User

MOST: Final = 50
MOST_BYTES: Final = 262_144
MAX_NAME: Final = 128
_WORDS: Final = {"SUCCEEDED": "succeeds", "FAILED": "fails", "ACTIVE": "stops before an end"}


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario goes now. `words` say what is different; "" when nothing is."""

    scenario: Scenario
    words: str
    arrows: tuple[Arrow, ...]

    @property
    def is_kept(self) -> bool:
        return not self.words


def of(flow: Flow | None, draft: Draft | None) -> QuerySet[Scenario]:
    """Return the scenarios of a flow, or of a draft that is not of one; by name."""
    found = Scenario.objects.filter(flow=flow) if flow else Scenario.objects.filter(draft=draft, flow=None)
    return found.order_by("name")[:MOST] if flow or draft else Scenario.objects.none()


def keep(trial: Trial, name: str, draft: Draft | None) -> Scenario:
    """Keep how the dry run goes. Raises BadRequest, PayloadTooLarge, StateConflict for a name in use."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise BadRequest(f"A scenario needs a name of 1 to {MAX_NAME} characters.")
    if not trial.flow and not draft:
        raise BadRequest("Save the draft first: scenarios are kept with it.")
    if of(trial.flow, draft).count() >= MOST:
        raise StateConflict(f"There are {MOST} scenarios, which is the most. Delete one first.")
    run = perform(trial)
    visited = {name: several for name, several in trial.stand_ins.items() if name in run.path}
    fields = {
        "input": _text(trial.input),
        "stand_ins": _text(stand_ins.as_json(visited)),
        "path": run.path,
        "status": run.status,
    }
    owner = {"flow": trial.flow} if trial.flow else {"draft": draft}
    try:
        with transaction.atomic():
            return Scenario.objects.create(name=name, created_by=trial.user, **owner, **fields)
    except IntegrityError as error:
        raise StateConflict(f'There is a scenario "{name}" already. Choose another name.') from error


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES:
        raise PayloadTooLarge(f"A scenario may hold {MOST_BYTES:,} bytes; shorten its input or results.")
    return text


def run_all(
    user: User, definition: dict[str, JSON], flow: Flow | None, found: Iterable[Scenario]
) -> list[Result]:
    """Return how each scenario goes with this definition."""
    examples = stand_ins.examples(definition)
    trial = Trial(user, definition, None, {}, flow, timezone.now())
    return [_result(trial, dict(examples), scenario) for scenario in found]


def _result(trial: Trial, known: dict[str, Any], scenario: Scenario) -> Result:
    own = stand_ins.typed(orjson.loads(scenario.stand_ins))
    run = perform(replace(trial, input=orjson.loads(scenario.input), stand_ins=known | dict(own)))
    return Result(scenario, _difference(scenario, run.path, run.status), tuple(run.arrows))


def _difference(scenario: Scenario, path: list[str], status: str) -> str:
    """Return a sentence about the first thing that goes another way than it did."""
    before = [*scenario.path, f"the end: it {_WORDS[scenario.status]}"]
    now = [*path, f"the end: it {_WORDS[status]}"]
    for at, (was, is_now) in enumerate(zip(before, now, strict=False)):
        if was != is_now:
            after = f'After "{before[at - 1]}"' if at else "At the start"
            return f"{after} came {_named(was)}; now comes {_named(is_now)}."
    return ""


def _named(place: str) -> str:
    return place if place.startswith("the end: ") else f'"{place}"'


def adopt(draft: Draft, flow: Flow) -> None:
    """Let the scenarios of a draft go along with the new flow that it became."""
    Scenario.objects.filter(draft=draft, flow=None).update(flow=flow, draft=None)


def delete(found: QuerySet[Scenario], scenario_id: str) -> None:
    """Forget a scenario. Raises NotFound."""
    chosen = next((one for one in found if str(one.pk) == scenario_id), None)
    if chosen is None:
        raise NotFound(f"There is no scenario {scenario_id} here. It may have been deleted.")
    chosen.delete()


def published(user: User, flow: Flow, definition: str) -> list[dict[str, Any]]:
    """Return how the flow's scenarios go with the version that was just published."""
    found = of(flow, None)
    return told(run_all(user, definition_of(definition), flow, found)) if found else []


def told(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return results as the page's scripts read them."""
    return [
        {
            "id": str(one.scenario.pk),
            "name": one.scenario.name,
            "is_kept": one.is_kept,
            "words": one.words,
        }
        for one in results
    ]
