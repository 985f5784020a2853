"""What can be said of a state, as a schema: its property form is drawn and read like the start form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flowlang import editing_rows
from flowlang.problems import JSON
from flowlang.rules import STATES, Field

_TYPES: Final[Mapping[str, str]] = {
    "text": "string", "boolean": "boolean", "whole": "integer", "number": "number",
}  # fmt: skip
_PYTHON: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip


def schema(state: Mapping[str, JSON], names: Sequence[str], paths: Sequence[str] = ()) -> dict[str, JSON]:
    """Return a schema for the fields of a state of its type; its type itself is not among them.

    names  of the states it can lead to
    paths  that it can read, to be chosen where one is asked for
    Rules and catchers are rows (`editing_rows`). What else has members, and a value of another type than it
    should be, is any JSON: the form shows it as text.
    A type that does not exist has no fields.
    """
    about = STATES.get(str(state.get("Type")))
    fields = about.fields if about else {}
    return {
        "type": "object",
        "properties": {
            name: _property(name, field, state.get(name), (names, paths))
            for name, field in fields.items()
            if name != "Type"
        },
        "required": [name for name in (about.fields.required if about else ()) if name != "Type"],
        "additionalProperties": False,
    }


def _property(name: str, field: Field, value: JSON, known: tuple[Sequence[str], Sequence[str]]) -> JSON:
    names, paths = known
    told = field.text if field.default is None else f"{field.text} Else: {_words(field.default)}."
    found: dict[str, JSON] = {"description": told}
    if editing_rows.has_rows(name, value):
        return found | editing_rows.schema(name, value, names, paths)
    kind = _TYPES.get(field.shape)
    if kind is None or not _fits(value, kind):
        return found
    found["type"] = kind
    if field.syntax == "state" and (value is None or value in names):
        found["enum"] = list(names)
    if field.syntax == "path":
        found["examples"] = list(paths)
    return found


def _fits(value: JSON, kind: str) -> bool:
    is_mistaken = isinstance(value, bool) and kind != "boolean"
    return value is None or (isinstance(value, _PYTHON[kind]) and not is_mistaken)


def _words(value: JSON) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
