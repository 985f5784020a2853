"""The interpreter: its bounds, what it keeps of a run, and that it never breaks."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang import events, machine
from flowlang.machine import ActionReported, Poll, Started

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CONTEXT: dict[str, Any] = {"run_id": "r-1"}
URL = "https://actions.example.org/copy"
END = {"Type": "Pass", "End": True}


def flow(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def action(**fields: Any) -> dict[str, Any]:
    return {
        "Type": "Action",
        "ActionUrl": URL,
        "Parameters": {},
        "ResultPath": "$.r",
        "End": True,
        **fields,
    }


def start(definition: dict[str, Any], data: Any = None, **options: Any) -> machine.Advance:
    program = machine.compile_definition(definition, **options)
    cursor = machine.begin(definition, {} if data is None else data, CONTEXT)
    return machine.advance(program, cursor, Started(cursor.data), NOW)


def go_on(
    definition: dict[str, Any], before: machine.Advance, outcome: machine.Outcome, at: float = 0
) -> Any:
    program = machine.compile_definition(definition)
    return machine.advance(program, before.cursor, outcome, NOW + timedelta(seconds=at), before.intent)


def last(advance: machine.Advance) -> Any:
    return advance.events[-1].details


def status(word: str, **fields: Any) -> ActionReported:
    return ActionReported({"action_id": "act-1", "status": word, "details": {}, **fields})


def ring(size: int) -> dict[str, Any]:
    """A flow of local states that never ends."""
    return flow(**{f"S{i}": {"Type": "Pass", "Next": f"S{(i + 1) % size}"} for i in range(size)})


def test_a_stretch_of_local_states_is_cut_at_its_bound() -> None:
    definition = ring(3)
    advance = start(definition)
    assert advance.intent == machine.Continue()
    assert advance.status == "ACTIVE"
    assert len(advance.events) == 1 + 2 * machine.MAX_LOCAL_STATES
    assert (advance.cursor.visit, advance.cursor.state) == (100, "S1")


def test_a_cut_stretch_goes_on_where_it_was() -> None:
    definition = ring(3)
    again = go_on(definition, start(definition), Started(is_new=False))
    assert again.events[0].details["state_name"] == "S1"
    assert "FlowStarted" not in {event.code for event in again.events}
    assert again.cursor.visit == 200


def test_a_loop_ends_at_the_transition_limit() -> None:
    definition = ring(2)
    program = machine.compile_definition(definition)
    advance = start(definition)
    while advance.intent is not None:
        advance = machine.advance(program, advance.cursor, Started(is_new=False), NOW, advance.intent)
    assert advance.status == "FAILED"
    assert last(advance)["exception"] == "Flows.TransitionLimitExceeded"
    assert "10,000" in last(advance)["cause"]
    assert advance.cursor.visit == machine.MAX_TRANSITIONS


def test_a_catcher_that_returns_to_the_failing_state_ends_too() -> None:
    looping = action(
        Parameters={"a.$": "$.zz"},
        Catch=[{"ErrorEquals": ["States.Runtime"], "ResultPath": "$.e", "Next": "Copy"}],
    )
    advance = start(flow(Copy=looping))
    assert advance.intent == machine.Continue()
    assert advance.cursor.visit == machine.MAX_LOCAL_STATES


def test_visits_count_the_states_entered() -> None:
    definition = flow(One={"Type": "Pass", "Next": "Two"}, Two=action(Next="Three"), Three=END)
    del definition["States"]["Two"]["End"]
    first = start(definition)
    assert (first.cursor.visit, first.cursor.state) == (2, "Two")
    assert go_on(definition, first, status("SUCCEEDED")).cursor.visit == 3


@pytest.mark.parametrize("named", [True, False])
def test_a_result_over_the_limit_is_caught_by_name_only(named: bool) -> None:
    name = "States.DataLimitExceeded" if named else "States.ALL"
    catch = [{"ErrorEquals": [name], "ResultPath": "$.err", "Next": "Done"}]
    definition = flow(Copy=action(Catch=catch), Done=END)
    before = start(definition, {"text": "x" * 150_000})
    after = go_on(definition, before, status("SUCCEEDED", details={"text": "y" * 60_000}))
    assert after.status == ("SUCCEEDED" if named else "FAILED")
    assert "204,800" in next(e for e in after.events if e.code == "ActionFailed").details["cause"]
    assert "r" not in after.cursor.data


@pytest.mark.parametrize(
    ("size_bytes", "fits"), [(machine.MAX_DATA_BYTES, True), (machine.MAX_DATA_BYTES + 1, False)]
)
def test_run_data_may_have_just_so_many_bytes(size_bytes: int, fits: bool) -> None:
    whole = len('{"text":"","b":{}}')
    definition = flow(Set={"Type": "Pass", "Result": {}, "ResultPath": "$.b", "End": True})
    # Two bytes a character: bytes count, not characters.
    text = "é" * ((size_bytes - whole) // 2) + "x" * ((size_bytes - whole) % 2)
    ended = start(definition, {"text": text})
    assert ended.status == ("SUCCEEDED" if fits else "FAILED")
    if not fits:
        assert last(ended)["exception"] == "States.DataLimitExceeded"
        assert last(ended)["cause"].startswith("The run data would have 204,801 bytes")


@pytest.mark.parametrize(("length", "is_cut"), [(60_000, False), (150_000, True)])
def test_a_long_failure_can_be_caught(length: int, is_cut: bool) -> None:
    catch = [{"ErrorEquals": ["ActionFailedException"], "ResultPath": "$.err", "Next": "Done"}]
    definition = flow(Copy=action(Catch=catch), Done=END)
    long = {"traceback": "x" * length}
    after = go_on(definition, start(definition, {"kept": 1}), status("FAILED", details=long))
    assert after.status == "SUCCEEDED"
    assert after.cursor.data["kept"] == 1
    assert after.cursor.data["err"]["details"]["details"] == long
    assert after.cursor.data["err"]["Cause"].endswith("xxx...") is is_cut


def test_a_huge_status_is_refused_and_its_action_aborted() -> None:
    definition = flow(Copy=action())
    running = go_on(definition, start(definition), status("ACTIVE"))
    after = go_on(definition, running, status("ACTIVE", details={"log": "x" * 10_000_000}))
    assert after.status == "FAILED"
    assert last(after)["exception"] == "States.DataLimitExceeded"
    assert after.abort is not None
    assert after.abort.action_id == "act-1"
    assert sum(len(str(event.details)) for event in after.events) < 2_000


def test_data_that_nests_deeper_at_each_turn_ends_at_a_limit() -> None:
    nest = {"Type": "ExpressionEval", "Parameters": {"a.$": "$"}, "ResultPath": "$", "Next": "Nest"}
    definition = flow(Nest=nest)
    program = machine.compile_definition(definition)
    advance = start(definition)
    told = list(advance.events)
    while advance.intent is not None:
        advance = machine.advance(program, advance.cursor, Started(is_new=False), NOW, advance.intent)
        told += advance.events
    assert last(advance)["exception"] == "States.DataLimitExceeded"
    assert all(orjson.dumps({"runs": [{"details": {"details": each.details}}]}) for each in told)
    assert "nested too deep" in last(advance)["cause"]


@pytest.mark.parametrize("value", ["\ud800", 2**80])
def test_what_cannot_be_stored_fails_the_run(value: Any) -> None:
    definition = flow(Copy=action())
    after = go_on(definition, start(definition), status("SUCCEEDED", details={"v": value}))
    assert after.status == "FAILED"
    assert last(after)["exception"] == "States.Runtime"


def test_a_refusal_whose_document_cannot_be_kept_keeps_its_sentence() -> None:
    definition = flow(Copy=action())
    refused = machine.ActionRefused("The provider said no.", {"text": "x" * 300_000})
    assert last(go_on(definition, start(definition), refused))["cause"] == "The provider said no."


def test_a_timeout_names_the_action_to_abort() -> None:
    definition = flow(Copy=action(WaitTime=10))
    running = go_on(definition, start(definition), status("ACTIVE"))
    late = go_on(definition, running, machine.Woken(), at=10)
    assert late.abort is not None
    assert (late.abort.action_id, late.abort.url) == ("act-1", URL)
    assert late.status == "FAILED"


@pytest.mark.parametrize("outcome", [machine.Canceled(), machine.Raised("Flows.Stopped", "It was stopped.")])
def test_cancelling_or_raising_aborts_a_running_action(outcome: machine.Outcome) -> None:
    definition = flow(Copy=action())
    running = go_on(definition, start(definition), status("ACTIVE"))
    after = go_on(definition, running, outcome)
    assert after.abort == running.intent
    assert (after.status, after.intent) == ("FAILED", None)


def test_cancelling_before_the_call_aborts_nothing() -> None:
    definition = flow(Copy=action())
    assert go_on(definition, start(definition), machine.Canceled()).abort is None


def test_the_run_is_inactive_while_its_action_is() -> None:
    definition = flow(Copy=action())
    waiting = go_on(definition, start(definition), status("INACTIVE"))
    assert waiting.status == "INACTIVE"
    assert go_on(definition, waiting, machine.ActionUnknown("503")).status == "INACTIVE"
    assert go_on(definition, waiting, machine.Woken(), at=5).status == "INACTIVE"
    assert go_on(definition, waiting, machine.Resumed()).status == "ACTIVE"


def test_inactive_details_tell_what_is_needed() -> None:
    definition = flow(Copy=action())
    asks = {"code": "AuthorizationParameters", "authorization_parameters": {"session_message": "Sign in"}}
    waiting = go_on(definition, start(definition), status("INACTIVE", details=asks, display_status="Sign in"))
    assert last(waiting) == {
        **asks,
        "reason": "Sign in",
        "state_name": "Copy",
        "state_type": "Action",
        "action_statuses": [
            {"action_id": "act-1", "status": "INACTIVE", "details": asks, "display_status": "Sign in"}
        ],
    }


def test_the_rhythm_of_polls_can_be_set() -> None:
    definition = flow(Copy=action())
    timing = machine.Timing(first_poll_seconds=0.25, max_poll_seconds=0.75)
    program = machine.compile_definition(definition, timing)
    advance = start(definition, timing=timing)
    seconds = []
    for _ in range(4):
        advance = machine.advance(program, advance.cursor, status("ACTIVE"), NOW, advance.intent)
        assert isinstance(advance.intent, Poll)
        seconds.append(advance.intent.interval_seconds)
    assert seconds == [0.25, 0.5, 0.75, 0.75]


def test_an_outcome_that_does_not_fit_changes_nothing() -> None:
    definition = flow(Copy=action())
    running = go_on(definition, start(definition), status("ACTIVE"))
    for outcome in (machine.Answered({}), machine.Resumed()):
        after = go_on(definition, running, outcome)
        assert after == replace(running, events=[])


def test_descriptions_are_sentences_with_the_state() -> None:
    definition = flow(First={"Type": "Pass", "Next": "Stop"}, Stop={"Type": "Fail", "Error": "Bad"})
    assert [event.description for event in start(definition).events] == [
        "The Flow Instance started execution",
        "State First of type Pass started",
        "State First of type Pass completed",
        "State Stop of type Fail started",
        "State Stop ended the run with Bad",
    ]
    assert start(flow(Done=END)).events[-1].description == "The Flow Instance completed successfully"
    canceled = go_on(definition, start(definition), machine.Canceled())
    assert canceled.events[-1].description == "The Flow Instance was canceled by the user"


def test_run_data_is_never_changed_in_place() -> None:
    compute = {"total.=": "len(a.b)", "all.$": "$"}
    definition = flow(
        Eval={"Type": "ExpressionEval", "Parameters": compute, "ResultPath": "$.a.t", "Next": "Copy"},
        Copy=action(ResultPath="$.a.r"),
    )
    data = {"a": {"b": [1, 2]}}
    before = copy.deepcopy(data)
    first = start(definition, data)
    kept = copy.deepcopy(first.cursor.data)
    go_on(definition, first, status("SUCCEEDED"))
    assert data == before
    assert first.cursor.data == kept


@pytest.mark.parametrize(
    "intent",
    [
        machine.Call(URL, {"a": [1, None]}, "User", None, NOW),
        Poll(URL, "act-1", "Flow", "scope", NOW, 1.5, NOW + timedelta(days=365), {"status": "ACTIVE"}, NOW),
        Poll(URL, "act-1", "Flow", "scope", NOW, 1.5, NOW, {"status": "ACTIVE"}),
        machine.Sleep(NOW + timedelta(microseconds=1)),
        machine.OpenInput({"InputType": "Selection"}),
        machine.AwaitInput("wi-1"),
        machine.Continue(),
    ],
)
def test_intents_can_be_stored(intent: machine.Intent) -> None:
    stored = machine.intent_to_json(intent)
    assert stored["kind"] == type(intent).__name__
    assert machine.intent_from_json(stored) == intent


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"Type": "Parallel", "Next": "S"},
        {"Type": ["Pass"], "End": True},
        {"Type": "Pass"},
        {"Type": "Pass", "End": False},
        {"Type": "Pass", "Next": 5},
        {"Type": "Pass", "InputPath": "a", "End": True},
        {"Type": "Pass", "ResultPath": None, "End": True},
        {"Type": "Pass", "ResultPath": "$._context.x", "End": True},
        {"Type": "ExpressionEval", "Parameters": {"a.=": "1 +"}, "ResultPath": "$.a", "End": True},
        {"Type": "Choice"},
        {"Type": "Choice", "Choices": [{"Next": "S"}]},
        {"Type": "Choice", "Choices": [5]},
        {"Type": "Choice", "Choices": {}},
        {"Type": "Wait", "End": True},
        {"Type": "Wait", "Seconds": -5, "End": True},
        {"Type": "Wait", "Seconds": True, "End": True},
        {"Type": "Wait", "Seconds": "60", "End": True},
        {"Type": "Wait", "Seconds": 10**12, "End": True},
        {"Type": "Wait", "Seconds": 1e308, "End": True},
        {"Type": "Wait", "Seconds": float("inf"), "End": True},
        {"Type": "Wait", "Seconds": float("nan"), "End": True},
        {"Type": "Wait", "Timestamp": "2026-02-30T00:00:00Z", "End": True},
        {"Type": "Wait", "Timestamp": 5, "End": True},
        {"Type": "Action", "ActionUrl": URL, "Parameters": {}, "WaitTime": "60", "End": True},
        {"Type": "Action", "ActionUrl": URL, "Parameters": {}, "WaitTime": -1, "End": True},
        {"Type": "Action", "ActionUrl": URL, "Parameters": [], "End": True},
        {"Type": "Action", "ActionUrl": URL, "Parameters": {}, "Catch": [{}], "End": True},
        {"Type": "Action", "ActionUrl": 5, "Parameters": {}, "End": True},
        {"Type": "AwaitWebInput", "Parameters": {}, "End": True},
    ],
    ids=str,
)
def test_a_state_that_the_checker_would_refuse_fails_the_run_with_a_reason(state: dict[str, Any]) -> None:
    advance = start(flow(S=state))
    assert advance.status == "FAILED"
    assert last(advance)["state_name"] == "S"
    assert last(advance)["cause"]


@pytest.mark.parametrize(
    "definition", [{}, {"StartAt": 5, "States": []}, {"StartAt": "A", "States": {"A": 1}}]
)
def test_a_definition_that_is_none_fails_the_run(definition: dict[str, Any]) -> None:
    assert start(definition).status == "FAILED"


def test_a_thousand_transitions_take_little_time() -> None:
    step = {"Type": "ExpressionEval", "Parameters": {"i.=": "c.i + 1"}, "ResultPath": "$.c", "Next": "More"}
    rule = {"Variable": "$.c.i", "NumericLessThan": 500, "Next": "Step"}
    definition = flow(More={"Type": "Choice", "Choices": [rule], "Default": "Done"}, Step=step, Done=END)
    program = machine.compile_definition(definition)
    cursor = machine.begin(definition, {"c": {"i": 0}}, CONTEXT)
    started = time.process_time()
    advance = machine.advance(program, cursor, Started(cursor.data), NOW)
    while advance.intent is not None:
        advance = machine.advance(program, advance.cursor, Started(is_new=False), NOW, advance.intent)
    assert advance.cursor.data == {"c": {"i": 500}}
    assert time.process_time() - started < 0.25


def test_the_language_imports_no_framework() -> None:
    script = "import flowlang.machine, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"django", "rest_framework", "celery", "channels", "redis", "jsonschema", "asyncio"} & set(
        loaded
    )


NAMES = st.sampled_from(["A", "B", "C", "Nowhere"])
PATHS = st.sampled_from(
    ["$", "$.a", "$.a.b", "$.n", "$.list[0]", "$.list[*]", "$._context.run_id", "$._context", "a"]
)
VALUES = st.sampled_from([None, 0, 5, "text", "2026-03-01T09:00:00Z", {"a": 1}, [1, {"b": 2}], True, -1.5])
TEMPLATES = st.dictionaries(
    st.sampled_from(["a.$", "b.$", "c.=", "d", "a", "__Private_Parameters"]),
    st.one_of(PATHS, VALUES, st.sampled_from(["n + 1", "a.b", "[x for x in list]", "1 +", "len(list)"])),
    max_size=3,
)
OPERATORS = st.sampled_from(
    ["StringEquals", "NumericLessThan", "IsPresent", "StringMatches", "IsNull", "BooleanEquals"]
)
RULES = st.builds(
    lambda path, operator, value, target: {"Variable": path, operator: value, "Next": target},
    PATHS, OPERATORS, VALUES, NAMES,
)  # fmt: skip
CATCHERS = st.builds(
    lambda name, path, target: {"ErrorEquals": [name], "ResultPath": path, "Next": target},
    st.sampled_from(["States.ALL", "States.Runtime", "ActionTimeout", "ActionFailedException"]), PATHS, NAMES,
)  # fmt: skip
STATES = st.fixed_dictionaries(
    {
        "Type": st.sampled_from(
            [
                "Pass",
                "Action",
                "Choice",
                "Wait",
                "ExpressionEval",
                "Fail",
                "CreateWebInput",
                "AwaitWebInput",
                "X",
            ]
        )
    },
    optional={
        "Next": NAMES,
        "End": st.booleans(),
        "Parameters": TEMPLATES,
        "InputPath": PATHS,
        "ResultPath": PATHS,
        "Result": VALUES,
        "Choices": st.lists(RULES, max_size=2),
        "Default": NAMES,
        "Seconds": VALUES,
        "TimestampPath": PATHS,
        "ErrorPath": PATHS,
        "ActionUrl": st.just(URL),
        "WaitTime": st.sampled_from([1, 5, 0, "x"]),
        "ExceptionOnActionFailure": st.booleans(),
        "Catch": st.lists(CATCHERS, max_size=2),
    },
)
OUTCOMES = st.one_of(
    st.builds(
        lambda word, action_id, details: ActionReported(
            {"status": word, "action_id": action_id, "details": details}
        ),
        st.sampled_from(["ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED", "DONE", None]),
        st.sampled_from(["act-1", "act-2", None]),
        VALUES,
    ),
    st.builds(machine.ActionRefused, st.just("no"), VALUES),
    st.builds(machine.ActionUnknown, st.just("503")),
    st.builds(machine.Woken),
    st.builds(machine.Answered, VALUES),
    st.builds(machine.Raised, st.sampled_from(["States.Runtime", "ActionTimeout"]), st.just("why")),
    st.builds(machine.Resumed),
    st.builds(machine.Started, st.none(), st.just(False)),
    st.builds(machine.Canceled),
)
DEFINITIONS = st.builds(
    lambda states: {"StartAt": "A", "States": states}, st.dictionaries(NAMES, STATES, min_size=1, max_size=3)
)


@given(
    DEFINITIONS, st.dictionaries(st.sampled_from(["a", "n", "list"]), VALUES), st.lists(OUTCOMES, max_size=6)
)
def test_advance_never_raises(definition: Any, data: Any, outcomes: list[machine.Outcome]) -> None:
    before = copy.deepcopy((definition, data))
    advance = start(definition, data)
    seen = list(advance.events)
    for number, outcome in enumerate(outcomes):
        if advance.intent is None:
            break
        stored = machine.intent_from_json(machine.intent_to_json(advance.intent))
        assert stored == advance.intent
        advance = go_on(definition, advance, outcome, at=2.0 * number)
        seen += advance.events
    assert (definition, data) == before
    terminal = [event.code in events.TERMINAL for event in seen]
    assert seen[0].code == "FlowStarted"
    assert terminal.count(True) == (advance.intent is None)
    assert not any(terminal[:-1])
    assert (advance.status in ("SUCCEEDED", "FAILED")) == (advance.intent is None)


def test_the_sentence_of_a_failure_can_be_kept_by_every_database() -> None:
    definition = flow(Stop={"Type": "Fail", "ErrorPath": "$.x"})
    failed = machine.advance(
        machine.compile_definition(definition),
        machine.begin(definition, {"x": "a\0b"}, {}),
        Started(is_new=False),
        NOW,
    )
    assert last(failed)["exception"] == "a\0b"
    assert failed.events[-1].description == "State Stop ended the run with a\ufffdb"
