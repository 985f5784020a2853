"""One place in an input schema, with its references followed and its `allOf` merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

_MAX_HOPS: Final = 32
_MAX_REFERENCES: Final = 200  # in one place; `allOf` of references to `allOf` of references doubles each time
_TOGETHER: Final = {"if": ("if", "then", "else"), "dependencies": ("dependencies",)}
_CONDITIONAL: Final = ("allOf", "if", "then", "else", "dependencies")
_BESIDE_A_REFERENCE: Final = ("title", "description", "default", "examples", "readOnly")


@dataclass(frozen=True, slots=True)
class Part:
    """A subschema as the form sees it.

    root     the whole document, in which references lead around
    schema   the subschema without "$ref"; {} where nothing is known or asked. Its "allOf" holds only what
             depends on the value (`conditions`): "if" with "then" and "else", and "dependencies"
    refs     the references followed from the root to here
    repeats  one of them was followed twice: the schema describes a tree, and here it starts again
    """

    root: Any
    schema: dict[str, Any]
    refs: frozenset[str] = frozenset()
    repeats: bool = False

    def inner(self, schema: Any) -> Part:
        """Return the part for a subschema of this one."""
        refs: list[str] = []
        found = _effective(schema, self.root, refs, _MAX_HOPS)
        return Part(self.root, found, self.refs | set(refs), any(ref in self.refs for ref in refs))

    def but(self, schema: dict[str, Any]) -> Part:
        """Return the same place with another (already effective) schema."""
        return Part(self.root, schema, self.refs, self.repeats)


def whole(schema: Any) -> Part:
    """Return the part that the whole input schema is. A run's input is an object, so that is the type."""
    return Part(schema, {}, frozenset({"#"})).inner(schema)


def _effective(schema: Any, root: Any, refs: list[str], hops: int) -> dict[str, Any]:
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, dict) or hops == 0 or len(refs) > _MAX_REFERENCES:
        return {}
    if isinstance(schema.get("$ref"), str):
        refs.append(schema["$ref"])
        beside = {key: schema[key] for key in _BESIDE_A_REFERENCE if key in schema}
        return _effective(_target(schema["$ref"], root), root, refs, hops - 1) | beside
    merged = {key: value for key, value in schema.items() if key not in _CONDITIONAL}
    for keyword in ("if", "dependencies"):
        if keyword in schema:
            condition = {key: schema[key] for key in _TOGETHER[keyword] if key in schema}
            merged["allOf"] = [*merged.get("allOf", []), condition]
    for branch in _list(schema.get("allOf")):
        merged = merge(merged, _effective(branch, root, refs, hops - 1))
    return merged


def _target(ref: str, root: Any) -> Any:
    own = root.get("$id") if isinstance(root, dict) else None
    if isinstance(own, str) and own and ref.startswith(own.rstrip("#") + "#"):
        ref = ref[len(own.rstrip("#")) :]
    if not ref.startswith("#"):
        return {}
    target = root
    for step in unquote(ref[1:]).split("/")[1:]:
        target = _step(target, step.replace("~1", "/").replace("~0", "~"))
    return target


def _step(target: Any, step: str) -> Any:
    if isinstance(target, dict):
        return target.get(step, {})
    if isinstance(target, list) and step.isdecimal() and len(step) < 10 and int(step) < len(target):
        return target[int(step)]
    return {}


def _larger(one: Any, other: Any) -> Any:
    return other if _is_number(one) and _is_number(other) and other > one else one


def _smaller(one: Any, other: Any) -> Any:
    return other if _is_number(one) and _is_number(other) and other < one else one


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shared(one: Any, other: Any) -> Any:
    return [member for member in _list(one) if member in _list(other)] or one


_NARROWING: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "allOf": lambda one, other: [*one, *other],
    "enum": _shared,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), _larger),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _smaller),
}


def merge(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return what both schemas ask for together, as far as a form is concerned; `first` wins."""
    merged = {**second, **first}
    for key in ("properties", "patternProperties"):
        if key in first and key in second:
            merged[key] = _united(_dict(first[key]), _dict(second[key]))
    for key in ("required", "propertyOrder"):
        if key in first or key in second:
            listed = [*_list(first.get(key)), *_list(second.get(key))]
            merged[key] = list(dict.fromkeys(name for name in listed if isinstance(name, str)))
    for key in first.keys() & second.keys() & _NARROWING.keys():
        merged[key] = _NARROWING[key](first[key], second[key])
    return merged


def _united(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    both = {name: {"allOf": [first[name], second[name]]} for name in first if name in second}
    return {**first, **second, **both}


def properties(part: Part) -> Iterator[tuple[str, Any]]:
    """Yield name and subschema of each property, in the order in which the form shows them."""
    known = _dict(part.schema.get("properties"))
    listed = _list(part.schema.get("propertyOrder"))
    named = [name for name in listed if isinstance(name, str) and name in known]
    for name in dict.fromkeys([*named, *known]):
        yield name, known[name]


def required(part: Part) -> frozenset[str]:
    """Return the names of the properties that must be given."""
    return frozenset(name for name in _list(part.schema.get("required")) if isinstance(name, str))


def open_schema(part: Part) -> Any:
    """Return the schema of members that are not among `properties`; None when the form offers none.

    Only `additionalProperties: false` forbids them; whatever says nothing, allows them (`is_asked_for_more`).
    """
    more = part.schema.get("additionalProperties", True)
    if more is False:
        return next(iter(_dict(part.schema.get("patternProperties")).values()), None)
    return more


def is_asked_for_more(part: Part) -> bool:
    """Whether the schema means people to add members of their own, not only lets them."""
    schema = part.schema
    has_rules = schema.get("additionalProperties", False) is not False or "patternProperties" in schema
    return has_rules or not schema.get("properties")


def item_schema(part: Part, index: int) -> Any:
    """Return the schema of the item at `index`."""
    items = part.schema.get("items", True)
    if not isinstance(items, list):
        return items
    return items[index] if index < len(items) else part.schema.get("additionalItems", True)


def is_tuple(part: Part) -> bool:
    """Whether each item has a schema of its own."""
    return isinstance(part.schema.get("items"), list)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
