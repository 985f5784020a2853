"""The life of an action: called, polled, perhaps waiting for a person; done, failed, refused or too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from flowlang import events
from flowlang.intents import (
    ActionRefused,
    ActionReported,
    ActionUnknown,
    Call,
    Intent,
    Outcome,
    Poll,
    Resumed,
    Status,
    Woken,
)
from flowlang.paths import kind
from flowlang.problems import JSON, FlowError
from flowlang.program import State
from flowlang.sizes import encode_within_limit
from flowlang.turn import Move, Stop, Turn, complete, document_error, json_text, named

__all__ = ["enter", "json_text", "resume", "status_of", "take_input"]

DEFAULT_WAIT_SECONDS: Final = 300
MAX_WAIT_SECONDS: Final = 31_536_000
_INACTIVE_DETAILS: Final[tuple[str, ...]] = (
    "code",
    "description",
    "required_scope",
    "resolution_url",
    "authorization_parameters",
)


def enter(turn: Turn, state: State) -> Move:
    """Note the start of the action and ask for its call. Raises FlowError when its input cannot be made."""
    body = take_input(turn, state)
    return Stop(_call(turn, state, body), "ACTIVE")


def take_input(turn: Turn, state: State) -> dict[str, JSON]:
    """Return the evaluated input of a state, after noting that the state has started with it."""
    try:
        body = turn.take_in(state, {})
        encode_within_limit(body, "The input of the state")
    except FlowError:
        turn.emit_started(state, input=None)
        raise
    turn.emit_started(state, input=events.visible(state.mask(body)))
    if not isinstance(body, dict):
        raise FlowError("States.Runtime", f"The input of the state is {kind(body)}; it must be an object.")
    return body


def _call(turn: Turn, state: State, body: dict[str, JSON]) -> Call:
    handler = state.fields.get("Handler")
    place = handler if isinstance(handler, dict) else {}
    url, scope = (
        state.fields.get("ActionUrl", place.get("Url")),
        state.fields.get("ActionScope", place.get("Scope")),
    )
    if not isinstance(url, str):
        raise FlowError(
            "ActionUnableToRun", "This site runs action providers only, and the state names none."
        )
    run_as = state.fields.get("RunAs")
    return Call(
        url=url,
        body=body,
        run_as=run_as if isinstance(run_as, str) else "User",
        scope=scope if isinstance(scope, str) else None,
        deadline_at=turn.now + timedelta(seconds=_wait_seconds(state)),
    )


def _wait_seconds(state: State) -> int:
    seconds = state.fields.get("WaitTime", DEFAULT_WAIT_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 1 or seconds % 1:
        raise FlowError("States.Runtime", "WaitTime must be a whole number of seconds, 1 or more.")
    return int(min(seconds, MAX_WAIT_SECONDS))


def resume(turn: Turn, state: State, outcome: Outcome, intent: Intent | None) -> Move | None:
    """Return where an outcome leads the action, or None when it is not for it. Raises FlowError."""
    if not isinstance(intent, (Call, Poll)):
        return None
    match outcome:
        case ActionReported():
            return _report(turn, state, outcome.status, intent)
        case ActionRefused():
            raise _refusal(outcome)
        case ActionUnknown() | Woken():
            return _look_again(turn, intent, later=isinstance(outcome, ActionUnknown))
        case Resumed():
            return _resume_inactive(turn, state, intent)
        case _:
            return None


def status_of(intent: Intent | None) -> Status:
    """Return the status of a run that waits for `intent`."""
    return "INACTIVE" if isinstance(intent, Poll) and intent.inactive_since else "ACTIVE"


def _refusal(outcome: ActionRefused) -> FlowError:
    if outcome.details is None:
        return FlowError("ActionUnableToRun", outcome.cause)
    try:
        encode_within_limit(outcome.details)
    except FlowError:
        return FlowError("ActionUnableToRun", outcome.cause)
    return document_error("ActionUnableToRun", outcome.details)


def _report(turn: Turn, state: State, status: dict[str, JSON], intent: Call | Poll) -> Move:
    if not _is_sound(status, intent):
        return _unsound(turn, intent)
    _check_size(turn, status, intent)
    word = status["status"]
    if word in ("ACTIVE", "INACTIVE"):
        return _still_running(turn, state, status, intent)
    result: dict[str, JSON] = {**status, "state_name": state.name}
    if word == "FAILED" and state.fields.get("ExceptionOnActionFailure", True) is not False:
        raise document_error("ActionFailedException", result)
    return complete(turn, state, result)


def _is_sound(status: dict[str, JSON], intent: Call | Poll) -> bool:
    word, action_id = status.get("status"), status.get("action_id")
    if word not in ("ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"):
        return False
    if isinstance(intent, Poll):
        return action_id == intent.action_id
    return isinstance(action_id, str) or word in ("SUCCEEDED", "FAILED")


def _unsound(turn: Turn, intent: Call | Poll) -> Move:
    if isinstance(intent, Call):
        raise FlowError("ActionUnableToRun", "The provider's answer is not an action status document.")
    return _look_again(turn, intent, later=True)


def _check_size(turn: Turn, status: dict[str, JSON], intent: Call | Poll) -> None:
    try:
        encode_within_limit(status, "The status of the action")
    except FlowError:
        if status["status"] in ("ACTIVE", "INACTIVE"):
            turn.abort = replace(_next_poll(turn, intent, status), status={})
        raise


def _still_running(turn: Turn, state: State, status: dict[str, JSON], intent: Call | Poll) -> Move:
    """Return a stop with the next poll.

    1. Note what has changed since the last look.
    2. Time in which the action waited for a person is added to the deadline.
    3. While it is at work, the deadline ends it.
    """
    before = intent if isinstance(intent, Poll) else None
    since = before.inactive_since if before is not None else None
    is_inactive = status["status"] == "INACTIVE"
    if is_inactive and since is None:
        _emit_inactive(turn, state, status)
    elif before is not None and _has_changed(before.status, status):
        _emit_polled(turn, state, status)
    if is_inactive:
        poll = _next_poll(turn, intent, status)
        return Stop(replace(poll, inactive_since=since or turn.now), "INACTIVE")
    pause = turn.now - since if since is not None else timedelta(0)
    poll = _next_poll(turn, replace(intent, deadline_at=intent.deadline_at + pause), status)
    return _unless_late(turn, replace(poll, inactive_since=None))


def _next_poll(turn: Turn, intent: Call | Poll, status: dict[str, JSON]) -> Poll:
    timing = turn.program.timing
    if isinstance(intent, Poll):
        seconds, action_id = min(intent.interval_seconds * 2, timing.max_poll_seconds), intent.action_id
    else:
        seconds, action_id = timing.first_poll_seconds, str(status["action_id"])
    return Poll(
        url=intent.url,
        action_id=action_id,
        run_as=intent.run_as,
        scope=intent.scope,
        due_at=turn.now + timedelta(seconds=seconds),
        interval_seconds=seconds,
        deadline_at=intent.deadline_at,
        status=status,
        inactive_since=intent.inactive_since if isinstance(intent, Poll) else None,
    )


def _unless_late(turn: Turn, poll: Poll) -> Stop:
    if turn.now >= poll.deadline_at:
        turn.abort = poll
        raise document_error("ActionTimeout", poll.status)
    return Stop(replace(poll, due_at=min(poll.due_at, poll.deadline_at)), "ACTIVE")


def _look_again(turn: Turn, intent: Call | Poll, *, later: bool) -> Stop:
    """Return a stop that polls at once, or `later`, after the next interval. Raises ActionTimeout."""
    if isinstance(intent, Call):
        if turn.now >= intent.deadline_at:
            raise FlowError("ActionTimeout", "The provider did not answer before WaitTime was over.")
        return Stop(intent, "ACTIVE")
    poll = _next_poll(turn, intent, intent.status) if later else replace(intent, due_at=turn.now)
    return Stop(poll, "INACTIVE") if poll.inactive_since else _unless_late(turn, poll)


def _resume_inactive(turn: Turn, state: State, intent: Call | Poll) -> Stop | None:
    if not isinstance(intent, Poll) or intent.inactive_since is None:
        return None
    turn.emit(events.FLOW_RESUMED, "The Flow Instance was resumed by the user", named(state))
    poll = replace(
        intent,
        due_at=turn.now,
        interval_seconds=turn.program.timing.first_poll_seconds,
        deadline_at=intent.deadline_at + (turn.now - intent.inactive_since),
        inactive_since=None,
    )
    return Stop(poll, "ACTIVE")


def _has_changed(before: dict[str, JSON], after: dict[str, JSON]) -> bool:
    return any(before.get(name) != after.get(name) for name in ("status", "display_status", "details"))


def _emit_polled(turn: Turn, state: State, status: dict[str, JSON]) -> None:
    details: dict[str, JSON] = {**named(state), "output": events.visible(status)}
    turn.emit(events.ACTION_POLLED, f"State {state.name} of type {state.type} made progress", details)


def _emit_inactive(turn: Turn, state: State, status: dict[str, JSON]) -> None:
    shown = events.visible(status)
    said = status.get("details")
    told = {name: said[name] for name in _INACTIVE_DETAILS if name in said} if isinstance(said, dict) else {}
    reason = told.get("description") or status.get("display_status") or "The action needs a person."
    details: dict[str, JSON] = {**told, "reason": reason, **named(state), "action_statuses": [shown]}
    turn.emit(events.FLOW_INACTIVE, "The Flow Instance waits for a person", details)
