"""What is kept from one check to the next saves time and changes no answer."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bench.definitions import SCHEMA, SHAPES, flow
from flowlang import parts
from flowlang.check import Checked, check_text
from flowlang.collector import paused
from flowlang.dataflow import analysis
from flowlang.dataflow.joining import Memo
from flowlang.dataflow.schemas import of_schema
from flowlang.dataflow.steps import Step
from flowlang.definition import parse
from tests.flowlang.typing_texts import texts

FLOWS = Path(__file__).parents[1] / "flows"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "flows"
TOLD = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "integer"}, "label": {"type": "string"}},
    "additionalProperties": False,
}
URLS = (
    "https://transfer.actions.globus.org/transfer",
    "https://actions.automate.globus.org/transfer/transfer",
    "https://actions.example.org/copy",
    "https://compute.actions.globus.org/fxap",
)
# With and without an input schema, and providers that are known; as the editor asks, one or the other.
WAYS: tuple[tuple[Any, ...], ...] = (
    (),
    (json.dumps(SCHEMA),),
    ('{"type": "object", "properties": {"n": {"type": "number"}}}', dict.fromkeys(URLS, TOLD)),
    (None, dict.fromkeys(URLS, TOLD), dict.fromkeys(URLS, TOLD)),
)


def answer(checked: Checked) -> tuple[Any, ...]:
    return checked.problems, checked.spans, checked.states, checked.to_json(), checked.definition.value


def same_as_alone(asked: list[tuple[Any, ...]]) -> None:
    """Check all texts one after the other, and each as if there had been no other."""
    parts.forget()
    found = [answer(check_text(*each)) for each in asked]
    for each, before in zip(asked, found, strict=True):
        parts.forget()
        assert answer(check_text(*each)) == before, each


def asked(definition: Any, seed: int, count: int) -> list[tuple[Any, ...]]:
    way = WAYS[seed % len(WAYS)]
    others = WAYS[(seed + 1) % len(WAYS)]
    found = list(texts(definition, seed, count))
    return [(text, *(others if at % 7 == 6 else way)) for at, text in enumerate(found)]


@pytest.mark.parametrize("shape", SHAPES)
def test_edited_flows_are_answered_as_if_new(shape: str) -> None:
    for seed in range(2):
        same_as_alone(asked(flow(shape, 10), seed, 10))


def test_edited_golden_flows_are_answered_as_if_new() -> None:
    for seed, path in enumerate(sorted(FLOWS.glob("*/definition.json"))[::3]):
        same_as_alone(asked(json.loads(path.read_text()), seed, 4))


@pytest.mark.soak
def test_edited_real_flows_are_answered_as_if_new() -> None:
    if not CORPUS.exists():
        pytest.skip("the corpus of real flows is not here")
    for seed, path in enumerate(sorted(CORPUS.glob("*/definition.json"))):
        same_as_alone(asked(json.loads(path.read_text()), seed, 25))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_flows_that_take_turns_are_answered_as_if_new(seed: int) -> None:
    every = [asked(flow(shape, 20 + seed), seed + at, 10) for at, shape in enumerate(SHAPES)]
    same_as_alone([each for turn in zip(*every, strict=False) for each in turn])


def test_reading_state_by_state_is_reading() -> None:
    for seed, path in enumerate(sorted(FLOWS.glob("*/definition.json"))[::5]):
        for text in texts(json.loads(path.read_text()), seed, 6):
            read, plain = parts.read(text), parse(text)
            assert json.dumps(read.value) == json.dumps(plain.value) == json.dumps(read.document.value)
            assert read.document.problems == plain.problems
            for name in read.parts:
                for loc in (("States",), ("States", name), ("States", name, "Type"), ("States", name, "No")):
                    for on_key in (False, True):
                        assert read.document.span(loc, on_key=on_key) == plain.span(loc, on_key=on_key)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "1",
            '"x"',
            "[]",
            "{}",
            " { } ",
            "{} x",
            '{"States": {}}',
            '{"States": [1]}',
            '{"States": 1}',
        ),
        *(
            '{"States": {"A": 1}}',
            '{"States": {"A": {}, "A": {}}}',
            '{"States": {}, "States": {}}',
            '{"a": 1,}',
        ),
        *(
            '{"States": {"A": {"x": 1, "x": 2}}}',
            '{"States": {"\\u0041": {}, "A": {}}}',
            '{"States": {"\\n": {}}}',
        ),
        *(
            '{"States": {"A": {}}} {',
            '{"States": {"A": {"n": 1e999}}}',
            '{"States": {"A": {"n": NaN}}}',
            "{'a': 1}",
        ),
        *(
            '{"States": {"A": {}}',
            '{"States" : {"A" :\t{}\r\n} , "b":2}',
            '{"\\ud800": 1}',
            '{"a": "\\u0000"}',
        ),
        '{"States": {"A": ' + '{"x": ' * 61 + "{}" + "}" * 61 + "}}",
        '{"States": {"A": ' + '{"x": ' * 62 + "{}" + "}" * 62 + "}}",
        '{"x": ' + "[" * 63 + "]" * 63 + "}",
        '{"x": ' + "[" * 64 + "]" * 64 + "}",
        '{"x": ' + "[" * 90_000,
    ],
)
def test_odd_texts_are_read_as_ever(text: str) -> None:
    for _ in range(2):
        read, plain = parts.read(text), parse(text)
        assert json.dumps(read.value) == json.dumps(plain.value) == json.dumps(read.document.value)
        assert read.document.problems == plain.problems
        assert read.document.is_json == plain.is_json


def test_what_a_caller_does_to_a_value_changes_nothing() -> None:
    text = json.dumps(flow("chain", 10))
    first = check_text(text)
    first.definition.value["States"].clear()  # type: ignore[union-attr]
    assert answer(check_text(text))[2:] == (10, {"problems": [], "states": 10}, json.loads(text))


def flow_of(**states: Any) -> str:
    made = {name: {"Type": "Pass", **state} for name, state in states.items()}
    return json.dumps({"StartAt": next(iter(made)), "States": made})


RULE = {"Variable": "$.n", "NumericEquals": 1, "Next": "Last"}
ASK = {"Type": "Choice", "Choices": [RULE], "Default": "Write"}
WRITE = {"Result": {"b": 1}, "ResultPath": "$.a", "Next": "Last"}
FAR = {
    "a way around what writes": (
        flow_of(First={"Next": "Write"}, Write=WRITE, Last={"InputPath": "$.a", "End": True}),
        flow_of(First=ASK, Write=WRITE, Last={"InputPath": "$.a", "End": True}),
    ),
    "text in place of an object": tuple(
        flow_of(
            Write=WRITE | {"Result": result},
            Last={"Result": 1, "ResultPath": "$.a.deep", "End": True},
        )
        for result in ({"b": 1}, "text", {"b": 2})
    ),
    "another name that is close": tuple(
        flow_of(
            Write=WRITE | {"ResultPath": place},
            Last={"Parameters": {"x.$": "$.coun"}, "ResultPath": "$.y", "End": True},
        )
        for place in ("$.count", "$.cound", "$.other", "$.count")
    ),
    "a name that was misspelt": tuple(
        flow_of(
            Write=WRITE | {"ResultPath": place},
            Last={"Parameters": {"x.=": "coun + 1"}, "ResultPath": "$.coun", "End": True},
        )
        for place in ("$.coun", "$.count", "$.coun")
    ),
}
NUMBER = '{"n": {"type": "number"}}'
CLOSED = f'{{"type": "object", "required": ["n"], "properties": {NUMBER}, "additionalProperties": %s}}'


@pytest.mark.parametrize("edits", FAR.values(), ids=FAR)
@pytest.mark.parametrize("others", ["true", "false"])
def test_what_a_state_sees_of_an_edit_far_away_is_seen(edits: tuple[str, ...], others: str) -> None:
    same_as_alone([(text, CLOSED % others) for text in (*edits, *reversed(edits))])
    found = [answer(check_text(text, CLOSED % others)) for text in edits]
    assert found[0] != found[1]


def steps_there_are() -> int:
    return sum(type(each) is Step for each in gc.get_objects())  # isinstance would wake lazy objects


def test_what_is_forgotten_is_given_back_at_once() -> None:
    every = [each for shape in SHAPES for each in asked(flow(shape, 10), 1, 5)]
    parts.forget()
    gc.collect()
    with paused():
        for each in every:
            check_text(*each)
        assert steps_there_are() > 0
        parts.forget()
        assert steps_there_are() == 0


def test_threads_do_not_disturb_each_other() -> None:
    every = [list(texts(flow(shape, 10), seed, 6)) for seed, shape in enumerate((*SHAPES, *SHAPES))]
    parts.forget()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda each: [answer(check_text(text)) for text in each], every))
    parts.forget()
    assert found == [[answer(check_text(text)) for text in each] for each in every]


@pytest.mark.parametrize("most", [40, 90, 160, 260])
def test_what_is_remembered_counts_as_work(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_MAX_WORK", most)
    for seed, shape in enumerate(("loop", "choices")):
        same_as_alone(asked(flow(shape, 16), seed, 5))


def test_a_join_that_is_remembered_is_as_much_work_as_before() -> None:
    ids: dict[str, int] = {}
    deep = {"a": {"type": "object", "properties": {"b": {"type": "object", "properties": {"c": {}}}}}}
    schemas = [{"properties": deep | {name: {"type": "object"}}} for name in ("x", "y", "x")]
    values = tuple(of_schema(schema, ids) for schema in schemas)
    memo, found = Memo(), []
    for joins in (1, 1, 2):
        memo.begin()
        joined = [memo.all_joined(values, 1_000) for _ in range(joins)]
        memo.end()
        found.append((memo.work, joined[-1]))
    assert found[0] == found[1] == found[2]
    assert found[0][0] > len(values) + 2
    memo.begin()
    assert memo.all_joined(values, found[0][0]) is found[0][1]
    assert Memo().all_joined(values, found[0][0] - 1) is None
