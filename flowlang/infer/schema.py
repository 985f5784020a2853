"""The input schema that a definition asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flowlang.dataflow.values import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, TEXT
from flowlang.graph import build
from flowlang.infer.needs import Need, needs
from flowlang.problems import JSON

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_TYPES: Final = (
    (TEXT, "string"), (NUMBER, "number"), (BOOLEAN, "boolean"), (ARRAY, "array"), (OBJECT, "object"),
    (NULL, "null"),
)  # fmt: skip
_COLLECTION: Final = re.compile(r"(?i)(.*_)?(endpoint|collection)(_id)?")
_COMPUTE: Final = re.compile(r"(?i)//compute\.|funcx")
_FORMATS: Final = frozenset({"date-time", "uuid", "email", "uri", "date", "time"})


def input_schema(definition: JSON, providers: Mapping[str, JSON] | None = None) -> JSON:
    """Return the draft-07 schema of what `definition` reads of its input; never raises.

    definition  any JSON; what is malformed is left out
    providers   address without slashes at its end -> what that provider takes, a JSON schema or None
    Shape       {"$schema", "type", "properties", "required", "propertyOrder", "additionalProperties"}; the
                properties are in the order in which a run reads them
    1. A place is in the schema when some state reads it and, on some way there, no state has written it.
    2. It is required when it is read without a guard (IsPresent, is_present(), getattr()).
    3. Its type is what it is used as; a provider's parameter that takes it says more.
    4. Other properties are shut out, but where a value is handed on as a whole.
    """
    root = needs(definition, providers)
    tokens = _roles(definition)
    schema = _object(root, "")
    properties, required = schema["properties"], schema.get("required", [])
    if tokens and isinstance(properties, dict) and isinstance(required, list):
        properties["_tokens"] = tokens
        schema["required"] = [*required, "_tokens"]
    return {"$schema": _DIALECT, **schema}


def _roles(definition: JSON) -> JSON:
    """Return the schema of the tokens that roles of one's own need, or None."""
    found = (state.get("RunAs") for state in build(definition).states.values() if isinstance(state, dict))
    roles = sorted({role for role in found if isinstance(role, str) and role not in ("User", "Flow")})
    if not roles:
        return None
    return {
        "type": "object",
        "title": "Tokens",
        "properties": {role: {"type": "string"} for role in roles},
        "required": list(roles),
    }


def _object(need: Need, name: str) -> dict[str, JSON]:
    properties: dict[str, JSON] = {key: _schema(below, key) for key, below in need.members.items()}
    required: list[JSON] = [key for key, below in need.members.items() if below.is_required]
    schema: dict[str, JSON] = {"type": "object"}
    if name:
        schema["title"] = _title(name)
    schema["properties"] = properties
    if required:
        schema["required"] = required
    if len(properties) > 1:
        schema["propertyOrder"] = list(properties)
    if not need.is_whole:
        schema["additionalProperties"] = False
    if _is_collection(need):
        schema["format"] = "globus-collection"
    return schema


def _schema(need: Need, name: str) -> JSON:
    if need.members and not need.kinds & ~OBJECT and need.items is None:
        return _object(need, name)
    schema: dict[str, JSON] = {}
    types = _types(need)
    if types:
        schema["type"] = types[0] if len(types) == 1 else list(types)
    if name:
        schema["title"] = _title(name)
    if "array" in types:
        schema["items"] = _schema(need.items, "") if need.items else {}
    if types == ["string"]:
        schema |= _format(need)
    return schema


def _types(need: Need) -> list[JSON]:
    kinds = need.kinds | (OBJECT if need.members else 0) | (ARRAY if need.items else 0)
    types: list[JSON] = [name for bit, name in _TYPES if kinds & bit]
    if "integer" in need.hints and types in (["number"], []):
        return ["integer"]
    return types or _providers_types(need)


def _providers_types(need: Need) -> list[JSON]:
    """Return the type of the parameters that take the value, where all agree."""
    found = [schema.get("type") for _, _, schema in need.taken_by if isinstance(schema, dict)]
    if found and all(kind == found[0] for kind in found) and isinstance(found[0], str):
        return [found[0]]
    return ["string"] if any(_COLLECTION.fullmatch(name) for name, _, _ in need.taken_by) else []


def _format(need: Need) -> dict[str, JSON]:
    for name, address, schema in need.taken_by:
        if _COMPUTE.search(address) and name in ("endpoint", "endpoint_id"):
            return {"format": "globus-compute-endpoint"}
        given = schema.get("format") if isinstance(schema, dict) else None
        if isinstance(given, str) and given in _FORMATS:
            return {"format": given}
    if "date-time" in need.hints:
        return {"format": "date-time"}
    return {}


def _is_collection(need: Need) -> bool:
    """Whether the object is a collection and perhaps a path on it, as the start form has a picker for."""
    if not need.members.keys() <= {"id", "path"} or "id" not in need.members or need.is_whole:
        return False
    takers = need.members["id"].taken_by
    return any(_COLLECTION.fullmatch(name) and not _COMPUTE.search(address) for name, address, _ in takers)


def _title(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").split()
    text = " ".join(words) or name
    return text[:1].upper() + text[1:]
