"""What a field may look like: what is written when its name is chosen, and what the help shows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from flowlang.dataflow.wording import result_path
from flowlang.problems import JSON
from flowlang.rules import Field

_BY_NAME: Final[Mapping[str, JSON]] = {
    "End": True,
    "ActionUrl": "https://actions.globus.org/hello_world",
    "Parameters": {"name.$": "$.source.path", "label.=": "'run ' + str(count)"},
    "InputPath": "$.source",
    "Result": {"attempts": 0},
    "WaitTime": 3600,
    "ExceptionOnActionFailure": False,
    "RunAs": "User",
    "Choices": [{"Variable": "$.size", "NumericGreaterThan": 10, "Next": "Large"}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}],
    "ErrorEquals": ["States.ALL"],
    "Handler": {"Type": "ActionProvider", "Url": "https://actions.globus.org/hello_world"},
    "Seconds": 60,
    "Timestamp": "2026-03-01T09:30:00Z",
    "SecondsPath": "$.delay",
    "TimestampPath": "$.start_at",
    "Error": "NothingFound",
    "ErrorPath": "$.error.Error",
    "Cause": "There are no files in the folder.",
    "CausePath": "$.error.Cause",
    "Comment": "Why this is done",
    "Variable": "$.size",
    "And": [{"Variable": "$.size", "NumericGreaterThan": 10}, {"Variable": "$.kind", "StringEquals": "raw"}],
    "Or": [{"Variable": "$.kind", "StringEquals": "raw"}, {"Variable": "$.kind", "StringEquals": "test"}],
    "Not": {"Variable": "$.error", "IsPresent": True},
    "StringMatches": "*.h5",
}
# In these, what is to be typed over.
_HOLES: Final[Mapping[str, str]] = {
    "Parameters": "{\n\t${}\n}",
    "Result": "{\n\t${}\n}",
    "States": "{\n\t${}\n}",
    "Choices": '[\n\t{\n\t\t"Variable": "${}",\n\t\t${}\n\t}\n]',
    "Catch": (
        '[\n\t{\n\t\t"ErrorEquals": ["${States.ALL}"],\n\t\t"ResultPath": "${$.error}",\n'
        '\t\t"Next": "${}"\n\t}\n]'
    ),
    "ErrorEquals": '["${States.ALL}"]',
    "Handler": '{\n\t"Type": "${ActionProvider}",\n\t"Url": "${}"\n}',
    "And": '[\n\t{ "Variable": "${}" }\n]',
    "Or": '[\n\t{ "Variable": "${}" }\n]',
    "Not": '{ "Variable": "${}" }',
    "End": "true",
    "WaitTime": "${3600}",
    "Seconds": "${60}",
    "ExceptionOnActionFailure": "${false}",
}
_BY_SHAPE: Final[Mapping[str, str]] = {
    "text": '"${}"', "object": "{${}}", "array": "[${}]", "boolean": "${true}", "whole": "${1}",
    "number": "${1}", "any": "${}",
}  # fmt: skip


def template(name: str, field: Field, state: str) -> str:
    """Return what is written as the value of a field, in which ${words} are to be typed over."""
    if field.syntax == "result" and state:
        return f'"${{{result_path(state)}}}"'
    return _HOLES.get(name) or _BY_SHAPE[field.shape]


def example(name: str, field: Field, state: str = "") -> JSON:
    """Return a value that the field may have; None where there is nothing to show."""
    if field.syntax == "result":
        return result_path(state or "result")
    if name in _BY_NAME:
        return _BY_NAME[name]
    if field.syntax == "path":
        return "$.source.path"
    if field.syntax == "timestamp":
        return "2026-03-01T09:30:00Z"
    shapes: Mapping[str, JSON] = {"number": 10, "whole": 10, "boolean": True, "text": "text"}
    return shapes.get(field.shape)


def of_schema(schema: JSON, name: str = "") -> str:
    """Return what is written for a parameter that has this JSON schema, with ${words} to be typed over."""
    if not isinstance(schema, dict):
        return '"${}"'
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return f"${{{_plain(choices[0])}}}"
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        return "{${}}"
    if kind == "array":
        return "[${}]"
    return {"boolean": "${true}", "integer": "${1}", "number": "${1}"}.get(str(kind), '"${}"')


def skeleton(schema: JSON) -> dict[str, JSON]:
    """Return Parameters with all that a provider requires, read from the run data by the same names."""
    required = schema.get("required") if isinstance(schema, dict) else None
    names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    return {f"{name}.$": f"$.{re.sub(r'[^A-Za-z0-9_]', '_', name)}" for name in names}


def _plain(value: JSON) -> str:
    """Return JSON text that can stand in a hole."""
    return re.sub(r"[{}\\]", "", json.dumps(value, ensure_ascii=False))
