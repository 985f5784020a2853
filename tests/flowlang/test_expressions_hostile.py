"""Expressions that attack: each is one clean error, or a harmless value, quickly and in little memory."""

from __future__ import annotations

import gc
import json
import resource
import time
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang import expressions
from flowlang.problems import FlowError

MAX_SECONDS = 0.25
MAX_GROWTH_BYTES = 64 * 1024 * 1024
DATA = {
    "s": "text",
    "n": 7,
    "L": list(range(5_000)),
    "long": "a" * 90_000,
    "texts": ["a" * 9_000 for _ in range(20)],
    "a": {"b": [1, 2], "items": 5},
    "d": {str(i): {"v": i} for i in range(3_000)},
    "many": ["x"] * 9_000,
}
CONTEXT = {"run_id": "r-1"}

ERRORS = [
    "().__class__.__bases__[0].__subclasses__()",
    "'{0.__class__}'.format(1)",
    "'{a.__class__}'.format_map({'a': 1})",
    "f\"{s:{'}{.__class__}'}}\"",
    "(x for x in L).gi_frame",
    "str.mro()",
    "int.from_bytes",
    "str.maketrans",
    "eval('1')",
    "__import__('os')",
    "open('/etc/passwd')",
    "import os",
    "a = 5",
    "1; 2",
    "a += 1",
    "4000000**4000000",
    "(3**4000000)*(3**4000000)%7",
    "9**9**9",
    "1 << 10**9",
    "'%0200000000d' % 1",
    "'%*d' % (300000000, 1)",
    "'%.200000000f' % 1.5",
    "('%s' * 50000) % (('a' * 90000,) * 50000)",
    "f'{1:>300000000}'",
    "f'{1.5:.200000000f}'",
    "f'{s*25001}'",
    "f'{long}{long}'",
    "'a'.center(500000000)",
    "'a'.ljust(500000000)",
    "'a'.zfill(500000000)",
    "'\\t'.expandtabs(500000000)",
    "('a'*50000).replace('a', 'b'*20000)",
    "('a'*50000).replace('', 'b'*20000)",
    "','.join(['a'*100000]*5000)",
    "(1).to_bytes(500000000, 'big')",
    "[[[[0]*100]*100]*100]*100",
    "str([[[[0]*100]*100]*100]*100)",
    "[[[[0]*100]*100]*100]*100 == [[[[1]*100]*100]*100]*100 or [[[[0]*100]*100]*100]*100 == 1 or s.x",
    "[[[0]*1000]*1000]*1000 == [[[0]*1000]*1000]*1000",
    "{((((0,)*100,)*100,)*100,)*100}",
    "{}.get(((((0,)*100,)*100,)*100,)*100)",
    "((((0,)*100,)*100,)*100,)*100 in {}",
    "[long for x in many]",
    "[long + 'b' for x in many]",
    "[d for x in many]",
    "[texts for x in many]",
    "[long in long for x in L if long.find('b')]",
    "[d == {k: v for k, v in d.items()} for x in L]",
    "[x for x in L for y in L for z in L]",
    "[[y for y in L] for x in L]",
    "[x for x in L if x in L]",
    "{x * (2**61 - 1) for x in L for y in L}",
    "[long.split('a') for x in L]",
    "[long.startswith((long,) * 50000) for x in L]",
    "[L + [x] for x in L]",
    "[L[:] for x in L]",
    "[list(L) for x in L]",
    "[dict(d) for x in L]",
    "[d.items() for x in L]",
    "[L.index(-1) for x in L]",
    "(((((L + L) + L) + L) * 20) * 20) * 20",
    "-" * 300_000 + "1",
    "-" * 8_000 + "1",
    "(" * 5_000,
    "(" * 90 + "1" + ")" * 90 + "(",
    "1+" * 200_000 + "1",
    "1+" * 4_000 + "1",
    "a" + ".b" * 3_000,
    "a" + ".b" * 90,
    "not " * 2_000 + "1",
    "[" * 150 + "]" * 150,
    "",
    "   ",
    "# only comment",
    "s\0",
    "ｓ",
    "\ud800",
    "'\ud800'",
    "1/0",
    "1 % 0",
    "0 ** -1",
    "(-8) ** 0.5",
    "1e308 * 10",
    "L[5000]",
    "L[10 ** 30]",
    "a.missing",
    "5 < 'a'",
    "int(s)",
    "a[::0]",
    "int('9'*5000)",
    "9" * 5_000,
    "str(9**9**5)",
    "rand()",
    "randint(10)",
    "a.clear()",
    "a.update({'b': 0})",
    "a.b.append(99)",
    "a.pop('b')",
    "a.setdefault('z', 1)",
    "L.sort()",
    "1e400",
    "float('nan')",
    "float('inf')",
    "1j",
    "b'x'",
    "...",
    "{(1, 2): 3}",
    "s.upper",
    "'\\ud800'",
    "'\\x00'",
    "{'\\ud800': 1}",
    "2 ** 64",
    "-(2 ** 63) - 1",
    "getattr('" + "a." * 3_000 + "a')",
    "is_present('..')",
    "`$..*..*`",
    "`$.a[?(@.n =~ 1)]`",
    "`$[(@.length-1)]`",
    "yield 1",
    "await s",
    "print(s)",
    "(lambda: (lambda: 1)())()",
    "[x for x in [1] if (y := x)]",
    "exec",
    "globals()",
    "s.encode()",
    "s.translate({97: 'b'})",
    "long.title().upper().casefold() * 2",
    "'ß' * 100000 + 'ß'",
    "('ß' * 90000).upper()",
    "[f'{x:>999}' for x in L][0] + [f'{x:>999}' for x in many]",
    "{x: {y: 1 for y in L} for x in L}",
]
HARMLESS = {
    "''": "",
    "getattr(s, '__class__')": "__class__",
    "a.items": 5,
    "{1, 2}": [1, 2],
    "(2 ** 63 - 1) + 0": 2**63 - 1,
    "L[0:1000000000000] == L": True,
    "a.b[-2]": 1,
    "[[[[0]*100]*100]*100]*100 == 1": False,
}


@pytest.fixture(scope="module", autouse=True)
def _small_heap() -> Iterator[None]:
    """What other tests have left in memory is not walked while these are timed."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def outcome(text: str) -> object:
    """The value, or the error: nothing else may come out."""
    try:
        return expressions.evaluate(expressions.parse(text), DATA, CONTEXT)
    except (FlowError, expressions.ExpressionSyntaxError) as error:
        return error


@pytest.mark.parametrize("text", ERRORS, ids=lambda text: repr(text)[:60])
def test_hostile_expression_is_one_clean_error(text: str) -> None:
    before = orjson.dumps(DATA)
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    result = outcome(text)
    spent = time.process_time() - started
    grown_bytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - size) * 1024
    assert isinstance(result, (FlowError, expressions.ExpressionSyntaxError))
    assert len(str(result)) < 1_000
    assert spent < MAX_SECONDS
    assert grown_bytes < MAX_GROWTH_BYTES
    assert orjson.dumps(DATA) == before


@pytest.mark.parametrize(("text", "expected"), HARMLESS.items())
def test_odd_expression_has_a_harmless_value(text: str, expected: object) -> None:
    assert outcome(text) == expected


def test_ten_thousand_items_are_enough_for_a_listing() -> None:
    rows = {"rows": [{"name": f"f{i}"} for i in range(9_000)], "base": "/in/"}
    parsed = expressions.parse("[{'path': base.rstrip('/') + '/' + r.name} for r in rows]")
    assert len(expressions.evaluate(parsed, rows, {})) == 9_000


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
    assert time.process_time() - started < MAX_SECONDS
    assert orjson.dumps(DATA) == before
    if not isinstance(result, Exception):
        assert len(json.dumps(result, allow_nan=False)) < 10_000_000


@given(st.text(alphabet="ab01.'\"`()[]{}+-*,: \n\\#=fr$\0é\ud800", max_size=40))
def test_any_text_is_parsed_or_refused_with_a_place(text: str) -> None:
    try:
        expressions.parse(text)
    except expressions.ExpressionSyntaxError as error:
        assert 0 <= error.offset <= len(text) + 1
