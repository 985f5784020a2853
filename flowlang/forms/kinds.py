"""Which control a part of the schema asks for, and between which variants a person may choose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from flowlang.forms.parts import Part, merge

Kind: TypeAlias = Literal[
    "text",
    "textarea",
    "number",
    "boolean",
    "choice",
    "choices",
    "const",
    "date",
    "moment",
    "file",
    "principal",
    "collection",
    "object",
    "list",
    "variant",
    "json",
]
MAX_OPTIONS: Final = 1_000
_LONG_TEXT: Final = 200
_FORMATS: Final[dict[str, Kind]] = {
    "date": "date",
    "date-time": "moment",
    "time": "moment",
    "data-url": "file",
    "globus-principal": "principal",
}
_TYPES: Final[dict[str, Kind]] = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "const",
    "object": "object",
    "array": "list",
}
_TYPE_WORDS: Final = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "array": "List",
    "object": "Group of values",
    "null": "Nothing (null)",
}
_ANY: Final = ("string", "number", "boolean", "array", "object", "null")
# A schema without "type" is taken for the type to which its keywords belong.
_SIGNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties", "propertyOrder")),
    ("array", ("items", "minItems", "maxItems", "uniqueItems", "contains")),
    ("string", ("pattern", "minLength", "maxLength", "format", "contentMediaType")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)
# A branch that has none of these only restricts what the schema around it already describes.
_DESCRIBING: Final = frozenset(
    {"type", "properties", "const", "enum", "items", "format", "oneOf", "anyOf"}
    | {"additionalProperties", "patternProperties"}
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several forms that a value may have."""

    title: str
    part: Part


def type_of(part: Part) -> str | list[str]:
    """Return the type that the schema names or betrays; [] when every type is as good."""
    declared = part.schema.get("type")
    if isinstance(declared, list):
        known = [name for name in declared if name in _TYPES]
        return known[0] if len(known) == 1 else known
    if declared in _TYPES:
        return str(declared)
    for name, signs in _SIGNS:
        if any(sign in part.schema for sign in signs):
            return name
    members = [part.schema["default"]] if "default" in part.schema else part.schema.get("enum")
    return json_type(members[0]) if isinstance(members, list) and members else []


def kind(part: Part) -> Kind:
    """Return the control for `part`."""
    schema = part.schema
    if "const" in schema:
        return "const"
    if options(part):
        return "choice"
    if _branches(part) or isinstance(type_of(part), list):
        return "variant"
    return _kind_of_type(part, str(type_of(part)))


def _kind_of_type(part: Part, name: str) -> Kind:
    schema = part.schema
    form = schema.get("format")
    if form == "globus-principal" and name in ("string", "object", "array"):
        return "principal"
    if name == "string":
        return _FORMATS.get(form, "text") if isinstance(form, str) and form in _FORMATS else _text(schema)
    if name == "object" and form == "globus-collection" and "id" in (schema.get("properties") or {}):
        return "collection"
    if name == "array" and schema.get("uniqueItems") is True and options(part.inner(schema.get("items"))):
        return "choices"
    return _TYPES[name]


def _text(schema: dict[str, Any]) -> Kind:
    media, longest = schema.get("contentMediaType"), schema.get("maxLength")
    is_long = isinstance(longest, int | float) and longest > _LONG_TEXT
    is_media_text = isinstance(media, str) and media.startswith("text/")
    return "textarea" if is_media_text or (is_long and "format" not in schema) else "text"


def options(part: Part) -> list[tuple[Any, str]]:
    """Return the values to choose from, each with its title ("" for none); [] when it is not a choice."""
    members = part.schema.get("enum")
    if isinstance(members, list):
        return [(value, "") for value in members] if 0 < len(members) <= MAX_OPTIONS else []
    for keyword in ("oneOf", "anyOf"):
        branches = part.schema.get(keyword)
        found = [_option(part.inner(branch)) for branch in branches] if isinstance(branches, list) else []
        if found and all(option is not None for option in found):
            return [option for option in found if option is not None]
    return []


def _option(branch: Part) -> tuple[Any, str] | None:
    title = branch.schema.get("title")
    words = title if isinstance(title, str) else ""
    if "const" in branch.schema:
        return branch.schema["const"], words
    members = branch.schema.get("enum")
    return (members[0], words) if isinstance(members, list) and len(members) == 1 else None


def variants(part: Part) -> list[Variant]:
    """Return the forms that a value at `part` may have, in the schema's order."""
    keyword = _branches(part)
    if keyword:
        base = {key: value for key, value in part.schema.items() if key != keyword}
        branches = [part.inner(branch) for branch in part.schema[keyword]]
        return [
            Variant(_title(branch, number), _joined(branch, base))
            for number, branch in enumerate(branches, 1)
        ]
    names = type_of(part) or _ANY
    return [Variant(_TYPE_WORDS[name], part.but({**part.schema, "type": name})) for name in names]


def _joined(branch: Part, base: dict[str, Any]) -> Part:
    own = {key: value for key, value in branch.schema.items() if key not in ("title", "default")}
    defaults = {"default": branch.schema["default"]} if "default" in branch.schema else {}
    return branch.but({**merge(own, base), **defaults})


def _title(branch: Part, number: int) -> str:
    schema = branch.schema
    if isinstance(schema.get("title"), str) and schema["title"].strip():
        return str(schema["title"])
    for member in (schema.get("properties") or {}).values():
        if isinstance(member, dict) and isinstance(member.get("const"), str):
            return str(member["const"])
    if isinstance(schema.get("type"), str) and schema["type"] != "object":
        return _TYPE_WORDS.get(schema["type"], f"Option {number}")
    names = [str(name) for name in schema.get("required") or schema.get("properties") or ()]
    return ", ".join(names[:3]) or f"Option {number}"


def _branches(part: Part) -> str:
    for keyword in ("oneOf", "anyOf"):
        found = part.schema.get(keyword)
        if isinstance(found, list) and any(
            _DESCRIBING & part.inner(branch).schema.keys() for branch in found
        ):
            return keyword
    return ""


def json_type(value: Any) -> str:
    """Return the JSON type of `value`."""
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    for name, types in (("string", str), ("integer", int), ("number", float), ("array", list)):
        if isinstance(value, types):
            return name
    return "object"


_PICKER_FORMATS: Final = {
    "globus-compute-endpoint": "endpoint",
    "globus-compute-function": "function",
    "globus-search-index": "index",
    "globus-flow": "flow",
}
# Only the first format is Globus's own; most authors say by the member's name what they want.
_PICKER_NAMES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("function", re.compile(r"function(_?(uu)?id)?$|function.*(uu)?id$", re.IGNORECASE)),
    ("endpoint", re.compile(r"compute.*endpoint|endpoint.*compute", re.IGNORECASE)),
    ("index", re.compile(r"search[_ ]?index(_?(uu)?id)?$|^index_?(uu)?id$", re.IGNORECASE)),
    ("flow", re.compile(r"(^|_)flow_?(uu)?id$", re.IGNORECASE)),
)
_COLLECTION_NAME: Final = re.compile(r"(collection|endpoint)(_?(uu)?id)?$", re.IGNORECASE)


def picker(part: Part, key: str) -> str:
    """Return which list of the site helps to fill in a text, "" for none.

    "endpoint", "function", "index", "flow" and, for a uuid outside of a `globus-collection`, "collection";
    decided by `format`, else by the member's name, or the title of a uuid.
    """
    form = part.schema.get("format")
    if isinstance(form, str) and form in _PICKER_FORMATS:
        return _PICKER_FORMATS[form]
    title = str(part.schema.get("title", ""))
    words = f"{key} {title}".lower()
    for name, pattern in _PICKER_NAMES:
        if name == "endpoint":
            is_meant = bool(pattern.search(words)) and "id" in words
        else:
            is_meant = bool(pattern.search(key)) or (form == "uuid" and bool(pattern.search(title)))
        if is_meant:
            return name
    return "collection" if form == "uuid" and _COLLECTION_NAME.search(key) else ""
