"""R14: what happened under an earlier release happens under this one: its histories are replayed.

HISTORIES_KEEP=1 stores the histories of this edition anew; do that once for each edition of the rules.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runs import engine
from runs.models import SEMANTICS, Run, WebInput
from tests.engine.conftest import action, fresh, make_due, start
from tests.engine.test_web_inputs import AWAIT, answer, ask
from tests.faults.history import history, noted, replayed

FOLDER = Path(__file__).parent / "histories"
STORED = sorted(FOLDER.glob("*.json"))
CATCH = [{"ErrorEquals": ["ActionFailedException"], "ResultPath": "$.error", "Next": "B"}]
ADD = {"Type": "ExpressionEval", "Parameters": {"n.=": "n + 1"}, "ResultPath": "$.sum"}
MORE = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.sum.n", "NumericEquals": 2, "Next": "C"}],
    "Default": "A",
}
END = {"Type": "Pass", "Parameters": {"x.$": "$.n"}, "ResultPath": "$.end", "End": True}


def carry_on(run: Run, times: int = 1) -> Run:
    for _ in range(times):
        engine.work(run.pk)
        if fresh(run).wake_at is None:
            break
        make_due(run)
    return run


def local(_ledger: object) -> Run:
    return carry_on(start(ADD, MORE, END, input={"n": 1, "_private": {"key": "k"}}))


def polled(ledger: object) -> Run:
    ledger.answers += ["ACTIVE", "ACTIVE", "SUCCEEDED"]
    return carry_on(start(action(), END, input={"n": 1}), 4)


def caught(ledger: object) -> Run:
    ledger.answers += ["ACTIVE", "FAILED"]
    return carry_on(start(action(Catch=CATCH), END, input={"n": 1}), 3)


def failed(_ledger: object) -> Run:
    return carry_on(start({"Type": "Pass"}, {"Type": "Fail", "Error": "Mine", "Cause": "So it is."}))


def canceled(_ledger: object) -> Run:
    run = start({"Type": "Wait", "Seconds": 60}, {"Type": "Wait", "Seconds": 3600}, END, input={"n": 1})
    carry_on(run, 2)
    engine.cancel(fresh(run))
    return carry_on(run)


def answered(_ledger: object) -> Run:
    run = start(ask(), AWAIT, END, input={"n": 1})
    engine.work(run.pk)
    answer(WebInput.objects.get(run=run))
    return carry_on(run, 2)


SCENES: list[Callable[..., Run]] = [local, polled, caught, failed, canceled, answered]


@pytest.mark.django_db
@pytest.mark.parametrize("scene", SCENES)
def test_a_run_of_today_replays_to_its_own_log(scene, ledger, monkeypatch):
    with noted(monkeypatch) as steps:
        run = fresh(scene(ledger))
    assert run.wake_at is None
    told = json.loads(json.dumps(history(run, steps)))
    if "HISTORIES_KEEP" in os.environ:
        text = json.dumps(told, indent=1, ensure_ascii=False)
        (FOLDER / f"{SEMANTICS}-{scene.__name__}.json").write_text(text + "\n")
    events, status = replayed(told)
    assert [told["events"][0], *events] == told["events"]
    assert status == told["status"]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_history_leads_to_the_same_events(path):
    told = json.loads(path.read_text())
    events, status = replayed(told)
    assert [told["events"][0], *events] == told["events"]
    assert status == told["status"]


def test_each_edition_of_the_rules_up_to_now_has_histories():
    assert {int(path.stem.split("-")[0]) for path in STORED} == set(range(1, SEMANTICS + 1))
    assert len(STORED) >= len(SCENES) * SEMANTICS


def test_a_history_that_was_changed_is_noticed():
    told = json.loads((FOLDER / "1-local.json").read_text())
    told["input"]["n"] = 7
    assert replayed(told)[0] != told["events"][1:]
