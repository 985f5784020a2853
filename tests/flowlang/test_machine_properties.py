"""What holds for every flow that the checker passes, every input and everything that may happen."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowlang import events, machine
from flowlang.check import check
from flowlang.problems import FlowError
from tests.flowlang.strategies import CANARY, CHOICES, INPUTS, START, definitions, drive, is_sound

BOUNDED = settings(
    max_examples=100, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


@given(definitions(), INPUTS, CHOICES)
@BOUNDED
def test_a_run_of_a_sound_flow_keeps_every_promise(definition: Any, data: Any, choices: list[int]) -> None:
    assume(is_sound(definition))
    program = machine.compile_definition(definition)
    assert all(program.state(name).name == name for name in definition["States"])
    before = copy.deepcopy((definition, data))
    advances = list(drive(definition, data, choices))
    assert (definition, data) == before
    assert list(drive(definition, data, choices)) == advances, "a run that is repeated comes out the same"
    ends_once(advances)
    counts_its_states(advances)
    hides_what_is_private(advances)


def ends_once(advances: list[machine.Advance]) -> None:
    seen = [event.code for advance in advances for event in advance.events]
    assert seen[0] == events.FLOW_STARTED
    assert not any(code in events.TERMINAL for code in seen[:-1])
    assert (seen[-1] in events.TERMINAL) == (advances[-1].intent is None)
    for advance in advances:
        assert (advance.status in ("SUCCEEDED", "FAILED")) == (advance.intent is None)
        assert advance.intent is None or stored(advance.intent) == advance.intent


def stored(intent: machine.Intent) -> machine.Intent:
    return machine.intent_from_json(json.loads(json.dumps(machine.intent_to_json(intent))))


def counts_its_states(advances: list[machine.Advance]) -> None:
    entered = 0
    for advance in advances:
        entered += sum(
            event.code.endswith("Started") and event.code != events.FLOW_STARTED for event in advance.events
        )
        assert advance.cursor.visit == entered


def hides_what_is_private(advances: list[machine.Advance]) -> None:
    for advance in advances:
        for event in advance.events:
            assert CANARY not in json.dumps([event.description, event.details]), event.code


WORDS = st.sampled_from(
    ["StartAt", "States", "A", "Type", "Next", "End", "Parameters", "Choices", "Catch", "a.$", "a.="]
)
KEYS = WORDS | st.text(max_size=3)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


ODD = JUNK | st.sampled_from(
    [
        *(60.0, 1e308, -0.0, True, 2**53, "User", "https://x", "*\\*", "2026-03-01T10:00:00-00:00"),
        *("$", "$.a[-1]", "$.a[*]", "$.a[0]", "$._context", "$['a']", ["States.ALL"], {"a.$": "$.x[*]"}),
        *({"a.=": "f'{n}'"}, {"a": [{"b.=": "x"}]}, [{"Variable": "$.a", "IsNull": True, "Next": "A"}]),
    ]
)


@given(JUNK, JUNK)
@BOUNDED
def test_any_json_is_checked_and_any_object_fails_cleanly(definition: Any, data: Any) -> None:
    assert all(problem.message for problem in check(definition, data))
    if isinstance(definition, dict):
        program = machine.compile_definition(definition)
        cursor = machine.begin(definition, data, {})
        advance = machine.advance(program, cursor, machine.Started(data), START)
        assert advance.events[0].code == events.FLOW_STARTED


@given(definitions(), st.data())
@BOUNDED
def test_a_broken_flow_fails_cleanly(definition: Any, draw: st.DataObject) -> None:
    """One member anywhere is replaced by any JSON: the checker answers, and the machine never raises."""
    broken = copy.deepcopy(definition)
    name = draw.draw(st.sampled_from(sorted(broken["States"])))
    state = broken["States"][name]
    state[draw.draw(st.sampled_from([*sorted(state), "WaitTime", "Seconds", "Catch"]))] = draw.draw(ODD)
    can_run = is_sound(broken)
    try:
        machine.compile_definition(broken).state(name)
    except FlowError as error:
        assert error.cause
        assert not can_run, "what the checker passes is understood"
    assert list(drive(broken, {"_private": {"key": CANARY}}, [0, 1, 2, 3]))
