"""Expressions that attack: each is one clean error, or a harmless value, quickly and in little memory."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang import expressions
from flowlang.problems import FlowError
from tests.flowlang.hostile_expressions import DATA, ERRORS, HARMLESS, LOOPS, outcome

MAX_SECONDS = 0.05
MAX_GROWTH_BYTES = 64 * 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def _small_heap() -> Iterator[None]:
    """Garbage is looked for among what these tests make, not among all that others have left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("text", ERRORS, ids=lambda text: repr(text)[:60])
def test_hostile_expression_is_one_clean_error(text: str) -> None:
    before = orjson.dumps(DATA)
    result = outcome(text)
    assert isinstance(result, (FlowError, expressions.ExpressionSyntaxError))
    assert len(str(result)) < 1_000
    assert orjson.dumps(DATA) == before


def test_hostile_expressions_end_soon_and_take_little_memory() -> None:
    """In a process of its own: what other tests have left in memory is neither walked nor counted."""
    script = Path(__file__).with_name("hostile_expressions.py")
    command = [sys.executable, str(script), str(MAX_SECONDS)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    figures = json.loads(run.stdout)
    assert len(figures) == len(ERRORS) + len(LOOPS)
    assert [each for each in figures if each["seconds"] > MAX_SECONDS] == []
    assert sum(each["grown_bytes"] for each in figures) < MAX_GROWTH_BYTES


@pytest.mark.parametrize(("text", "expected"), HARMLESS.items())
def test_odd_expression_has_a_harmless_value(text: str, expected: object) -> None:
    assert outcome(text) == expected


ROWS = {
    "rows": [{"name": f"f{i}", "size": i} for i in range(9_999)],
    "base": "/in/",
    "L": list(range(10_000)),
}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[{'path': base.rstrip('/') + '/' + r.name} for r in rows]", 9_999),
        ("[r.name for r in rows if r.size > 4999 and not r.name.startswith('.')]", 4_999),
        ("{r.name: r.size for r in rows}", 9_999),
        ("[x * 2 + 1 for x in L]", 10_000),
        ("[str(x) + '/' + f'{x:05d}' for x in L]", 10_000),
        ("[x for x in L if x % 100 in [0, 1, 2]]", 300),
    ],
)
def test_ten_thousand_items_are_not_too_many(text: str, count: int) -> None:
    assert len(expressions.evaluate(expressions.parse(text), ROWS, {})) == count


def test_an_item_more_is_too_many() -> None:
    parsed = expressions.parse("[x for x in L]")
    with pytest.raises(FlowError, match="more than 10,000 items"):
        expressions.evaluate(parsed, {"L": [0] * 10_001}, {})


ATOMS = st.sampled_from(
    [
        "s",
        "n",
        "a",
        "L",
        "d",
        "a.b",
        "texts",
        "_context",
        "1",
        "2.5",
        "'x'",
        "None",
        "True",
        "[]",
        "{}",
        "`$.a.b`",
    ]
)
BINARY = st.sampled_from(
    [
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "<<",
        ">>",
        "&",
        "|",
        "^",
        "<",
        "==",
        "in",
        "is",
        "and",
        "or",
        "not in",
    ]
)
CALLS = st.sampled_from(
    ["str", "int", "float", "len", "list", "dict", "set", "tuple", "pathsplit", "getattr", "is_present"]
)
METHODS = st.sampled_from(
    [
        "split",
        "join",
        "replace",
        "get",
        "items",
        "index",
        "count",
        "zfill",
        "upper",
        "strip",
        "copy",
        "startswith",
    ]
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, BINARY, inner),
        st.builds("{}({})".format, CALLS, inner),
        st.builds("({}).{}({})".format, inner, METHODS, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{{{}, {}}}".format, inner, inner),
        st.builds("[{} for x in {} if {}]".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({},)".format, inner),
        st.builds("f'{{{}}}'".format, inner.filter(lambda text: not set(text) & set("'`{}"))),
    )


@given(st.recursive(ATOMS, _grow, max_leaves=8))
def test_evaluation_gives_json_or_a_flow_error(text: str) -> None:
    before = orjson.dumps(DATA)
    started = time.process_time()
    result = outcome(text)
    assert time.process_time() - started < 5 * MAX_SECONDS
    assert orjson.dumps(DATA) == before
    if not isinstance(result, Exception):
        assert len(json.dumps(result, allow_nan=False)) < 10_000_000


@given(st.text(alphabet="ab01.'\"`()[]{}+-*,: \n\\#=fr$\0é\ud800", max_size=40))
def test_any_text_is_parsed_or_refused_with_a_place(text: str) -> None:
    try:
        expressions.parse(text)
    except expressions.ExpressionSyntaxError as error:
        assert 0 <= error.offset <= len(text) + 1
