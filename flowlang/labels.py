"""The condition of a choice rule in words, for the arrows of the diagram and for messages."""

from __future__ import annotations

import json
from typing import Final

from flowlang.problems import JSON

MAX_LABEL: Final = 60
_MAX_NESTING: Final = 8
_MAX_PATH: Final = 24

_COMPARISONS: Final = {
    "Equals": "=",
    "LessThanEquals": "≤",
    "GreaterThanEquals": "≥",
    "LessThan": "<",
    "GreaterThan": ">",
    "Matches": "like",
}
_KINDS: Final = {
    "IsNull": ("is null", "is not null"),
    "IsString": ("is text", "is not text"),
    "IsNumeric": ("is a number", "is not a number"),
    "IsBoolean": ("is true or false", "is neither true nor false"),
    "IsTimestamp": ("is a time", "is not a time"),
    "IsPresent": ("is present", "is missing"),
}
_TYPES: Final = ("String", "Numeric", "Boolean", "Timestamp")


def condition(rule: JSON) -> str:
    """Return the rule in words, e.g. `size > 10 and not (kind = "dir")`; at most 60 characters.

    rule  a choice rule as the author wrote it; what is not understood becomes "?"
    """
    words = _words(rule, 0)
    return words if len(words) <= MAX_LABEL else words[: MAX_LABEL - 1] + "…"


def caught(catcher: dict[str, JSON]) -> str:
    """Return what a catcher catches, e.g. "on ActionTimeout"; at most 60 characters."""
    names = catcher.get("ErrorEquals")
    words = ", ".join(name for name in names if isinstance(name, str)) if isinstance(names, list) else ""
    words = "any error" if words == "States.ALL" else words
    return f"on {words}"[:MAX_LABEL] if words else "on error"


def _words(rule: JSON, nesting: int) -> str:
    if not isinstance(rule, dict) or nesting > _MAX_NESTING:
        return "?"
    if "Not" in rule:
        return f"not ({_words(rule['Not'], nesting + 1)})"
    for key, word in (("And", " and "), ("Or", " or ")):
        parts = rule.get(key)
        if isinstance(parts, list) and parts:
            told = _telling(parts) if key == "And" else parts
            return word.join(_part(part, nesting + 1) for part in told[:8])
    return _comparison(rule)


def _telling(parts: list[JSON]) -> list[JSON]:
    """Return the parts without the guards: who says that a value is 5 need not say that it is there."""
    compared = {
        part.get("Variable")
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("Variable"), str) and "IsPresent" not in part
    }
    return [part for part in parts if not _is_guard(part, compared)]


def _is_guard(part: JSON, compared: set[JSON]) -> bool:
    is_guard = isinstance(part, dict) and part.get("IsPresent") is True
    variable = part.get("Variable") if isinstance(part, dict) else None
    return is_guard and isinstance(variable, str) and variable in compared


def _part(rule: JSON, nesting: int) -> str:
    words = _words(rule, nesting)
    is_compound = isinstance(rule, dict) and ("And" in rule or "Or" in rule)
    return f"({words})" if is_compound else words


def _comparison(rule: dict[str, JSON]) -> str:
    name = _short_path(rule.get("Variable"))
    for operator, operand in rule.items():
        if operator in _KINDS:
            return f"{name} {_KINDS[operator][operand is False]}"
        sign = _sign(operator)
        if sign and operator.endswith("Path"):
            return f"{name} {sign} {_short_path(operand)}"
        if sign and isinstance(operand, bool):
            return name if operand else f"not {name}"
        if sign:
            return f"{name} {sign} {_value(operand)}"
    return "?"


def _sign(operator: str) -> str | None:
    stem = operator.removesuffix("Path")
    for kind in _TYPES:
        if stem.startswith(kind):
            return _COMPARISONS.get(stem.removeprefix(kind))
    return None


def _short_path(path: JSON) -> str:
    if not isinstance(path, str):
        return "?"
    words = path.removeprefix("$.")
    return words if len(words) <= _MAX_PATH else words[words.rfind(".") + 1 :]


def _value(operand: JSON) -> str:
    text = json.dumps(operand, ensure_ascii=False)
    return text if len(text) <= 24 else text[:23] + "…"
