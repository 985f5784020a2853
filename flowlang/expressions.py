"""Expressions (fields that end in `.=`): an allow-list of Python syntax, evaluated under budgets."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from flowlang.paths import Path
from flowlang.problems import JSON, FlowError

FUNCTIONS: Final = frozenset(
    {"pathsplit", "is_present", "getattr", "str", "int", "float", "len", "list", "tuple", "dict", "set"}
)


class ExpressionSyntaxError(ValueError):
    """A text that is not an expression. `offset` counts code points from the start of the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    names      top-level run-data names that it reads (without `_context`)
    paths      the paths in backticks
    functions  names that it calls; those not in FUNCTIONS fail when evaluated
    """

    text: str
    names: frozenset[str]
    paths: tuple[Path, ...]
    functions: frozenset[str]


def parse(text: str) -> Expression:
    """Return the expression that `text` writes. Raises ExpressionSyntaxError."""
    try:
        ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionSyntaxError(error.msg, error.offset or 0) from error
    return Expression(text, frozenset(), (), frozenset())


def evaluate(expression: Expression, data: JSON, context: JSON) -> JSON:
    """Return the value of `expression`. Raises FlowError("States.Runtime")."""
    raise FlowError("States.Runtime", f"{expression.text} cannot be evaluated yet.")
