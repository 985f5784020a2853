"""The keywords of an input schema, as data: JSON Schema draft-07 and propertyOrder.

Source: input schemas, "Dialect"; the draft-07 meta-schema for the shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Shape: TypeAlias = Literal[
    "text", "boolean", "number", "positive", "count", "any", "list", "names", "type", "schema", "schemas",
    "schema map", "pattern map", "items", "dependencies",
]  # fmt: skip

KEYWORDS: Final[Mapping[str, Shape]] = {
    "$id": "text", "$schema": "text", "$ref": "text", "$comment": "text", "title": "text",
    "description": "text",
    "default": "any", "readOnly": "boolean", "writeOnly": "boolean", "examples": "list",
    "multipleOf": "positive", "maximum": "number", "exclusiveMaximum": "number", "minimum": "number",
    "exclusiveMinimum": "number", "maxLength": "count", "minLength": "count", "pattern": "text",
    "additionalItems": "schema", "items": "items", "maxItems": "count", "minItems": "count",
    "uniqueItems": "boolean", "contains": "schema", "maxProperties": "count", "minProperties": "count",
    "required": "names", "additionalProperties": "schema", "definitions": "schema map",
    "properties": "schema map", "patternProperties": "pattern map", "dependencies": "dependencies",
    "propertyNames": "schema", "const": "any", "enum": "list", "type": "type", "format": "text",
    "contentMediaType": "text", "contentEncoding": "text", "if": "schema", "then": "schema", "else": "schema",
    "allOf": "schemas", "anyOf": "schemas", "oneOf": "schemas", "not": "schema", "propertyOrder": "names",
}  # fmt: skip

# Not part of draft-07: reported, and read all the same, as references may lead into it.
LATER_MAPS: Final = frozenset({"$defs"})
LATER: Final[Mapping[str, str]] = {
    "$defs": "Draft-07 calls it definitions.",
    "prefixItems": "Draft-07 has an array in items for this.",
    "dependentRequired": "Draft-07 has dependencies for this.",
    "dependentSchemas": "Draft-07 has dependencies for this.",
    "nullable": 'Draft-07 has a list of types for this: "type": ["string", "null"].',
    "enumNames": "Draft-07 has oneOf with const and title for this.",
    "unevaluatedProperties": "Draft-07 has additionalProperties.",
}

TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")

# Where each format belongs; the empty tuple is for formats of text that need no check.
FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "globus-collection": ("object",),
    "globus-principal": ("object", "array", "string"),
    "globus-compute-endpoint": ("string",),
    # Ours, for pickers of the form; Globus passes them over.
    **dict.fromkeys(("globus-compute-function", "globus-search-index", "globus-flow"), ("string",)),
    **dict.fromkeys(
        (
            "date-time", "date", "time", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
            "uri",
            "uri-reference", "iri", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer",
            "regex", "uuid", "color", "data-url",
        ),
        ("string",),
    ),
}  # fmt: skip

# Found in older input schemas for Globus Flows; no form knows them (source: input-schemas, Globus formats).
OLD_FORMATS: Final = frozenset(
    {"globus-transfer-transfer#0.10", "x-globus-collection", "globus-collection-id", "globus-collection-path"}
)

# Lower and upper bounds that must not cross.
RANGES: Final = (
    ("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)  # fmt: skip
# What applies to the very value that the schema applies to, whatever that is.
IN_PLACE: Final = ("allOf", "oneOf", "not", "if")
