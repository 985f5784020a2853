"""What a run's log says of a provider that does not answer, so that people see why the run waits."""

from __future__ import annotations

from typing import Final

from flowlang.events import ACTION_POLLED, Event
from flowlang.problems import JSON
from runs.lease import Hold

LONGEST_REASON: Final = 2_000


def still_waiting(hold: Hold, reason: str) -> list[Event]:
    """Return the event for one more failed try: at the first, second, fourth, eighth ... in a row."""
    tries = hold.attempts + 1
    if not reason or tries & (tries - 1):
        return []
    state = hold.cursor.state
    details: dict[str, JSON] = {
        "state_name": state,
        "state_type": "Action",
        "reason": reason[:LONGEST_REASON],
        "tries": tries,
    }
    return [Event(ACTION_POLLED, f"State {state} of type Action waits for its provider", details)]
