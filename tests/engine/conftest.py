"""Flows and runs for the tests of the engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from library.models import Flow, FlowVersion
from providers import registry
from runs import clock, engine
from runs.models import Run, RunEvent
from tests.engine.ledger import URL, Ledger
from tests.engine.workshop import Workshop
from tests.people import person

CALL = {"Type": "Action", "ActionUrl": URL, "Parameters": {"a": 1}, "ResultPath": "$.done", "End": True}


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A provider of ours like any other, for as long as the test runs."""
    ledger = Ledger()
    monkeypatch.setitem(registry.built_in(), "ledger", ledger)
    return ledger


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Real processes on a data folder of their own."""
    workshop = Workshop(tmp_path_factory.mktemp("w"))
    yield workshop
    workshop.close()


def action(**fields: Any) -> dict[str, Any]:
    """An Action state that calls the ledger; a None takes a field away."""
    return {name: value for name, value in (CALL | fields).items() if value is not None}


def version_of(definition: dict[str, Any], **flow_fields: Any) -> FlowVersion:
    """A published version, owned by Alice; unchecked, so that a test may publish what the checker refuses."""
    alice = person("alice")
    flow = Flow.objects.create(title="Nightly copy", owner=alice, creator=alice, **flow_fields)
    return FlowVersion.objects.create(
        flow=flow, number=1, source=json.dumps(definition), states=len(definition["States"]), created_by=alice
    )


def start(*states: dict[str, Any], input: dict[str, Any] | None = None, **options: Any) -> Run:
    """Start a run of a flow whose states, named A, B, C ..., follow each other."""
    names = [chr(ord("A") + number) for number in range(len(states))]
    chained = {}
    for number, (name, state) in enumerate(zip(names, states, strict=True)):
        is_last = number == len(states) - 1
        leads_on = {} if is_last or "Next" in state else {"Next": names[number + 1]}
        chained[name] = {key: value for key, value in state.items() if is_last or key != "End"} | leads_on
    version = version_of({"StartAt": "A", "States": chained})
    return engine.start(version, options.pop("owner", None) or person("alice"), input or {}, **options)


def codes(run: Run) -> list[str]:
    return list(run.events.order_by("seq").values_list("code", flat=True))


def last_details(run: Run) -> dict[str, Any]:
    return dict(json.loads(run.events.latest("seq").details))


def log(run: Run) -> list[tuple[int, str, str, str]]:
    """All of the log but its times."""
    rows = RunEvent.objects.filter(run=run).order_by("seq")
    return list(rows.values_list("seq", "code", "description", "details"))


def writes(captured: Iterable[dict[str, str]]) -> int:
    """Return how many transactions wrote a run; PostgreSQL does that in one statement, without COMMIT."""
    return sum(query["sql"].startswith(("COMMIT", "WITH mine AS (UPDATE runs_run")) for query in captured)


def make_due(run: Run) -> None:
    """Let the time come that the run waits for."""
    assert Run.objects.filter(pk=run.pk, wake_at__isnull=False).update(wake_at=clock.now()) == 1


def expire_lease(run: Run) -> None:
    """What time does to a lease whose worker has died."""
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def fresh(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)
