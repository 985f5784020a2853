"""Ends that the engine itself puts to a run: limits, and states that cost worker after worker its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flowlang import events
from flowlang.events import Event
from flowlang.machine import Advance, Poll
from flowlang.problems import JSON
from runs.lease import Hold

MAX_EVENTS: Final = 50_000
MAX_POLLS_UNTIL: Final = 40_000  # beyond so many events, the progress of actions is no longer noted
MAX_LOSSES: Final = 5
LONGEST_RUN: Final = timedelta(days=365)
WORKER_LOST: Final = "Flows.WorkerLost"
TOO_MANY_EVENTS: Final = "Flows.EventLimitExceeded"
TOO_OLD: Final = "Flows.RunTimeExceeded"


def bounded(hold: Hold, advance: Advance, now: datetime) -> Advance:
    """Return `advance`, or the failure of a run that has come to the limit of its log or of its age."""
    if hold.last_seq > MAX_POLLS_UNTIL:
        kept = [event for event in advance.events if event.code != events.ACTION_POLLED]
        advance = replace(advance, events=kept)
    if hold.last_seq + len(advance.events) >= MAX_EVENTS:
        cause = f"The log of the run has {MAX_EVENTS:,} entries, which is the most that is allowed."
        return failed(hold, TOO_MANY_EVENTS, cause, advance)
    if advance.intent is not None and now >= latest(hold):
        return too_old(hold, advance)
    return advance


def latest(hold: Hold) -> datetime:
    """Return when the run has taken as long as it may."""
    return hold.run.started_at + LONGEST_RUN


def too_old(hold: Hold, instead_of: Advance | None = None) -> Advance:
    """Return the failure of a run that has taken longer than that."""
    cause = "The run was started a year ago, which is the longest it may take."
    return failed(hold, TOO_OLD, cause, instead_of)


def given_up(hold: Hold) -> Advance:
    """Return the failure of a run whose state has cost five workers their lives; it must not cost a sixth."""
    cause = (
        f'State "{hold.cursor.state}" was begun {MAX_LOSSES} times, and each time the worker was lost before '
        "the end: killed, out of memory or stuck. Look into the workers' log, then start the run again."
    )
    return failed(hold, WORKER_LOST, cause)


def failed(hold: Hold, name: str, cause: str, instead_of: Advance | None = None) -> Advance:
    """Return the failure of a run where it stands; the action that it waits for is cancelled.

    instead_of   what the run would have done, of which nothing is written
    """
    details: dict[str, JSON] = {"state_name": hold.cursor.state, "exception": name, "cause": cause}
    event = Event(events.FLOW_FAILED, f"State {hold.cursor.state} ended the run with {name}", details)
    intents = (instead_of.intent if instead_of else None, hold.intent)
    action = next((intent for intent in intents if isinstance(intent, Poll)), None)
    return Advance(hold.cursor, [event], None, "FAILED", action)
