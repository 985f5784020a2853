"""What is worked out about the run data, held against runs: random flows, random inputs, the real machine."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang import graph, machine
from flowlang.check import check
from flowlang.dataflow import analysis, results, schemas
from flowlang.dataflow.joining import join, widened
from flowlang.dataflow.values import OBJECT, Value, kind_of
from flowlang.infer import data_at, input_schema
from tests.flowlang.strategies import CHOICES, CONTEXT, INPUTS, START, URL, definitions, outcome

QUICK = settings(max_examples=150, deadline=None, derandomize=True)
# The random runs have meagre status documents; what every provider sends is not at stake here.
SENT = {
    *("creator_id", "label", "monitor_by", "manage_by", "start_time", "completion_time"),
    *("release_after", "display_status"),
}
TEXTS = st.text(max_size=4) | st.sampled_from(["$.a", "$", "a + b", "$.a[0].b", "[x for x in a if a]"])
KEYS = [
    "Type",
    "States",
    "StartAt",
    "Parameters",
    "Next",
    "Catch",
    "Choices",
    "a.$",
    "a.=",
    "A",
    "properties",
]
TYPES = ["Pass", "Action", "Choice", "Wait", "Fail", "ExpressionEval", "AwaitWebInput", "CreateWebInput"]
FIELDS = (
    "Parameters",
    "Result",
    "InputPath",
    "ResultPath",
    "Catch",
    "Choices",
    "Next",
    "Handler",
    "SecondsPath",
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)
STATES = st.dictionaries(
    st.sampled_from(["A", "B"]),
    st.fixed_dictionaries({"Type": st.sampled_from(TYPES)}, optional=dict.fromkeys(FIELDS, ANYTHING)),
    max_size=2,
)


def fits(value: Value, data: Any, depth: int = 0) -> bool:
    """Whether what a run holds is among what was worked out."""
    if not value.kinds & kind_of(data):
        return False
    if value.constants is not None and not isinstance(data, dict | list):
        return any(kind == kind_of(data) and scalar == data for kind, scalar in value.constants)
    if isinstance(data, dict) and value.members is not None:
        return members_fit(value, data, depth)
    if isinstance(data, list) and value.items is not None:
        items = value.items
        if len(data) < items.least or (items.exact is not None and len(items.exact) != len(data)):
            return False
        return all(fits(items.each, item, depth + 1) for item in data)
    return True


def members_fit(value: Value, data: dict[str, Any], depth: int) -> bool:
    members = value.members
    assert members is not None
    sent = SENT | ({"status"} if "web_input_id" in data else set())
    names = [key for key in members.possible() if members.certain & members.bit(key)]
    if any(name not in data for name in names if name not in sent):
        return False
    for key, below in data.items():
        listed = members.listed(key)
        if members.known & members.bit(key):
            if listed is None or not fits(listed, below, depth + 1):
                return False
        elif listed is None and members.rest is None:
            return False
    return True


def schema_of(data: Any) -> Any:
    """Return the narrowest schema of a value."""
    if isinstance(data, dict):
        properties = {name: schema_of(below) for name, below in data.items()}
        return {
            "type": "object",
            "properties": properties,
            "required": list(data),
            "additionalProperties": False,
        }
    if isinstance(data, list):
        return {"type": "array", "minItems": len(data)}
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return {"type": names[type(data)]}


def drive(definition: Any, data: Any, choices: list[int]) -> list[machine.Advance]:
    program = machine.compile_definition(definition)
    advance = machine.advance(program, machine.begin(definition, data, CONTEXT), machine.Started(data), START)
    found = [advance]
    for number, choice in enumerate(choices, start=1):
        if advance.intent is None:
            break
        came, now = outcome(advance.intent, choice), START + timedelta(seconds=10 * number)
        advance = machine.advance(program, advance.cursor, came, now, advance.intent)
        found.append(advance)
    return found


# What a provider may say of the details that `outcome` sends: {"files": 3, "_private_log": "..."}.
_TOLD: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "integer"}, "more": {"type": "string"}, "_private_log": {}},
}
DETAILS = st.sampled_from([None, None, _TOLD, {**_TOLD, "additionalProperties": False}])
SURE = {
    *("read-missing", "read-wiped", "read-kind", "read-details"),
    *("expression-kind", "input-kind", "wait-kind"),
}


def reading_details(definition: Any) -> Any:
    """Return the flow with some of its paths turned to the details of an action, which it begins with."""
    text = json.dumps(definition)
    for path, other in (("$.list[0].k", "files"), ("$.at", "more"), ("$.list[0]", "files.x"), ("$.n", "nil")):
        text = text.replace(f'"{path}"', f'"$.a.details.{other}"')
    flow = json.loads(text)
    first = {"Type": "Action", "ActionUrl": URL, "Parameters": {}, "ResultPath": "$.a"}
    first["Next"] = flow["StartAt"]
    return {"StartAt": "First", "States": {"First": first, **flow["States"]}}


@settings(QUICK, max_examples=300)
@given(definitions(), INPUTS, CHOICES, st.booleans(), DETAILS)
def test_what_a_run_holds_was_foreseen_and_what_must_fail_fails(
    definition: Any, data: Any, choices: list[int], has_schema: bool, told: Any
) -> None:
    known = {} if told is None else {URL: told}
    if told is not None:
        definition, choices = reading_details(definition), [0, *choices]  # the first action succeeds
    ids: dict[str, int] = {}
    start = schemas.of_schema(schema_of(data), ids) if has_schema else results.anything(ids)
    found = analysis.analyse(graph.build(definition), start, ids, known)
    problems = check(definition, schema_of(data) if has_schema else None, results=known)
    doomed = {str(p.loc[1]) for p in problems if p.code in SURE}
    for advance in drive(definition, data, choices):
        if advance.intent is not None:
            state = advance.cursor.state
            assert state in found.entered, state
            assert fits(found.entered[state], advance.cursor.data), (state, advance.cursor.data)
        for event in advance.events:
            done = event.details.get("state_name") if event.code.endswith("Completed") else None
            assert done not in doomed, (done, [p.message for p in problems if p.loc[1:2] == (done,)])


@QUICK
@given(definitions(), st.sampled_from(["A", "B", "Z"]))
def test_a_flow_fits_the_schema_that_it_asks_for(definition: Any, state: str) -> None:
    schema = input_schema(definition)
    json.dumps(schema)
    asked = {p.loc for p in check(definition, schema) if p.code in ("read-optional", "read-undeclared")}
    assert asked <= {p.loc for p in check(definition)}
    assert data_at(definition, schema, state)


@QUICK
@given(st.fixed_dictionaries({"StartAt": st.sampled_from(["A", "B"]), "States": STATES}), ANYTHING, ANYTHING)
def test_any_json_is_looked_through(definition: Any, schema: Any, other: Any) -> None:
    for each in (definition, other):
        check(each, schema)
        input_schema(each)
        data_at(each, schema, "A")


@QUICK
@given(st.lists(ANYTHING, min_size=2, max_size=4))
def test_joining_covers_what_is_joined(samples: list[Any]) -> None:
    ids: dict[str, int] = {}
    values = [schemas.of_schema(schema_of({"x": sample}), ids) for sample in samples]
    both = values[0]
    for value in values[1:]:
        both = join(both, value)
    assert all(fits(both, {"x": sample}) for sample in samples)
    assert all(join(both, value) is both for value in values)
    wide = widened(values[0], both)
    assert all(fits(wide, {"x": sample}) for sample in samples)


def test_loops_come_to_rest() -> None:
    definition = {
        "StartAt": "Grow",
        "States": {
            "Grow": {"Type": "Pass", "Parameters": {"before.$": "$", "again.$": "$"}, "Next": "More"},
            "More": {
                "Type": "ExpressionEval",
                "ResultPath": "$.n",
                "Parameters": {"i.=": "`$.n` + 1"},
                "Next": "Grow",
            },
        },
    }
    ids: dict[str, int] = {}
    found = analysis.analyse(graph.build(definition), results.anything(ids), ids)
    assert found.entered["Grow"].kinds == OBJECT
