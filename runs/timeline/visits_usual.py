"""How long a flow usually takes, and each of its states: from its last runs that succeeded."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache

from runs.models import Run
from runs.timeline import visits

MOST_RUNS: Final = 20
FEWEST_RUNS: Final = 3
MOST_EVENTS: Final = 1_000
_MOST_LOOKED_AT: Final = 400
_KEPT_SECONDS: Final = 60


def usual(run: Run) -> dict[str, Any]:
    """Return {"runs", "flow", "states"}; durations are {"median", "p90"} in milliseconds.

    runs     how many runs it is from; with fewer than FEWEST_RUNS nothing is usual
    states   by name; of runs whose log is long, only the whole counts
    """
    name = f"usual-{run.flow_id}"
    found: dict[str, Any] | None = cache.get(name)
    if found is None:
        found = _usual(run.flow_id)
        cache.set(name, found, _KEPT_SECONDS)
    return found


def _usual(flow_id: UUID) -> dict[str, Any]:
    runs = _succeeded(flow_id)
    if len(runs) < FEWEST_RUNS:
        return {"runs": len(runs), "flow": None, "states": {}}
    whole = [_milliseconds(run) for run in runs]
    spans: dict[str, list[int]] = {}
    for run in runs:
        if run.last_seq > MOST_EVENTS:
            continue
        for visit in visits.summary_of(run).visits:
            if visit.ended is not None and visit.status == "succeeded":
                spans.setdefault(visit.state, []).append(visit.ended - visit.entered)
    states = {name: _spread(each) for name, each in spans.items() if len(each) >= FEWEST_RUNS}
    return {"runs": len(runs), "flow": _spread(whole), "states": states}


def _succeeded(flow_id: UUID) -> list[Run]:
    """The newest of them. A retried run did only a part of the flow; it does not count."""
    rows = Run.objects.filter(flow=flow_id).order_by("-started_at", "pk")
    rows = rows.only("status", "started_at", "completed_at", "last_seq", "retry").select_related("retry")
    fit = (run for run in rows[:_MOST_LOOKED_AT] if run.status == Run.SUCCEEDED and not hasattr(run, "retry"))
    return [run for run, _ in zip(fit, range(MOST_RUNS), strict=False)]


def _milliseconds(run: Run) -> int:
    assert run.completed_at is not None
    return round((run.completed_at - run.started_at).total_seconds() * 1000)


def _spread(values: Sequence[int]) -> dict[str, int]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered)),
        "p90": ordered[math.ceil(0.9 * len(ordered)) - 1],
    }
