"""The visits of runs with long logs, kept in this process: who opens a page again reads only what came since.

What is kept never grows old: events are only added to. What is more than MOST_VISITS is forgotten, first what
nobody has asked for the longest.
"""

from __future__ import annotations

import threading
from typing import Final
from uuid import UUID

from runs.models import Run
from runs.timeline import visits
from runs.timeline.visits import Summary

FEWEST_EVENTS: Final = 1_000
MOST_VISITS: Final = 40_000  # about 20 MB

_kept: dict[UUID, Summary] = {}
_lock = threading.Lock()


def summary_of(run: Run) -> Summary:
    """Return the visits of a run as of its last event. It is shared: do not change it."""
    if run.last_seq < FEWEST_EVENTS:
        return visits.summary_of(run)
    known = _kept.get(run.pk)
    if known is None or known.as_of > run.last_seq:
        summary = visits.summary_of(run)
    elif known.as_of < run.last_seq:
        summary = visits.fold(visits.steps_of(run, known.as_of + 1), onto=known)
    else:
        summary = known
    _keep(run.pk, summary)
    return summary


def _keep(run_id: UUID, summary: Summary) -> None:
    with _lock:
        _kept.pop(run_id, None)
        _kept[run_id] = summary
        held = sum(len(each.visits) for each in _kept.values())
        while held > MOST_VISITS:
            held -= len(_kept.pop(next(iter(_kept))).visits)
