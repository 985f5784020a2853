"""Choice rules: operators, types, wildcards, and what happens when something is not there."""

from __future__ import annotations

import re
import time

import pytest

from flowlang import choices
from flowlang.problems import FlowError

DATA = {
    "text": "banana",
    "other": "cherry",
    "number": 3,
    "same": 3.0,
    "float": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "at": "2026-03-01T10:00:00+01:00",
    "same_at": "2026-03-01T09:00:00Z",
    "later": "2026-03-01T09:00:00.5Z",
    "object": {"deep": [{"x": 1}]},
    "digits": "3",
    "multi": "a\nb*c\\d",
}


def holds(rule: object) -> bool:
    return choices.compile_rule(rule)(DATA, {"run_id": "r-1"})


ORDER = {
    "Equals": (False, True, False),
    "LessThan": (True, False, False),
    "GreaterThan": (False, False, True),
    "LessThanEquals": (True, True, False),
    "GreaterThanEquals": (False, True, True),
}
OPERANDS = {
    "String": ("$.text", ["cat", "banana", "apple"], ["$.other", "$.text", "$.digits"]),
    "Numeric": ("$.number", [4, 3.0, 2.5], ["$.object.deep[0].big", "$.same", "$.float"]),
    "Timestamp": (
        "$.at",
        ["2026-03-01T09:00:01Z", "2026-03-01T09:00:00Z", "2026-03-01T09:59:59+01:00"],
        ["$.later", "$.same_at", "$.earlier"],
    ),
}
MORE = {
    "$.object.deep[0].big": ("object", {"deep": [{"big": 9}]}),
    "$.earlier": ("earlier", "2020-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("kind", OPERANDS)
@pytest.mark.parametrize("order", ORDER)
def test_comparison(kind: str, order: str) -> None:
    variable, values, references = OPERANDS[kind]
    data = DATA | dict(MORE.values())
    for value, reference, expected in zip(values, references, ORDER[order], strict=True):
        by_value = choices.compile_rule({"Variable": variable, kind + order: value})
        by_path = choices.compile_rule({"Variable": variable, f"{kind}{order}Path": reference})
        assert by_value(data, {}) is expected
        assert by_path(data, {}) is expected


TRUE = [
    {"Variable": "$.yes", "BooleanEquals": True},
    {"Variable": "$.no", "BooleanEqualsPath": "$.no"},
    {"Variable": "$.nothing", "IsNull": True},
    {"Variable": "$.text", "IsNull": False},
    {"Variable": "$.text", "IsString": True},
    {"Variable": "$.number", "IsNumeric": True},
    {"Variable": "$.yes", "IsNumeric": False},
    {"Variable": "$.no", "IsBoolean": True},
    {"Variable": "$.at", "IsTimestamp": True},
    {"Variable": "$.text", "IsTimestamp": False},
    {"Variable": "$.number", "IsTimestamp": False},
    {"Variable": "$.nothing", "IsPresent": True},
    {"Variable": "$.zz.y", "IsPresent": False},
    {"Variable": "$.object.deep[0].x", "NumericEquals": 1},
    {"Variable": "$._context.run_id", "StringEquals": "r-1"},
    {"Not": {"Variable": "$.digits", "NumericEquals": 3}},
    {"And": [{"Variable": "$.yes", "BooleanEquals": True}, {"Variable": "$.number", "NumericLessThan": 5}]},
    {"Or": [{"Variable": "$.no", "BooleanEquals": True}, {"Variable": "$.number", "NumericLessThan": 5}]},
    {"Or": [{"Variable": "$.yes", "BooleanEquals": True}, {"Variable": "$.zz", "NumericLessThan": 5}]},
    {"Not": {"And": [{"Variable": "$.zz", "IsPresent": True}, {"Variable": "$.zz", "NumericLessThan": 5}]}},
    {"Variable": "$.text", "StringMatches": "ban*", "Next": "Ignored"},
]
FALSE = [
    {"Variable": "$.digits", "NumericEquals": 3},
    {"Variable": "$.number", "StringEquals": "3"},
    {"Variable": "$.yes", "NumericEquals": 1},
    {"Variable": "$.number", "BooleanEquals": True},
    {"Variable": "$.number", "NumericEqualsPath": "$.digits"},
    {"Variable": "$.text", "TimestampLessThan": "2026-03-01T09:00:00Z"},
    {"Variable": "$.same_at", "TimestampEqualsPath": "$.text"},
    {"Variable": "$.at", "StringEqualsPath": "$.same_at"},
    {"Variable": "$.nothing", "StringMatches": "*"},
    {"Variable": "$.yes", "IsString": True},
    {"Variable": "$.text", "IsPresent": False},
]


@pytest.mark.parametrize("rule", TRUE, ids=str)
def test_rule_holds(rule: object) -> None:
    assert holds(rule)


@pytest.mark.parametrize("rule", FALSE, ids=str)
def test_rule_does_not_hold(rule: object) -> None:
    assert not holds(rule)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("banana", "banana", True),
        ("banana", "bananas", False),
        ("", "", True),
        ("*", "", True),
        ("*", "any\nthing", True),
        ("ban*", "banana", True),
        ("*ana", "banana", True),
        ("b*n*a", "banana", True),
        ("ban*nana", "banana", False),
        ("*an*an*an*", "banana", False),
        ("a*a", "a", False),
        ("Ban*", "banana", False),
        (r"a*b\*c\\d", "a\nb*c\\d", True),
        (r"\*", "x", False),
    ],
)
def test_string_matches(pattern: str, text: str, expected: bool) -> None:
    assert choices.compile_pattern(pattern).matches(text) is expected


@pytest.mark.parametrize("pattern", [r"a\b", "a\\", r"\n", r"\\\x"])
def test_other_backslashes_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="means nothing in a pattern"):
        choices.compile_pattern(pattern)


def test_many_stars_take_no_time() -> None:
    pattern = choices.compile_pattern("*a" * 500 + "b")
    started = time.process_time()
    assert not pattern.matches("a" * 200_000)
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$.zz", "StringEquals": "a"},
        {"Variable": "$.zz", "IsNull": True},
        {"Variable": "$.number", "NumericEqualsPath": "$.zz"},
        {"Not": {"Variable": "$.zz", "BooleanEquals": True}},
        {"Variable": "$.text.deeper", "StringMatches": "*"},
    ],
    ids=str,
)
def test_missing_value_is_a_runtime_error(rule: object) -> None:
    with pytest.raises(FlowError) as caught:
        holds(rule)
    assert caught.value.name == "States.Runtime"


def nested(depth: int) -> object:
    rule: object = {"Variable": "$.yes", "BooleanEquals": True}
    for _ in range(depth):
        rule = {"And": [rule]}
    return rule


def test_rules_nest() -> None:
    assert holds(nested(60))


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (None, "is null"),
        ({"And": []}, "at least one"),
        ({"Or": {}}, "at least one"),
        ({"Not": []}, "is an array"),
        ({"Variable": "$.a"}, "exactly one operator"),
        ({"Variable": "$.a", "IsNull": True, "IsString": True}, "exactly one operator"),
        ({"StringEquals": "a"}, '"Variable" must be text'),
        ({"Variable": "a", "StringEquals": "a"}, 'starts with "$"'),
        ({"Variable": "$.a", "NumericEquals": "5"}, "does not fit"),
        ({"Variable": "$.a", "NumericEquals": True}, "does not fit"),
        ({"Variable": "$.a", "TimestampEquals": "today"}, "does not fit"),
        ({"Variable": "$.a", "StringEqualsPath": 5}, "must be text"),
        ({"Variable": "$.a", "IsPresent": "yes"}, "true or false"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_malformed_rule_is_refused(rule: object, part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        choices.compile_rule(rule)


def test_very_deep_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        choices.compile_rule(nested(2_000))


OPERAND_OF = {"String": "text", "Numeric": 5, "Boolean": True, "Timestamp": "2026-03-01T09:00:00Z"}
EVERY_TYPE = [None, True, False, 0, 1, -0.0, 1.5, 2**63, "", "text", "5", "2026-03-01T09:00:00Z", [], [5], {}]


def type_of(operator: str) -> str:
    return next(kind for kind in OPERAND_OF if operator.startswith(kind))


def is_of(kind: str, value: object) -> bool:
    if kind == "Timestamp":
        return value == "2026-03-01T09:00:00Z"
    if kind == "Numeric":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {"String": str, "Boolean": bool}[kind])


COMPARING = sorted(name for name in choices.OPERATORS if name.startswith(tuple(OPERAND_OF)))
BY_VALUE = [name for name in COMPARING if not name.endswith("Path") and name != "StringMatches"]


def test_there_are_the_operators_of_the_language() -> None:
    assert len(choices.OPERATORS) == 39
    assert len(BY_VALUE) == 16
    assert {f"{name}Path" for name in BY_VALUE} == {name for name in COMPARING if name.endswith("Path")}
    assert choices.OPERATORS - set(COMPARING) == {
        *("IsNull", "IsPresent", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp")
    }


@pytest.mark.parametrize("operator", COMPARING)
def test_a_value_of_another_type_never_holds(operator: str) -> None:
    kind = type_of(operator)
    by_path = operator.endswith("Path")
    rule = {"Variable": "$.v", operator: "$.w" if by_path else OPERAND_OF[kind]}
    test = choices.compile_rule(rule)
    for value in EVERY_TYPE:
        if not is_of(kind, value):
            assert not test({"v": value, "w": OPERAND_OF[kind]}, {}), value
            assert not by_path or not test({"v": OPERAND_OF[kind], "w": value}, {}), value
            assert choices.compile_rule({"Not": rule})({"v": value, "w": OPERAND_OF[kind]}, {}), value


@pytest.mark.parametrize("operator", sorted(choices.OPERATORS))
def test_what_is_missing_fails_whatever_is_asked_but_its_presence(operator: str) -> None:
    kind = type_of(operator) if operator in COMPARING else "Boolean"
    rule = {"Variable": "$.zz.y", operator: "$.w" if operator.endswith("Path") else OPERAND_OF[kind]}
    if operator == "IsPresent":
        assert not choices.compile_rule(rule)({}, {})
        return
    with pytest.raises(FlowError, match=r"\$\.zz\.y leads to nothing"):
        choices.compile_rule(rule)({"w": OPERAND_OF[kind]}, {})
    if operator.endswith("Path"):
        with pytest.raises(FlowError, match=r"\$\.w leads to nothing"):
            choices.compile_rule({**rule, "Variable": "$.v"})({"v": OPERAND_OF[kind]}, {})


@pytest.mark.parametrize("name", ["IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"])
def test_a_type_test_and_its_opposite_are_never_of_one_mind(name: str) -> None:
    of_type = {"IsNull": [None], "IsBoolean": [True, False], "IsNumeric": [0, 1, -0.0, 1.5, 2**63]}
    texts = [value for value in EVERY_TYPE if isinstance(value, str)]
    expected = of_type.get(name, texts if name == "IsString" else texts[-1:])
    for value in EVERY_TYPE:
        holds_true = choices.compile_rule({"Variable": "$.v", name: True})({"v": value}, {})
        assert holds_true == any(
            value is each or (type(value), value) == (type(each), each) for each in expected
        )
        assert choices.compile_rule({"Variable": "$.v", name: False})({"v": value}, {}) is not holds_true
