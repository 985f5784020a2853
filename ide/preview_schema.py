"""An input schema that is made from what a definition reads."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flowlang.definition import Document, parse
from flowlang.editing_patch import patch
from flowlang.infer import Addition, input_schema, merged
from flowlang.problems import JSON, Edit
from ide.drafts import Texts
from providers import registry
from wire.errors import Unprocessable


@cache
def _providers() -> dict[str, JSON]:
    """What our providers take: fixed while the site runs."""
    return {address.rstrip("/"): schema for address, schema in registry.schemas().items()}


def answer(content: Texts) -> dict[str, Any]:
    """Return {"additions", "edits"}: what the schema lacks, and the least edits of its text that add it.

    edits   in UTF-16 units, as browsers count; [] when nothing is missing
    Raises  Unprocessable while one of the two texts cannot be read
    """
    definition = _read(content.definition, "definition")
    asked = input_schema(definition.value, _providers())
    if not content.input_schema.strip():
        _, additions = merged({}, asked)
        return _told(additions, [_whole(content.input_schema, asked)])
    schema = _read(content.input_schema, "input schema")
    if not isinstance(schema.value, dict):
        raise Unprocessable("The input schema is not an object. Make it one first: {} will do.")
    wanted, additions = merged(schema.value, asked)
    edits = patch(schema, wanted) if wanted != schema.value else ()
    return _told(additions, [_edit(schema, one) for one in edits])


def _read(text: str, what: str) -> Document:
    document = parse(text)
    if document.problems:
        first = document.problems[0].message
        raise Unprocessable(f"The {what} is not sound JSON yet. {first} Mend it first (F8 leads there).")
    return document


def _whole(text: str, schema: JSON) -> dict[str, Any]:
    units = len(text.encode("utf-16-le")) // 2
    return {"from": 0, "to": units, "insert": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"}


def _edit(document: Document, one: Edit) -> dict[str, Any]:
    return {"from": document.utf16(one.start), "to": document.utf16(one.end), "insert": one.text}


def _told(additions: list[Addition], edits: list[dict[str, Any]]) -> dict[str, Any]:
    return {"additions": [one._asdict() for one in additions], "edits": edits}
