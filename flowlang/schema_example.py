"""A value that fits a JSON schema, to stand in for one that nobody has given yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flowlang.problems import JSON

MAX_LEVELS: Final = 8
_SCALARS: Final[Mapping[str, JSON]] = {
    "string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None,
}  # fmt: skip
_FORMATS: Final[Mapping[str, str]] = {
    "date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02", "email": "somebody@example.org",
    "uri": "https://example.org/", "uuid": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


def example_of(schema: JSON, levels: int = MAX_LEVELS) -> JSON:
    """Return what the schema gives as its own example, else the simplest value of its kind.

    Objects have all the properties that are named, arrays one item. It is a guess: conditions, patterns and
    references are not looked at.
    """
    if not isinstance(schema, dict) or levels <= 0:
        return {}
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    for name in ("default", "const"):
        if name in schema:
            return schema[name]
    for name in ("enum", "oneOf", "anyOf", "allOf"):
        choices = schema.get(name)
        if isinstance(choices, list) and choices and "properties" not in schema:
            return choices[0] if name == "enum" else example_of(choices[0], levels - 1)
    return _of_kind(schema, levels)


def _of_kind(schema: dict[str, JSON], levels: int) -> JSON:
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "array":
        return [example_of(schema["items"], levels - 1)] if "items" in schema else []
    if kind == "object":
        properties = schema.get("properties")
        members = properties if isinstance(properties, dict) else {}
        return {name: example_of(member, levels - 1) for name, member in members.items()}
    if kind == "string":
        return _FORMATS.get(str(schema.get("format")), "text")
    return _SCALARS.get(str(kind))
