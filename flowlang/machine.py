"""The interpreter: `advance` says what a flow does next. Pure: no clock, no I/O, no ids of its own."""

from __future__ import annotations

from datetime import datetime

from flowlang import actions, events, steps
from flowlang.intents import (
    MAX_LOCAL_STATES,
    MAX_TRANSITIONS,
    ActionRefused,
    ActionReported,
    ActionUnknown,
    Advance,
    Answered,
    AwaitInput,
    Call,
    Canceled,
    Continue,
    Cursor,
    Intent,
    OpenInput,
    Outcome,
    Poll,
    Raised,
    Resumed,
    Sleep,
    Started,
    Status,
    Timing,
    Woken,
    intent_from_json,
    intent_to_json,
)
from flowlang.limits import MAX_DATA_BYTES
from flowlang.problems import JSON, FlowError
from flowlang.program import Program, compile_definition
from flowlang.turn import Move, Stop, Turn, catch, fail

__all__ = [
    "MAX_DATA_BYTES",
    "MAX_LOCAL_STATES",
    "MAX_TRANSITIONS",
    "ActionRefused",
    "ActionReported",
    "ActionUnknown",
    "Advance",
    "Answered",
    "AwaitInput",
    "Call",
    "Canceled",
    "Continue",
    "Cursor",
    "Intent",
    "OpenInput",
    "Outcome",
    "Poll",
    "Program",
    "Raised",
    "Resumed",
    "Sleep",
    "Started",
    "Status",
    "Timing",
    "Woken",
    "advance",
    "begin",
    "compile_definition",
    "intent_from_json",
    "intent_to_json",
]


def begin(definition: dict[str, JSON], input: JSON, context: dict[str, JSON]) -> Cursor:
    """Return the cursor of a run that is about to start; hand it to `advance` with Started(input).

    input    the run's input body, already validated
    context  what `$._context` reads: flow_id, run_id, username ...
    """
    start = definition.get("StartAt")
    return Cursor(start if isinstance(start, str) else "", 0, input, context)


def advance(
    program: Program,
    cursor: Cursor,
    outcome: Outcome,
    now: datetime,
    intent: Intent | None = None,
    *,
    most_states: int = MAX_LOCAL_STATES,
) -> Advance:
    """Return what a run does next.

    1. Apply `outcome` to the state in which the run stands.
    2. Go on through the states that need nothing from outside, up to `most_states` of them.
    3. Stop where something is to be done or waited for, or where the run ends.

    cursor   where the run stands; not changed
    outcome  what came of `intent`, or what a person asked; one that does not fit it changes nothing
    now      an aware instant, from the database's clock
    intent   the intent of the last advance
    most_states  after so many entered states it stops with Continue; who looks on takes them one by one
    Never raises for what a definition or a provider says: that ends in a catcher or in FlowFailed.
    """
    turn = Turn(program, now, cursor.state, cursor.visit, cursor.data, cursor.context)
    match outcome:
        case Canceled():
            return turn.close(_cancel(turn, intent))
        case Started():
            if outcome.is_new:
                shown = events.visible(cursor.data if outcome.input is None else outcome.input)
                turn.emit(events.FLOW_STARTED, "The Flow Instance started execution", {"input": shown})
            return _carry_on(turn, cursor.state, most_states)
        case _:
            return _carry_on(turn, _resume(turn, outcome, intent), most_states)


def _carry_on(turn: Turn, move: Move, states_left: int) -> Advance:
    while isinstance(move, str) and states_left > 0:
        move = steps.enter(turn, move)
        states_left -= 1
    if isinstance(move, str):
        turn.name = move
        move = Stop(Continue(), "ACTIVE")
    return turn.close(move)


def _cancel(turn: Turn, intent: Intent | None) -> Stop:
    turn.abort = intent if isinstance(intent, Poll) else None
    turn.emit(events.FLOW_CANCELED, "The Flow Instance was canceled by the user", {})
    return Stop(None, "FAILED")


def _resume(turn: Turn, outcome: Outcome, intent: Intent | None) -> Move:
    try:
        state = turn.program.state(turn.name)
    except FlowError as error:
        return fail(turn, error.name, error.cause)
    unmoved = Stop(intent, actions.status_of(intent))
    try:
        if isinstance(outcome, Raised):
            turn.abort = intent if isinstance(intent, Poll) else None
            raise FlowError(outcome.name, outcome.cause)
        resume = actions.resume if state.type == "Action" else steps.resume
        return resume(turn, state, outcome, intent) or unmoved
    except FlowError as error:
        return catch(turn, state, error)
