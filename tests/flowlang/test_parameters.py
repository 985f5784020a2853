"""Parameters: templates, suffixes, and private members."""

from __future__ import annotations

import copy
import re
import time

import pytest

from flowlang import parameters
from flowlang.problems import FlowError

DATA = {"src": {"id": "E1"}, "files": ["a", "b"], "n": 2, "nothing": None, "_private": {"key": "s3cr3t"}}
CONTEXT = {"run_id": "r-1"}


def evaluate(template: object, data: object = DATA) -> object:
    return parameters.compile_template(template).evaluate(data, CONTEXT)


VALUES = [
    (
        {
            "ep.$": "$.src.id",
            "items": [{"p.$": "$.files[0]", "k": 1}],
            "lbl.=": "'n=' + str(n)",
            "c": ["$.n"],
        },
        {"ep": "E1", "items": [{"p": "a", "k": 1}], "lbl": "n=2", "c": ["$.n"]},
    ),
    ({}, {}),
    ({"a": {"b": {"c.$": "$.n"}}}, {"a": {"b": {"c": 2}}}),
    ({"a": [[{"b.$": "$.n"}], ["$.n", None]]}, {"a": [[{"b": 2}], ["$.n", None]]}),
    ({"whole.$": "$"}, {"whole": DATA}),
    ({"list.$": "$.files", "null.$": "$.nothing"}, {"list": ["a", "b"], "null": None}),
    ({"all.$": "$.files[*]"}, {"all": ["a", "b"]}),
    ({"run.$": "$._context.run_id"}, {"run": "r-1"}),
    ({"cost$": "$.n", "price=": "n", "a.b": "$.n"}, {"cost$": "$.n", "price=": "n", "a.b": "$.n"}),
    ({"a.b.$": "$.n"}, {"a.b": 2}),
    ({"key.$": "$._private.key", "__Private_Parameters": ["key"]}, {"key": "s3cr3t"}),
    ({"in": {"key": "x", "__Private_Parameters": ["key"]}}, {"in": {"key": "x"}}),
]


@pytest.mark.parametrize(("template", "expected"), VALUES, ids=lambda value: str(value)[:40])
def test_template(template: object, expected: object) -> None:
    before = copy.deepcopy((template, DATA))
    assert evaluate(template) == expected
    assert (template, DATA) == before


def test_keys_keep_their_order() -> None:
    assert list(evaluate({"z.$": "$.n", "a": 1, "m.=": "n"})) == ["z", "a", "m"]


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ({"subject.$": "$.destination.path"}, 'Field "subject.$" cannot be read: $.destination.path'),
        ({"a": [{"b.$": "$.zz"}]}, 'Field "a[0].b.$"'),
        ({"x.=": "foo"}, 'Expression for field "x.=" failed: name "foo" is not defined'),
        ({"a": {"x.=": "1 / 0"}}, 'Expression for field "a.x.=" failed: it divides by zero'),
    ],
    ids=str,
)
def test_failure_names_the_field(template: object, part: str) -> None:
    with pytest.raises(FlowError) as caught:
        evaluate(template)
    assert caught.value.name == "States.Runtime"
    assert part in caught.value.cause


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ([], "must be an object"),
        ({"x": 1, "x.$": "$.a"}, "given twice"),
        ({"x.$": "$.a", "x.=": "a"}, "given twice"),
        ({".$": "$.a"}, "no name before its ending"),
        ({".=": "a"}, "no name before its ending"),
        ({"a.$": 5}, "must be text"),
        ({"a.=": ["n"]}, "must be text"),
        ({"a.$": "n"}, 'starts with "$"'),
        ({"a.$": "States.Format('{}', $.n)"}, "do not exist here"),
        ({"a": [{"b.$": "$$.x"}]}, 'a[0].b.$": There is no $$'),
        ({"a.=": "1 +"}, "not an expression"),
        ({"__Private_Parameters": "key"}, "array of names"),
        ({"__Private_Parameters": [1]}, "array of names"),
    ],
    ids=str,
)
def test_malformed_template_is_refused(template: object, part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        parameters.compile_template(template)


def test_very_deep_template_is_refused() -> None:
    template: object = {}
    for _ in range(3_000):
        template = {"a": template}
    with pytest.raises(ValueError, match="nested deeper"):
        parameters.compile_template(template)


def test_private_members_are_masked_at_any_level() -> None:
    template = parameters.compile_template(
        {
            "password.$": "$._private.key",
            "open": 1,
            "rows": [
                {"token.=": "_private.key", "id": 1, "__Private_Parameters": ["token"]},
                {"token": "open"},
            ],
            "__Private_Parameters": ["password.$", "absent"],
        }
    )
    body = template.evaluate(DATA, CONTEXT)
    assert body == {
        "password": "s3cr3t",
        "open": 1,
        "rows": [{"token": "s3cr3t", "id": 1}, {"token": "open"}],
    }
    assert template.mask(body) == {
        "password": "********",
        "open": 1,
        "rows": [{"token": "********", "id": 1}, {"token": "open"}],
    }


def test_many_copies_of_the_run_data_end_at_the_limit_at_once() -> None:
    data = {"text": "x" * 150_000}
    template = parameters.compile_template({f"k{i}.$": "$" for i in range(2_000)})
    started = time.process_time()
    with pytest.raises(FlowError) as caught:
        template.evaluate(data, CONTEXT)
    assert caught.value.name == "States.DataLimitExceeded"
    assert time.process_time() - started < 0.05


def test_random_numbers_differ_from_field_to_field_and_are_fixed_by_the_seed() -> None:
    template = parameters.compile_template({"a.=": "rand()", "b": [{"c.=": "rand()"}], "d.=": "randint(9)"})
    first = template.evaluate(DATA, CONTEXT, "run-1/1")
    assert template.evaluate(DATA, CONTEXT, "run-1/1") == first
    assert template.evaluate(DATA, CONTEXT, "run-1/2") != first
    assert first["a"] != first["b"][0]["c"]


@pytest.mark.parametrize(
    "member",
    [("{}.$", "$.rows[*].zz"), ("{}.=", "[x.n for x in rows if x.n < 0]")],
    ids=["path", "expression"],
)
def test_thousands_of_slow_members_end_at_the_limit(member: tuple[str, str]) -> None:
    data = {"rows": [{"n": n} for n in range(9_000)]}
    template = parameters.compile_template({member[0].format(f"k{n}"): member[1] for n in range(1_000)})
    started = time.process_time()
    with pytest.raises(FlowError, match=r"too much is looked at|too many steps") as caught:
        template.evaluate(data, CONTEXT)
    assert caught.value.name == "States.Runtime"
    assert time.process_time() - started < 1
