"""What entering a state does, one function a state type; and what ends a wait or answers a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from flowlang import actions, events, paths, timestamps
from flowlang.intents import MAX_TRANSITIONS, Answered, AwaitInput, Intent, OpenInput, Outcome, Sleep, Woken
from flowlang.problems import JSON, FlowError
from flowlang.program import State
from flowlang.turn import Move, Stop, Turn, catch, complete, fail, leave

MAX_WAIT_SECONDS: Final = 31_536_000
_WAIT_FIELDS: Final = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")


def enter(turn: Turn, name: str) -> Move:
    """Enter the state `name` and return what it leads to. Every entry counts as a visit."""
    turn.name = name
    if turn.visit >= MAX_TRANSITIONS:
        cause = (
            f"The run entered {MAX_TRANSITIONS:,} states, which is the most that is allowed. Is there a loop?"
        )
        return fail(turn, "Flows.TransitionLimitExceeded", cause)
    turn.visit += 1
    try:
        state = turn.program.state(name)
    except FlowError as error:
        return fail(turn, error.name, error.cause)
    begin = _ENTER.get(state.type)
    if begin is None:
        return fail(turn, "States.Runtime", f'State "{name}" has the unknown Type "{state.type}".')
    try:
        return begin(turn, state)
    except FlowError as error:
        return catch(turn, state, error)


def resume(turn: Turn, state: State, outcome: Outcome, intent: Intent | None) -> Move | None:
    """Return where a wait or web input leads now, or None if the outcome is not for it. Raises FlowError."""
    if state.type == "Wait" and isinstance(outcome, Woken):
        if isinstance(intent, Sleep) and turn.now < intent.due_at:
            return Stop(intent, "ACTIVE")
        return _end_wait(turn, state)
    if state.type in ("CreateWebInput", "AwaitWebInput") and isinstance(outcome, Answered):
        return complete(turn, state, outcome.result)
    return None


def _enter_pass(turn: Turn, state: State) -> Move:
    turn.emit_started(state, input=turn.shown())
    if "Result" in state.fields:
        return complete(turn, state, state.fields["Result"])
    return complete(turn, state, turn.take_in(state, turn.data))


def _enter_choice(turn: Turn, state: State) -> Move:
    turn.emit_started(state, input=turn.shown())
    rule, target = _choose(turn, state)
    turn.emit_completed(state, next=target, rule=rule)
    return target


def _choose(turn: Turn, state: State) -> tuple[int | str, str]:
    for index, rule in enumerate(state.rules):
        if rule.holds(turn.data, turn.context):
            return index, rule.next
    default = state.fields.get("Default")
    if isinstance(default, str):
        return "Default", default
    raise FlowError("States.NoChoiceMatched", f'No rule of "{state.name}" holds, and it has no Default.')


def _enter_fail(turn: Turn, state: State) -> Move:
    turn.emit_started(state, input=turn.shown())
    return fail(turn, _reason(turn, state, "Error"), _reason(turn, state, "Cause"))


def _reason(turn: Turn, state: State, name: str) -> str | None:
    path = state.path_fields.get(f"{name}Path")
    if path is None:
        value = state.fields.get(name)
        return value if value is None or isinstance(value, str) else actions.json_text(value)
    value = paths.get(path, turn.data, turn.context)
    if _is_hidden(path):
        return events.MASK
    return value if isinstance(value, str) else actions.json_text(events.visible(value))


def _is_hidden(path: paths.Path) -> bool:
    return any(isinstance(step, str) and events.is_hidden(step) for step in path.steps)


def _enter_wait(turn: Turn, state: State) -> Move:
    try:
        due_at = _due_at(turn, state)
    except FlowError:
        turn.emit_started(state, input=turn.shown())
        raise
    turn.emit_started(state, input=turn.shown(), resume_at=timestamps.text(due_at))
    return _end_wait(turn, state) if due_at <= turn.now else Stop(Sleep(due_at), "ACTIVE")


def _end_wait(turn: Turn, state: State) -> Move:
    turn.emit_completed(state)
    return leave(turn, state)


def _due_at(turn: Turn, state: State) -> datetime:
    name = next((each for each in _WAIT_FIELDS if each in state.fields), "Seconds")
    path = state.path_fields.get(name)
    value = state.fields.get(name) if path is None else paths.get(path, turn.data, turn.context)
    where = f"{name} of the state" if path is None else f"{name} {path.text}"
    if name.startswith("Seconds"):
        return turn.now + timedelta(seconds=_seconds(value, where))
    try:
        return timestamps.parse(value if isinstance(value, str) else paths.kind(value))
    except ValueError as error:
        reason = "It is no timestamp." if path is not None and _is_hidden(path) else str(error)
        raise FlowError("States.Runtime", f"{where} cannot be waited for: {reason}") from error


def _seconds(value: JSON, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise FlowError("States.Runtime", f"{where} is not a whole number of seconds.")
    if not 0 <= value <= MAX_WAIT_SECONDS:
        raise FlowError("States.Runtime", f"{where} is not between 0 and {MAX_WAIT_SECONDS:,} seconds.")
    return int(value)


def _enter_create_web_input(turn: Turn, state: State) -> Move:
    return Stop(OpenInput(actions.take_input(turn, state)), "ACTIVE")


def _enter_await_web_input(turn: Turn, state: State) -> Move:
    asked = actions.take_input(turn, state)
    for name in ("web_input_id", "WebInputId"):
        web_input_id = asked.get(name)
        if isinstance(web_input_id, str):
            return Stop(AwaitInput(web_input_id), "ACTIVE")
    raise FlowError(
        "States.Runtime", 'The parameters of an AwaitWebInput state must hold "web_input_id" as text.'
    )


_ENTER: Final[dict[str, Callable[[Turn, State], Move]]] = {
    "Pass": _enter_pass,
    "ExpressionEval": _enter_pass,
    "Choice": _enter_choice,
    "Wait": _enter_wait,
    "Fail": _enter_fail,
    "Action": actions.enter,
    "CreateWebInput": _enter_create_web_input,
    "AwaitWebInput": _enter_await_web_input,
}
