"""What an input schema lets in, as an abstract value."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from flowlang.dataflow.joining import join
from flowlang.dataflow.values import (
    ALL,
    ANY,
    ARRAY,
    BOOLEAN,
    NOTHING,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    Bucket,
    Items,
    Members,
    Names,
    Value,
    closed,
    constant,
    kind_of,
    of_kinds,
)
from flowlang.problems import JSON

_KINDS: Final[Mapping[str, int]] = {
    "null": NULL, "boolean": BOOLEAN, "number": NUMBER, "integer": NUMBER, "string": TEXT, "array": ARRAY,
    "object": OBJECT,
}  # fmt: skip
# Where these stand, what is required depends on the rest of the input.
_CONDITIONAL: Final = ("if", "dependencies", "not")
_MAX_DEPTH: Final = 24


def of_schema(schema: JSON, ids: Names, *, is_given: bool = False) -> Value:
    """Return what a run's input can be: always an object, whatever the schema says.

    is_given  the schema is of something that a provider gives: whether what is optional is there,
              whoever wrote the action may well know
    """
    value = _Reader(schema, ids, is_given=is_given).value(schema, 0)
    if value.members is None or not value.kinds & OBJECT:
        return Value(OBJECT, members=Members(ids, rest=ANY))
    return Value(OBJECT, members=value.members)


def find(root: JSON, ref: JSON) -> JSON:
    """Return the schema that a reference inside the document leads to; True where that cannot be told."""
    if not isinstance(ref, str) or not ref.startswith("#") or (ref != "#" and not ref.startswith("#/")):
        return True
    found: JSON = root
    for part in ref.split("/")[1:]:
        name = _plain(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(found):
            found = found[int(name[:9])]
        else:
            return True
    return found


def _plain(part: str) -> str:
    # Loaded where it is needed, once in a thousand references.
    return str(import_module("urllib.parse").unquote(part)) if "%" in part else part


class _Reader:
    """Reads one document; what a reference leads to is read once."""

    def __init__(self, root: JSON, ids: Names, *, is_given: bool) -> None:
        self.root, self.ids, self.is_given = root, ids, is_given
        self.known: dict[str, Value] = {}

    def value(self, schema: JSON, depth: int) -> Value:
        """Return what `schema` lets in."""
        if schema is False:
            return NOTHING
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return ANY
        ref = schema.get("$ref")
        if isinstance(ref, str):
            return self._referred(ref, depth)
        found = self._own(schema, depth)
        for key in ("anyOf", "oneOf"):
            parts = schema.get(key)
            if isinstance(parts, list) and parts:
                either = NOTHING
                for part in parts:
                    either = join(either, self._beside(part, schema, depth))
                found = _both(found, either)
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else []:
            found = _both(found, self.value(part, depth + 1))
        return found

    def _referred(self, ref: str, depth: int) -> Value:
        if ref not in self.known:
            self.known[ref] = ANY
            self.known[ref] = self.value(find(self.root, ref), depth + 1)
        return self.known[ref]

    def _beside(self, part: JSON, schema: dict[str, JSON], depth: int) -> Value:
        """Return one alternative. One that says only what is required speaks of the properties beside it."""
        if (
            isinstance(part, dict)
            and part.keys() <= {"required", "title", "description"}
            and "required" in part
        ):
            return self._own({**schema, "required": part["required"]}, depth)
        return self.value(part, depth + 1)

    def _own(self, schema: dict[str, JSON], depth: int) -> Value:
        if "const" in schema:
            return _scalars([schema["const"]])
        allowed = schema.get("enum")
        if isinstance(allowed, list) and allowed:
            return _scalars(allowed)
        kinds = _kinds(schema.get("type"))
        members = self._members(schema, depth) if kinds & OBJECT else None
        items = self._items(schema, depth) if kinds & ARRAY else None
        if members is None and items is None:
            return of_kinds(kinds)
        return Value(kinds, None, members, items)

    def _members(self, schema: dict[str, JSON], depth: int) -> Members | None:
        properties = schema.get("properties")
        others = schema.get("additionalProperties", True)
        has_patterns = "patternProperties" in schema
        if not isinstance(properties, dict) and others is not False:
            is_any = others is True or has_patterns
            return None if is_any else Members(self.ids, rest=self.value(others, depth + 1))
        rest = ANY if has_patterns else None if others is False else self.value(others, depth + 1)
        found: Bucket = {}
        for name, below in properties.items() if isinstance(properties, dict) else ():
            value = self.value(below, depth + 1)
            found[name] = value if value.kinds else ANY
        required = schema.get("required")
        names = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
        found |= dict.fromkeys(sorted(names - found.keys()), rest or ANY)
        is_open = self.is_given or any(key in schema for key in _CONDITIONAL)
        return _with_optional(closed(self.ids, found, rest), names, is_open=is_open)

    def _items(self, schema: dict[str, JSON], depth: int) -> Items | None:
        items, least = schema.get("items"), schema.get("minItems")
        if not isinstance(items, dict):
            return None
        size = least if isinstance(least, int) and least > 0 else 0
        each = self.value(items, depth + 1)
        return Items(each if each.kinds else ANY, None, size)


def _with_optional(value: Value, required: set[str], *, is_open: bool) -> Members | None:
    """Return the members of which these are required. `is_open`: who knows whether the others are there."""
    members = value.members
    if members is None:
        return None
    certain = 0
    for name in required:
        certain |= members.bit(name)
    sure = members.mask & certain
    known = sure if is_open else members.mask
    return Members(members.names, members.buckets, (members.mask, sure, known, known), members.rest)


def _scalars(values: list[JSON]) -> Value:
    found = NOTHING
    for value in values:
        is_scalar = not isinstance(value, dict | list)
        found = join(found, constant(value) if is_scalar else of_kinds(kind_of(value)))
    return found


def _kinds(types: JSON) -> int:
    names = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    kinds = 0
    for name in names:
        kinds |= _KINDS.get(name, ALL) if isinstance(name, str) else ALL
    return kinds or ALL


def _both(a: Value, b: Value) -> Value:
    """Return what fits both; where nothing would, what fits the second."""
    kinds = a.kinds & b.kinds
    if not kinds or (a.kinds == ALL and a.members is None and a.items is None):
        return b
    if b.kinds == ALL and b.members is None and b.items is None:
        return a
    members = _both_members(a.members, b.members)
    items = a.items or b.items
    constants = a.constants if a.constants is not None else b.constants
    return Value(kinds, constants, members if kinds & OBJECT else None, items if kinds & ARRAY else None)


def _both_members(a: Members | None, b: Members | None) -> Members | None:
    if a is None or b is None:
        return a or b
    found: Bucket = {}
    for key in {*a.possible(), *b.possible()}:
        ours, theirs = a.listed(key), b.listed(key)
        found[key] = _both(ours, theirs) if ours and theirs else ours or theirs
    rest = None if a.rest is None or b.rest is None else a.rest
    made = closed(a.names, found, rest).members
    if made is None:
        return None
    certain, known = made.mask & (a.certain | b.certain), made.mask & (a.known | b.known)
    return Members(made.names, made.buckets, (made.mask, certain, known, known), rest)
