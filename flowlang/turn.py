"""One call of `advance` while it is under way: where the run stands and what has happened so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

import orjson

from flowlang import events, paths
from flowlang.events import Event, code_of_state
from flowlang.intents import Advance, Cursor, Intent, Poll, Status
from flowlang.problems import JSON, FlowError
from flowlang.program import Catcher, Program, State
from flowlang.sizes import encode_within_limit

CATCHING_TYPES: Final = frozenset({"Action", "CreateWebInput", "AwaitWebInput"})
MAX_CUT_CAUSE: Final = 1_000
UNCAUGHT_BY_ALL: Final = frozenset({"States.Runtime", "States.DataLimitExceeded"})


@dataclass(frozen=True, slots=True)
class Stop:
    """The turn is over: do `intent`, or nothing more when the run has ended."""

    intent: Intent | None
    status: Status


Move: TypeAlias = "str | Stop"
"""What a state leads to: the name of the next state, or a stop."""


@dataclass(slots=True)
class Turn:
    """The moving parts of one `advance`."""

    program: Program
    now: datetime
    name: str
    visit: int
    data: JSON
    context: dict[str, JSON]
    abort: Poll | None = None
    events: list[Event] = field(default_factory=list)
    _shown: tuple[JSON, JSON] | None = None

    def take_in(self, state: State, otherwise: JSON) -> JSON:
        """Return the input of `state`, or `otherwise` where it names none.

        Its random numbers are fixed by run and visit: a visit that is repeated after a crash has the same.
        """
        seed = f"{self.context.get('run_id', '')}/{self.visit}"
        value = state.read(self.data, self.context, seed)
        return otherwise if value is paths.MISSING else value

    def shown(self) -> JSON:
        """Return the run data without what is hidden; worked out once for each version of it."""
        if self._shown is None or self._shown[0] is not self.data:
            self._shown = (self.data, self.program.shown(self.data))
        return self._shown[1]

    def store(self, path: paths.Path, result: JSON) -> None:
        """Put `result` into the run data. Raises FlowError, and then changes nothing."""
        data = paths.put(path, self.data, result)
        encode_within_limit(data)
        self.data = data

    def emit(self, code: str, description: str, details: dict[str, JSON]) -> None:
        """Note an event; `details` must be fit to be seen."""
        self.events.append(Event(code, description, details))

    def emit_started(self, state: State, **details: JSON) -> None:
        """Note that `state` was entered, with what it takes in."""
        self._emit_state(state, "Started", details)

    def emit_completed(self, state: State, **details: JSON) -> None:
        """Note that `state` is done; the output is the run data after it."""
        self._emit_state(state, "Completed", {"output": self.shown(), **details})

    def _emit_state(self, state: State, phase: str, details: dict[str, JSON]) -> None:
        description = f"State {state.name} of type {state.type} {phase.lower()}"
        self.emit(code_of_state(state.type, phase), description, {**named(state), **details})

    def close(self, stop: Stop) -> Advance:
        """Return the answer of this turn."""
        cursor = Cursor(self.name, self.visit, self.data, self.context)
        return Advance(cursor, self.events, stop.intent, stop.status, self.abort)


def named(state: State) -> dict[str, JSON]:
    """Return the details with which every event of a state begins."""
    return {"state_name": state.name, "state_type": state.type}


def leave(turn: Turn, state: State) -> Move:
    """Return where a completed state leads; at an end the run has succeeded."""
    if state.next is not None:
        return state.next
    turn.emit(events.FLOW_SUCCEEDED, "The Flow Instance completed successfully", {"output": turn.shown()})
    return Stop(None, "SUCCEEDED")


def complete(turn: Turn, state: State, result: JSON) -> Move:
    """Store the result of a state and leave it."""
    turn.store(state.result_path, result)
    turn.emit_completed(state)
    return leave(turn, state)


def fail(turn: Turn, name: str | None, cause: JSON) -> Stop:
    """End the run as failed at the present state. `name` is the exception, or the Error of a Fail state."""
    said = (name or "").replace("\0", "\ufffd")  # not every database keeps it
    description = f"State {turn.name} ended the run" + (f" with {said}" if said else " as failed")
    turn.emit(events.FLOW_FAILED, description, {"state_name": turn.name, "exception": name, "cause": cause})
    return Stop(None, "FAILED")


def catch(turn: Turn, state: State, error: FlowError) -> Move:
    """Return where the first matching catcher leads, or end the run.

    Source  Flows documentation, "Exceptions": the error output goes to the catcher's ResultPath
    """
    if state.type in CATCHING_TYPES:
        _emit_failed(turn, state, error)
    for catcher in state.catchers:
        if error.name in catcher.names or (
            "States.ALL" in catcher.names and error.name not in UNCAUGHT_BY_ALL
        ):
            return _caught(turn, state, catcher, error)
    return fail(turn, error.name, error.cause)


def _caught(turn: Turn, state: State, catcher: Catcher, error: FlowError) -> Move:
    output: dict[str, JSON] = {"Error": error.name, "Cause": error.cause, "details": error.details}
    if state.type == "AwaitWebInput":
        # Public flows go on to the Choice that reads `response`: it is there, and it is none of the answers.
        output["response"] = None
    try:
        _store_error(turn, catcher.result_path, output)
    except FlowError as second:
        return fail(turn, second.name, second.cause)
    return catcher.next


def _store_error(turn: Turn, path: paths.Path, output: dict[str, JSON]) -> None:
    try:
        turn.store(path, output)
    except FlowError as error:
        cause = output["Cause"]
        is_long = isinstance(cause, str) and len(cause) > MAX_CUT_CAUSE
        if error.name != "States.DataLimitExceeded" or not is_long:
            raise
        # The document is in it twice, as text and as it is; a long one must not make the failure final.
        turn.store(path, {**output, "Cause": f"{str(cause)[:MAX_CUT_CAUSE]}..."})


def _emit_failed(turn: Turn, state: State, error: FlowError) -> None:
    details: dict[str, JSON] = {**named(state), "exception": error.name, "cause": error.cause}
    if error.details is not None:
        details["output"] = events.visible(error.details)
    turn.emit(events.ACTION_FAILED, f"State {state.name} of type {state.type} failed", details)


def document_error(name: str, document: JSON) -> FlowError:
    """Return the exception `name` whose cause is the JSON text of `document`, without what is hidden."""
    return FlowError(name, json_text(events.visible(document)), document)


def json_text(document: JSON) -> str:
    """Return `document` as compact JSON text."""
    return orjson.dumps(document).decode()
