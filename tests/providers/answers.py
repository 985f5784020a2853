"""What actions answered, held against what their provider says of it."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator

from providers.models import Action
from providers.provider import Provider


def is_as_told(provider: Provider, status: Any) -> bool:
    """Whether the details of a succeeded action are what the provider's schema says, to the last name."""
    schema = provider.details_schema
    if schema is None or status["status"] != Action.SUCCEEDED:
        return True
    problems = list(Draft7Validator(_narrowed(schema)).iter_errors(status["details"]))
    assert not problems, [problem.message for problem in problems]
    return True


def _narrowed(schema: Any) -> Any:
    """Return the schema that lets no name in that it does not list."""
    if isinstance(schema, list):
        return [_narrowed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
    return {key: _narrowed(part) for key, part in schema.items()} | closed
