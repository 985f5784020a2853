"""Values that fit a schema, made from the schema: one with every member, one with the required ones only."""

from typing import Any

from flowlang.forms.conditions import taken
from flowlang.forms.kinds import type_of, variants
from flowlang.forms.parts import Part, item_schema, properties, required, whole
from flowlang.forms.patterns import search
from flowlang.forms.values import settled

_TEXTS = {
    "uuid": "6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11",
    "email": "ada@example.org",
    "uri": "https://example.org/a?b=c",
    "date": "2026-03-31",
    "date-time": "2026-03-31T09:30:00Z",
    "time": "09:30:00+02:00",
    "data-url": "data:text/plain;name=a.txt;base64,aGVsbG8=",
}
_URN = f"urn:globus:auth:identity:{_TEXTS['uuid']}"
_PERSON = {"id": _TEXTS["uuid"], "type": "identity", "urn": _URN}
_PRINCIPALS = {"object": _PERSON, "array": [_PERSON], "string": _URN}
_WORDS = ("word", "/data/", "/data", "Word1", "7", "12345678", "https://example.org/", *_TEXTS.values())


def sample(schema: Any, *, full: bool) -> Any:
    """Return a value for `schema`; it may still be invalid where the schema has patterns or conditions."""
    return settled(_value(whole(schema), full, 0))


def _value(part: Part, full: bool, depth: int) -> Any:
    schema = part.schema
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][-1]
    if schema.get("oneOf") or schema.get("anyOf"):
        return _value(variants(part)[-1].part, full, depth) if variants(part) else {}
    if schema.get("format") == "globus-principal":
        return _PRINCIPALS[str(type_of(part))]
    name = type_of(part) or "string"
    name = name[0] if isinstance(name, list) else name
    if name == "object":
        return _object(part, full, depth)
    if name == "array":
        count = max(schema.get("minItems", 0), 2 if full and depth < 4 else 0)
        return [_value(part.inner(item_schema(part, n)), full, depth + 1) for n in range(count)]
    return _scalar(schema, name)


def _object(part: Part, full: bool, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(3):
        shown = taken(part, found)
        wanted = required(shown)
        found = {
            key: _value(shown.inner(schema), full, depth + 1)
            for key, schema in properties(shown)
            if key in wanted or (full and depth < 6)
        }
        begun = {key for key, schema in properties(shown) if "default" in shown.inner(schema).schema}
        found = {key: value for key, value in found.items() if value != {} or key in wanted | begun}
    return found


def _scalar(schema: dict[str, Any], name: str) -> Any:
    if name == "boolean":
        return True
    if name == "null":
        return None
    if name in ("number", "integer"):
        return schema.get("minimum", schema.get("maximum", 7))
    text = _TEXTS.get(schema.get("format"), "some text")
    if "pattern" in schema:
        text = next((one for one in (text, *_WORDS) if search(schema["pattern"], one)), text)
    return text[: schema["maxLength"]] if schema.get("maxLength") else text
