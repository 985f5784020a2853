"""What happened in a run: one shape for the row, the API's log entry, the socket message and the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flowlang.problems import JSON

FLOW_STARTED: Final = "FlowStarted"
FLOW_SUCCEEDED: Final = "FlowSucceeded"
FLOW_FAILED: Final = "FlowFailed"
FLOW_CANCELED: Final = "FlowCanceled"
FLOW_INACTIVE: Final = "FlowInactive"
FLOW_RESUMED: Final = "FlowResumed"
ACTION_FAILED: Final = "ActionFailed"
ACTION_POLLED: Final = "ActionPolled"
TERMINAL: Final = frozenset({FLOW_SUCCEEDED, FLOW_FAILED, FLOW_CANCELED})


@dataclass(frozen=True, slots=True)
class Event:
    """One log entry, before it has a number and a time.

    code          e.g. "ActionStarted"; `<Type>Started` and `<Type>Completed` for the states
    description   a fixed sentence, e.g. "State Copy of type Action started"
    details       e.g. {"state_name": "Copy", "state_type": "Action", "input": {...}}; secrets already masked
    """

    code: str
    description: str
    details: dict[str, JSON]
