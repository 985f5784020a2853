"""What an input schema lacks of what a definition asks for, and the schema with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flowlang.problems import JSON

_COMBINING = ("allOf", "anyOf", "oneOf")
_CONDITIONAL = ("if", "then", "else", "not")


class Addition(NamedTuple):
    """A property that comes to a schema.

    path         dotted, e.g. "source.id", "files[].name"
    types        JSON types, e.g. ("string",); () for any
    is_required  the definition reads it without asking whether it is there
    """

    path: str
    types: tuple[str, ...]
    is_required: bool


def merged(schema: JSON, asked: JSON) -> tuple[JSON, list[Addition]]:
    """Return `schema` with the properties of `asked` that it lacks, and what these are; neither is changed.

    schema  any JSON; what is not an object counts as {}
    asked   as `input_schema` returns it
    What `schema` says already stays as it is, also where `asked` says otherwise. A property counts as there
    when any combined or conditional part of its object names it; an object behind a $ref is left alone.
    """
    if not isinstance(schema, dict) or not schema:
        return asked, list(_listed(asked, ""))
    additions: list[Addition] = []
    return _object(schema, asked, "", additions), additions


def _object(have: dict[str, JSON], asked: JSON, above: str, additions: list[Addition]) -> dict[str, JSON]:
    wanted = _members(asked)
    if not wanted or "$ref" in have or not _may_be_object(have):
        return have
    properties = _members(have)
    required = _required(asked)
    new = {key: value for key, value in wanted.items() if not _names(have, key)}
    for key, value in new.items():
        additions += _with_members(value, f"{above}{key}", is_required=key in required)
    kept = {
        key: _value(value, wanted.get(key), f"{above}{key}", additions) for key, value in properties.items()
    }
    if not new and kept == properties:
        return have
    result = {**have, "properties": kept | new}
    for name, more in (("required", [key for key in new if key in required]), ("propertyOrder", list(new))):
        before = have.get(name, [] if name == "required" else None)
        missing: list[JSON] = [key for key in more if isinstance(before, list) and key not in before]
        if isinstance(before, list) and missing:
            result[name] = [*before, *missing]
    return result


def _value(have: JSON, asked: JSON, path: str, additions: list[Addition]) -> JSON:
    if not isinstance(have, dict) or not isinstance(asked, dict):
        return have
    items = have.get("items")
    if isinstance(items, dict) and isinstance(asked.get("items"), dict):
        inner = _value(items, asked["items"], f"{path}[]", additions)
        return have if inner == items else {**have, "items": inner}
    return _object(have, asked, f"{path}.", additions)


def _may_be_object(schema: dict[str, JSON]) -> bool:
    kind = schema.get("type", "object")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _members(schema: JSON) -> dict[str, JSON]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}


def _required(schema: JSON) -> list[JSON]:
    found = schema.get("required") if isinstance(schema, dict) else None
    return found if isinstance(found, list) else []


def _names(schema: JSON, key: str) -> bool:
    """Whether some part of the schema of an object names the property."""
    if not isinstance(schema, dict):
        return False
    parts = [part for name in _COMBINING if isinstance(found := schema.get(name), list) for part in found]
    parts += [schema.get(name) for name in _CONDITIONAL]
    return key in _members(schema) or any(_names(part, key) for part in parts)


def _listed(schema: JSON, above: str) -> Iterator[Addition]:
    required = _required(schema)
    for key, value in _members(schema).items():
        yield from _with_members(value, f"{above}{key}", is_required=key in required)


def _with_members(schema: JSON, path: str, *, is_required: bool) -> Iterator[Addition]:
    fields = schema if isinstance(schema, dict) else {}
    kind = fields.get("type", [])
    types = [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
    yield Addition(path, tuple(str(name) for name in types), is_required)
    yield from _listed(fields, f"{path}.")
    yield from _listed(fields.get("items"), f"{path}[].")
