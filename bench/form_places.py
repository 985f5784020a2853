"""Where a form should have a field: each property with a single value, as the schema itself says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator

Place = tuple[str | int, ...]
MOST_DEPTH = 12


def places(schema: Any, value: Any) -> list[Place]:
    """Return the places of all properties of one value that hold for `value`, a valid document, in order.

    Each says where in the document it is. Of `oneOf` and `anyOf` the first branch counts that the document
    fits; of a list each item that the document has.
    """
    return list(dict.fromkeys(_walk(schema, schema, value, (), 0)))


def _walk(root: Any, schema: Any, value: Any, at: Place, depth: int) -> Iterator[Place]:
    if not isinstance(schema, dict) or depth > MOST_DEPTH:
        return
    if "$ref" in schema:
        return (yield from _walk(root, _target(root, schema["$ref"]), value, at, depth + 1))
    for part in _parts(root, schema, value):
        yield from _walk(root, part, value, at, depth + 1)
    for name, inner in schema.get("properties", {}).items():
        has = isinstance(value, dict) and name in value
        yield from _member(root, inner, value[name] if has else None, (*at, name), depth + 1, has=has)
    if isinstance(value, list):
        for number, item in enumerate(value):
            inner = _item_schema(schema, number)
            yield from _member(root, inner, item, (*at, number), depth + 1, has=True)


def _member(root: Any, schema: Any, value: Any, at: Place, depth: int, *, has: bool) -> Iterator[Place]:
    if has and isinstance(value, dict | list):
        yield from _walk(root, schema, value, at, depth)
    elif has or _is_single(root, schema):
        yield at


def _is_single(root: Any, schema: Any) -> bool:
    """Whether one value stands there, though the document has none: its type says so, or its choices."""
    if isinstance(schema, dict) and "$ref" in schema:
        schema = _target(root, schema["$ref"])
    if not isinstance(schema, dict):
        return False
    singles = ("string", "number", "integer", "boolean")
    return schema.get("type") in singles or ("type" not in schema and "enum" in schema)


def _parts(root: Any, schema: dict[str, Any], value: Any) -> Iterator[Any]:
    """Yield the schemas that hold beside this one."""
    yield from schema.get("allOf", ())
    for name in ("oneOf", "anyOf"):
        yield from [part for part in schema.get(name, ()) if _fits(root, part, value)][:1]
    if "if" in schema:
        yield schema.get("then" if _fits(root, schema["if"], value) else "else")
    for name, part in schema.get("dependencies", {}).items():
        if isinstance(value, dict) and name in value and isinstance(part, dict):
            yield part


def _item_schema(schema: dict[str, Any], number: int) -> Any:
    items = schema.get("items", {})
    if not isinstance(items, list):
        return items
    return items[number] if number < len(items) else schema.get("additionalItems", {})


def _fits(root: Any, schema: Any, value: Any) -> bool:
    return bool(Draft7Validator(root).evolve(schema=schema).is_valid(value))


def _target(root: Any, reference: str) -> Any:
    here = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        here = here[step.replace("~1", "/").replace("~0", "~")] if step else here
    return here
