"""Random flows for hypothesis: definitions of every state type, inputs, and what may come of an intent.

definitions()        a flow that the checker passes in most cases: `assume(is_sound(definition))`
INPUTS               what a run may be started with; `_private` holds CANARY, which no event may show
outcome(intent, n)   the n-th thing that may come of an intent: many fit, some do not
drive(...)           a whole run: every advance, in order
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from flowlang import machine
from flowlang.check import check

CANARY = "s3cr3t-canary"
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CONTEXT: dict[str, Any] = {"run_id": "66666666-7777-8888-9999-000000000000", "username": "ada@example.org"}
URL = "https://actions.example.org/copy"
NAMES = ("A", "B", "C", "D", "E")

_PATHS = st.sampled_from(
    ["$.n", "$.a", "$.a.b", "$.text", "$.list", "$.list[0]", "$.list[0].k", "$.at", "$._context.run_id", "$"]
)
_PLACES = st.sampled_from(["$", "$.a", "$.a.b", "$.r", "$._run.x", "$['a b']", "$.list[0]", "$.n.deep"])
_JSONS = st.recursive(
    st.sampled_from([None, True, 0, -1, 2.5, -0.0, 2**60, "", "text", "$.n", "2026-03-01T10:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["k", "b", "_private_x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
_EXPRESSIONS = st.sampled_from(
    [
        *("n + 1", "text + 'x'", "[x for x in list if x]", "{'k': n}", "len(text)", "a.b", "rand() < 1"),
        *("getattr('a.b', 7)", "n if is_present('n') else 0", "`$.list[0]`", "1 / n", "f'{n}-{text}'"),
        *("_context.run_id", "randint(6)", "list[:1] + [n]", "text.split('e')", "pathsplit(text)"),
        *("getattr('list[*].k', 0)", "`$.a[*]`", "list if 'k' in list else text", "0 < n < a.b"),
        *("True & (n == 1)", "{'k': 1, text: n}['k']"),
    ]
)


_KINDS = ("private", "constant", "path", "expression", "private", "nested", "items")


@st.composite
def _templates(draw: st.DrawFn, depth: int = 1) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(["p", "q", "k", "list"]), max_size=3, unique=True)):
        kind = draw(st.sampled_from(_KINDS))
        if kind == "path":
            made[f"{name}.$"] = draw(_PATHS)
        elif kind == "expression":
            made[f"{name}.="] = draw(_EXPRESSIONS)
        elif kind == "private":
            made[f"{name}.$"] = "$._private.key"
            made["__Private_Parameters"] = [*made.get("__Private_Parameters", []), name]
        elif kind == "constant" or depth == 0:
            made[name] = draw(_JSONS)
        else:
            inner = draw(_templates(depth - 1))
            made[name] = inner if kind == "nested" else [inner, "$.n"]
    return made


_TEXT = {"String": "text", "Numeric": 2.5, "Boolean": True, "Timestamp": "2026-03-01T10:00:00Z"}
_OPERATORS = [
    *(f"{kind}Equals" for kind in _TEXT),
    *("StringLessThan", "NumericLessThan", "NumericGreaterThanEquals", "TimestampGreaterThan"),
    *("StringMatches", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp", "IsPresent"),
]


@st.composite
def _rules(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    kind = draw(st.sampled_from(["plain", "plain", "path", "And", "Or", "Not"])) if depth else "plain"
    if kind == "Not":
        return {"Not": draw(_rules(depth - 1))}
    if kind in ("And", "Or"):
        return {kind: draw(st.lists(_rules(depth - 1), min_size=1, max_size=3))}
    operator = draw(
        st.sampled_from([name for name in _OPERATORS if not name.startswith(("BooleanL", "BooleanG"))])
    )
    variable = draw(_PATHS)
    if kind == "path" and operator.startswith(tuple(_TEXT)) and operator != "StringMatches":
        return {"Variable": variable, f"{operator}Path": draw(_PATHS)}
    operand = next((value for kind, value in _TEXT.items() if operator.startswith(kind)), draw(st.booleans()))
    return {"Variable": variable, operator: "*e\\*?" if operator == "StringMatches" else operand}


_CATCHERS = st.builds(
    lambda names, path, target: {"ErrorEquals": names, "ResultPath": path, "Next": target},
    st.lists(
        st.sampled_from(["ActionUnableToRun", "ActionFailedException", "ActionTimeout", "States.Runtime"]),
        min_size=1, max_size=2, unique=True,
    ) | st.just(["States.ALL"]),
    _PLACES, st.sampled_from(NAMES),
)  # fmt: skip
_WAITS = st.one_of(
    st.builds(lambda n: {"Seconds": n}, st.sampled_from([0, 1, 60.0, 31_536_000])),
    st.builds(lambda p: {"SecondsPath": p}, _PATHS),
    st.builds(lambda p: {"TimestampPath": p}, _PATHS),
    st.builds(
        lambda t: {"Timestamp": t}, st.sampled_from(["2020-01-01T00:00:00Z", "2026-03-01T09:00:30+00:00"])
    ),
)
_REASONS = st.one_of(
    st.just({}),
    st.just({"Error": "Broken", "Cause": "It broke."}),
    st.builds(lambda p, q: {"ErrorPath": p, "CausePath": q}, _PATHS, _PATHS),
    st.just({"Error": "Broken", "CausePath": "$._private.key"}),
)
_ACTION_FIELDS = st.fixed_dictionaries(
    {"ActionUrl": st.just(URL)},
    optional={
        "WaitTime": st.sampled_from([1, 60.0, 172_800]),
        "ExceptionOnActionFailure": st.booleans(),
        "RunAs": st.sampled_from(["User", "Flow", "Curator"]),
        "Catch": st.lists(_CATCHERS, max_size=2),
    },
)
_QUESTIONS = st.fixed_dictionaries({}, optional={"Catch": st.lists(_CATCHERS, max_size=2)})


@st.composite
def _states(draw: st.DrawFn, names: tuple[str, ...]) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["Action", "Pass", "ExpressionEval", "Choice", "Wait", "Fail", "CreateWebInput", "AwaitWebInput"]
        )
    )
    if kind == "Fail":
        return {"Type": kind, **draw(_REASONS)}
    if kind == "Choice":
        rules = [
            {**rule, "Next": draw(st.sampled_from(names))}
            for rule in draw(st.lists(_rules(), min_size=1, max_size=3))
        ]
        default = {"Default": draw(st.sampled_from(names))} if draw(st.booleans()) else {}
        return {"Type": kind, "Choices": rules, **default}
    way = {"End": True} if draw(st.integers(0, 3)) == 0 else {"Next": draw(st.sampled_from(names))}
    if kind == "Wait":
        return {"Type": kind, **draw(_WAITS), **way}
    return {"Type": kind, **_source(draw, kind), **_fields(draw, kind), **way}


def _source(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind == "Pass" and draw(st.booleans()):
        return draw(st.sampled_from([{}, {"Result": {"k": [1, {"x.$": "$.n"}]}}]))
    if kind == "AwaitWebInput":
        return {"Parameters": {"web_input_id": "wi-1"}}
    if kind != "ExpressionEval" and draw(st.integers(0, 4)) == 0:
        return {"InputPath": draw(_PATHS)}
    return {"Parameters": draw(_templates())}


def _fields(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    place = {"ResultPath": draw(_PLACES)} if kind == "ExpressionEval" or draw(st.integers(0, 3)) else {}
    own = _ACTION_FIELDS if kind == "Action" else _QUESTIONS if kind.endswith("WebInput") else st.just({})
    return {**place, **_only_known(draw(own))}


def _only_known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != []}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A flow of one to five states of any type, every reference to one of them."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    states = {name: draw(_states(names)) for name in names}
    for state in states.values():
        for catcher in state.get("Catch", []):
            catcher["Next"] = names[NAMES.index(catcher["Next"]) % len(names)]
    return {"StartAt": names[0], "States": states}


_MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "n": st.sampled_from([1, 1, 2.5, 0, -2, 2**53 + 1, "3", None]),
    "a": st.one_of(st.just({"b": 1}), _JSONS),
    "text": st.sampled_from(["text", "", "tëxt\n", "2026-03-01T10:00:00Z"]),
    "list": st.one_of(st.just([{"k": 1}, 2]), st.lists(_JSONS, max_size=3)),
    "at": st.sampled_from(["2026-03-01T09:00:10Z", "2026-03-01", 5]),
}
_SECRET = {"_private": st.just({"key": CANARY})}
INPUTS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({**_SECRET, **_MEMBERS}), st.fixed_dictionaries(_SECRET, optional=_MEMBERS)
)


def is_sound(definition: Any) -> bool:
    """Whether the checker finds no error."""
    return not any(problem.severity == "error" for problem in check(definition))


def _status(word: str, action_id: str = "act-1") -> machine.ActionReported:
    details = {"files": 3, "_private_log": CANARY} if word != "INACTIVE" else {"code": "ConsentRequired"}
    return machine.ActionReported({"action_id": action_id, "status": word, "details": details})


_ANY: tuple[machine.Outcome, ...] = (
    machine.Woken(),
    machine.Started(is_new=False),
    machine.Resumed(),
    machine.Canceled(),
    machine.Raised("States.Runtime", "The engine says so."),
    machine.Answered({"web_input_id": "wi-1", "response": "yes"}),
    machine.ActionUnknown("503"),
)
_ACTION: tuple[machine.Outcome, ...] = (
    *(_status(word) for word in ("SUCCEEDED", "ACTIVE", "SUCCEEDED", "FAILED", "INACTIVE", "ACTIVE", "DONE")),
    machine.ActionRefused("No."),
    machine.ActionRefused("No.", {"code": "Denied", "_private": CANARY}),
    _status("SUCCEEDED", "act-2"),
    machine.ActionReported({}),
)
_QUESTION: tuple[machine.Outcome, ...] = (
    machine.Answered({"web_input_id": "wi-1", "response": "yes"}),
    machine.Raised("Flows.WebInputExpired", "Nobody answered in time."),
)


def outcome(intent: machine.Intent, choice: int) -> machine.Outcome:
    """Return one of the things that may come of `intent`; `choice` is any number from 0."""
    fitting: tuple[machine.Outcome, ...] = (machine.Woken(),)
    if isinstance(intent, machine.Continue):
        fitting = (machine.Started(is_new=False),)
    elif isinstance(intent, machine.Call | machine.Poll):
        fitting = _ACTION
    elif isinstance(intent, machine.OpenInput | machine.AwaitInput):
        fitting = _QUESTION
    choices = (*fitting, *fitting, *fitting, *_ANY)
    return choices[choice % len(choices)]


CHOICES = st.lists(st.integers(0, 60), max_size=12)


def drive(definition: dict[str, Any], data: dict[str, Any], choices: list[int]) -> Iterator[machine.Advance]:
    """Yield each advance of a run whose intents come to what `choices` say, ten seconds apart."""
    program = machine.compile_definition(definition)
    cursor = machine.begin(definition, data, CONTEXT)
    advance = machine.advance(program, cursor, machine.Started(data), START)
    yield advance
    for number, choice in enumerate(choices, start=1):
        if advance.intent is None:
            return
        now = START + timedelta(seconds=10 * number)
        advance = machine.advance(
            program, advance.cursor, outcome(advance.intent, choice), now, advance.intent
        )
        yield advance
