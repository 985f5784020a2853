"""What the matrix of failpoints consists of, and its judgement."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.engine.workshop import BASE
from tests.faults import checker
from tests.faults.flows import Definition, action, chain, wait
from tests.faults.site import Site
from tests.faults.trial import Outcome

TYPES = ("Pass", "Choice", "ExpressionEval", "Wait", "Fail", "Action", "CreateWebInput", "AwaitWebInput")
LOCAL = ("Pass", "Choice", "ExpressionEval", "Fail", "CreateWebInput")
CANCEL_POINTS = ("in_cancel",)
POINTS = (
    "after_claim",
    "after_intent",
    "before_call",
    "after_call",
    "in_commit",
    "after_commit_before_hint",
    "after_hint",
    "in_sweep",
    "in_timer",
    "in_cancel",
)
QUICK_POLLS = {"FIRST_POLL_SECONDS": "0.05", "MAX_POLL_SECONDS": "0.1"}
_QUESTION = {
    "InputType": "Selection",
    "Context": {"Title": "Publish?", "PresentationStyle": "Text", "Text": "Shall it be published?"},
    "Options": [{"Value": "yes"}, {"Value": "no"}],
}


def _state(kind: str, ledger: str, *, endless: bool) -> list[dict[str, Any]]:
    """Return a state of this type, with what has to stand before it."""
    ask = {"Type": "CreateWebInput", "Parameters": _QUESTION, "ResultPath": "$.ask"}
    rule = {"Variable": "$.x", "NumericEquals": 1, "Next": "S2"}
    states: dict[str, list[dict[str, Any]]] = {
        "Pass": [{"Type": "Pass", "Result": {"b": 2}, "ResultPath": "$.b"}],
        "Choice": [{"Type": "Choice", "Choices": [rule], "Default": "S2"}],
        "ExpressionEval": [{"Type": "ExpressionEval", "Parameters": {"c.=": "x + 1"}, "ResultPath": "$.e"}],
        "Wait": [wait(3600 if endless else 1)],
        "Fail": [],
        "Action": [action(f"{ledger}/{'endless' if endless else 'polled'}")],
        "CreateWebInput": [ask],
        "AwaitWebInput": [
            ask,
            {
                "Type": "AwaitWebInput",
                "Parameters": {"web_input_id.$": "$.ask.web_input_id"},
                "ResultPath": "$.a",
            },
        ],
    }
    return states[kind]


def definition(kind: str, ledger: str, *, endless: bool = False) -> Definition:
    """A flow with a state of this type and a call; `endless`: it waits there until it is cancelled."""
    call = action(f"{ledger}/instant")
    if kind == "Fail":
        return chain(call, {"Type": "Fail", "Error": "Wrong", "Cause": "So it was meant"})
    return chain(*_state(kind, ledger, endless=endless), call)


def timed(kind: str, ledger: str, *, endless: bool = False) -> Definition:
    """The same with a wait, so that a timer comes due in every one."""
    call, pause = action(f"{ledger}/instant"), wait(1)
    if kind == "Fail":
        return chain(call, pause, {"Type": "Fail", "Error": "Wrong", "Cause": "So it was meant"})
    return chain(*_state(kind, ledger, endless=endless), pause, call)


def tried_out(site: Site) -> Outcome:
    """R2: every point and every type of state, and every passage."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.cells", site.ledger],
        cwd=BASE, env=site.environment | QUICK_POLLS, text=True, capture_output=True, timeout=600,
    )  # fmt: skip
    cells = [json.loads(line) for line in done.stdout.splitlines()]
    passed = {(cell["type"], cell["point"]) for cell in cells if cell["passages"] and not cell["problems"]}
    problems = [f"{c['type']} at {c['point']}: {problem}" for c in cells for problem in c["problems"]]
    wanted = [(kind, point) for kind in TYPES for point in POINTS]
    missing = [f"{kind} never died {point}" for kind, point in wanted if (kind, point) not in passed]
    run_ids = [run_id for cell in cells for run_id in cell["runs"]]
    found = checker.check(site.tables, site.books, run_ids)
    values = {
        "cells": len(wanted),
        "percent": 100.0 * len(passed) / len(wanted),
        "deaths": sum(cell["passages"] for cell in cells),
        "stuck": found.stuck,
        "doubled": found.doubled,
        "gaps": found.gaps,
        "violations": len(found.violations),
        "repeated": found.repeated,
        "repeated beyond deaths": max(0, found.repeated - sum(cell["passages"] for cell in cells)),
    }
    said = [done.stderr[-2000:]] if done.stderr and (missing or problems) else []
    return Outcome(values, (*said, *problems, *missing, *found.violations))
