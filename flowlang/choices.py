"""The rules of a Choice state: compiled once, asked with the run data."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

from flowlang import paths, timestamps
from flowlang.problems import JSON

MAX_RULE_DEPTH: Final = 64
_T = TypeVar("_T", str, bool)

Test: TypeAlias = Callable[[JSON, JSON], bool]
_Check: TypeAlias = Callable[[JSON], bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A StringMatches pattern: the texts between its stars.

    Matching takes time in proportion to the text: no regular expression, so no backtracking.
    """

    parts: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Say whether the whole of `text` fits."""
        first, *middle = self.parts
        if not middle:
            return text == first
        last = middle.pop()
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


def compile_pattern(pattern: str) -> Pattern:
    """Return the matcher for a StringMatches operand.

    pattern  `*` stands for any run of characters, `\\*` for a star, `\\\\` for a backslash
    Raises   ValueError when a backslash stands before anything else
    Source   Amazon States Language, "StringMatches"
    """
    parts, part = [], ""
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            parts.append(part)
            part = ""
        elif character == "\\":
            part += _escaped(next(characters, ""))
        else:
            part += character
    return Pattern((*parts, part))


def _escaped(character: str) -> str:
    if character not in ("*", "\\"):
        raise ValueError(
            f'"\\{character}" means nothing in a pattern. Write \\* for a star, \\\\ for a backslash.'
        )
    return character


def compile_rule(rule: JSON) -> Test:
    """Return the test that a Choice rule makes: `test(data, context)` says whether it holds.

    rule    {"Variable": ..., "<operator>": ...}, {"And": [...]}, {"Or": [...]} or {"Not": {...}}
    Raises  ValueError when the rule cannot be understood; the test raises FlowError("States.Runtime") when
            Variable, or the path of an operand, leads to nothing (IsPresent asks just that)
    Source  Amazon States Language, "Choice State"; a value of another type makes a comparison false
    """
    return _compile(rule, 0)


def _compile(rule: JSON, depth: int) -> Test:
    if not isinstance(rule, dict):
        raise ValueError(f"A choice rule is {paths.kind(rule)}; it must be an object.")
    if depth > MAX_RULE_DEPTH:
        raise ValueError(f"Choice rules are nested deeper than {MAX_RULE_DEPTH} levels.")
    if "Not" in rule:
        inner = _compile(rule["Not"], depth + 1)
        return lambda data, context: not inner(data, context)
    for name, combine in (("And", all), ("Or", any)):
        if name in rule:
            return _combined(_rules(rule[name], name, depth), combine)
    return _comparison(rule)


def _rules(rules: JSON, name: str, depth: int) -> list[Test]:
    if not isinstance(rules, list) or not rules:
        raise ValueError(f'"{name}" must be an array of at least one rule.')
    return [_compile(rule, depth + 1) for rule in rules]


def _combined(tests: list[Test], combine: Callable[[Any], bool]) -> Test:
    return lambda data, context: combine(test(data, context) for test in tests)


def _comparison(rule: dict[str, JSON]) -> Test:
    operators = [name for name in rule if name in OPERATORS]
    if len(operators) != 1:
        raise ValueError("A choice rule needs exactly one operator, such as StringEquals.")
    variable, name = _path(rule, "Variable"), operators[0]
    if name == "IsPresent":
        wanted = _operand(rule, name, bool)
        return lambda data, context: (paths.find(variable, data, context) is not paths.MISSING) == wanted
    if name.endswith("Path"):
        return _against_path(variable, _path(rule, name), _COMPARISONS[name.removesuffix("Path")])
    check = _check(rule, name)
    return lambda data, context: check(paths.get(variable, data, context))


def _path(rule: dict[str, JSON], name: str) -> paths.Path:
    return paths.parse(_operand(rule, name, str))


def _against_path(variable: paths.Path, other: paths.Path, comparison: _Comparison) -> Test:
    def test(data: JSON, context: JSON) -> bool:
        left = comparison.read(paths.get(variable, data, context))
        right = comparison.read(paths.get(other, data, context))
        return left is not None and right is not None and comparison.compare(left, right)

    return test


def _check(rule: dict[str, JSON], name: str) -> _Check:
    if name == "StringMatches":
        pattern = compile_pattern(_operand(rule, name, str))
        return lambda value: isinstance(value, str) and pattern.matches(value)
    if name in _TYPE_TESTS:
        wanted, is_type = _operand(rule, name, bool), _TYPE_TESTS[name]
        return lambda value: is_type(value) == wanted
    read, compare = _COMPARISONS[name].read, _COMPARISONS[name].compare
    right = read(rule[name])
    if right is None:
        raise ValueError(
            f'"{name}" compares with {paths.kind(rule[name])}, which does not fit this operator.'
        )

    def check(value: JSON) -> bool:
        left = read(value)
        return left is not None and compare(left, right)

    return check


def _operand(rule: dict[str, JSON], name: str, wanted: type[_T]) -> _T:
    value = rule.get(name)
    if not isinstance(value, wanted):
        raise ValueError(f'"{name}" must be {"text" if wanted is str else "true or false"}.')
    return value


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None


def _boolean(value: JSON) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: JSON) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How an operator reads a value of its type (None: another type), and how it compares two."""

    read: Callable[[JSON], str | bool | int | float | datetime | None]
    compare: Callable[[Any, Any], bool]


_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_COMPARISONS: Final = {
    **{f"String{name}": _Comparison(_text, compare) for name, compare in _ORDER.items()},
    **{f"Numeric{name}": _Comparison(_number, compare) for name, compare in _ORDER.items()},
    **{f"Timestamp{name}": _Comparison(timestamps.to_instant, compare) for name, compare in _ORDER.items()},
    "BooleanEquals": _Comparison(_boolean, operator.eq),
}
_TYPE_TESTS: Final[dict[str, _Check]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: _number(value) is not None,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": timestamps.is_timestamp,
}
OPERATORS: Final = frozenset(
    {*_COMPARISONS, *(f"{name}Path" for name in _COMPARISONS), *_TYPE_TESTS, "StringMatches", "IsPresent"}
)
