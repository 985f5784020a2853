"""What the editor is told of a dry run or of one state: marks for the diagram, and a piece of page."""

from __future__ import annotations

import json
from typing import Any, Final

from django.template.loader import render_to_string

from flowlang.differences import differences
from flowlang.dry_run import Arrow, DryRun, StandIns, coverage
from flowlang.problems import JSON
from flowlang.visit import Step
from ide.trials import Trial

MOST_CHARACTERS: Final = 20_000
MOST_CHANGES: Final = 20
MOST_SHOWN: Final = 100
_STATUS: Final = {"completed": "succeeded", "caught": "failed", "failed": "failed", "waits": "waiting"}
_ENDS: Final = {"SUCCEEDED": ("succeeded", "Succeeds"), "FAILED": ("failed", "Fails")}


def answer(trial: Trial, run: DryRun, also_covered: set[Arrow]) -> dict[str, Any]:
    """Return what a dry run shows.

    also_covered  the arrows that kept scenarios take
    """
    index = _index(trial.definition)
    status, words = _ENDS.get(run.status, ("waiting", "Stops before an end"))
    taken, every = coverage(trial.definition, set(run.arrows))
    context = {
        "status": status,
        "words": words,
        "taken": taken,
        "every": every,
        "together": coverage(trial.definition, {*run.arrows, *also_covered})[0] if also_covered else None,
        "steps": [shown(step, trial.stand_ins) for step in run.steps[:MOST_SHOWN]],
        "left_out": max(0, len(run.steps) - MOST_SHOWN),
    }
    return {
        "status": run.status,
        "path": run.path,
        "coverage": {"taken": taken, "all": every},
        "marks": [_mark(step, index) for step in run.steps],
        "html": render_to_string("ide/_dry_run.html", context),
    }


def shown(step: Step, stand_ins: StandIns | None = None) -> dict[str, Any]:
    """Return one visit of a state for its template."""
    found = differences(step.before, step.after)
    several = (stand_ins or {}).get(step.state) or []
    return {
        "step": step,
        "status": _STATUS[step.ending],
        "changes": found[:MOST_CHANGES],
        "changes_left_out": max(0, len(found) - MOST_CHANGES),
        "taken_in": None if step.taken_in is None else text(step.taken_in),
        "before": text(step.before),
        "after": text(step.after),
        "cause": step.cause if step.cause is None or isinstance(step.cause, str) else text(step.cause),
        "kind": several[0].kind if several else "succeeded",
        "details": text(several[0].details) if several else "{}",
    }


def text(value: JSON) -> str:
    """Return JSON to look at, cut when it is long."""
    written = json.dumps(value, indent=2, ensure_ascii=False)
    if len(written) <= MOST_CHARACTERS:
        return written
    return f"{written[:MOST_CHARACTERS]}\n… {len(written) - MOST_CHARACTERS:,} more characters"


def _index(definition: JSON) -> dict[str, int]:
    states = definition.get("States") if isinstance(definition, dict) else None
    return {name: at for at, name in enumerate(states if isinstance(states, dict) else {})}


def _mark(step: Step, index: dict[str, int]) -> dict[str, Any]:
    """Return how a visit is marked in the diagram: states by their numbers, -1 for the end."""
    return {
        "state": index.get(step.state),
        "status": _STATUS[step.ending],
        "to": index.get(step.way.target) if step.way else -1,
    }
