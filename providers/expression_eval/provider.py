"""expression_eval: computes values with the expressions of the flow language."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flowlang import expressions, paths
from flowlang.expressions import Allowance
from flowlang.problems import JSON, FlowError
from providers.own import ActionFailure, AnsweringProvider
from providers.provider import Provider
from wire.principals import Caller

_EXPRESSION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["expression"],
    "properties": {
        "expression": {"type": "string"},
        "arguments": {"type": "object"},
        "result_path": {"type": "string", "minLength": 1},
    },
}


class ExpressionEval(AnsweringProvider):
    path = "expression_eval"
    title = "Expression Evaluation"
    subtitle = "Computes values from expressions and named arguments"
    scope = "https://auth.globus.org/scopes/5fac2e64-c734-4e6b-90ea-ff12ddbf9653/expression"
    input_schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": _EXPRESSION["properties"]
        | {"expressions": {"type": "array", "items": _EXPRESSION, "minItems": 1, "maxItems": 1000}},
        "oneOf": [{"required": ["expression"]}, {"required": ["expressions"]}],
    }

    def answer(self, body: dict[str, Any], caller: Caller) -> JSON:
        details: JSON = {}
        allowance = Allowance(seed=uuid4().hex)
        for number, item in enumerate(body.get("expressions") or [body], start=1):
            details = _with_value(details, item, number, allowance)
        return details


def _with_value(details: JSON, item: dict[str, Any], number: int, allowance: Allowance) -> JSON:
    """Return `details` with the value of one expression at its place."""
    text, arguments = item["expression"], item.get("arguments", {})
    try:
        value = expressions.evaluate(expressions.parse(text), arguments, {}, allowance)
        return paths.put(_place(item.get("result_path", "result")), details, value)
    except (FlowError, expressions.ExpressionSyntaxError, paths.PathSyntaxError) as error:
        cause = error.cause if isinstance(error, FlowError) else str(error)
        raise ActionFailure("ExpressionError", f"Expression {number}: {cause}") from error


def _place(text: str) -> paths.Path:
    """A reference path (`$.a.b`) or its short form (`a.b`)."""
    return paths.parse(text if text.startswith("$") else f"$.{text}")


PROVIDERS: list[Provider] = [ExpressionEval()]
