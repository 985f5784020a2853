"""What happened in a run: one shape for the row, the API's log entry, the socket message and the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson

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

    code          e.g. "ActionStarted"; see `code_of_state`
    description   a fixed sentence, e.g. "State Copy of type Action started"
    details       e.g. {"state_name": "Copy", "state_type": "Action", "input": {...}}; secrets already masked
    """

    code: str
    description: str
    details: dict[str, JSON]


def code_of_state(state_type: str, phase: str) -> str:
    """Return the code of a state's event: `<Type>Started` or `<Type>Completed`.

    The end of an ExpressionEval is an ActionCompleted: in the hosted service an action evaluates it.
    Source  the log of a run of the hosted service
    """
    is_action = state_type == "ExpressionEval" and phase == "Completed"
    return ("Action" if is_action else state_type) + phase


HIDDEN_PREFIX: Final = "_private"
HIDDEN_NAME: Final = "_tokens"
MASK: Final = "********"


def is_hidden(name: str) -> bool:
    """Say whether a member of this name is left out of everything that people or programs see of a run."""
    return name == HIDDEN_NAME or name.startswith(HIDDEN_PREFIX)


def visible(value: JSON) -> JSON:
    """Return `value` without the members whose names begin with `_private` or are `_tokens`, at any depth.

    `value` is not changed; it is the answer itself when nothing had to be left out.
    Source  Flows documentation, Authoring Flows, "Protecting secrets"
    """
    return _without_hidden(value) if _may_hide(value) else value


def _may_hide(value: JSON) -> bool:
    # A look at the encoded bytes is far cheaper than a walk, and most data has nothing to hide.
    try:
        encoded = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return b'"_private' in encoded or b'"_tokens"' in encoded


def _without_hidden(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {name: _without_hidden(below) for name, below in value.items() if not is_hidden(name)}
    return [_without_hidden(below) for below in value] if isinstance(value, list) else value
