"""Help for the place where the cursor is: what it is, which fields there are, examples to put in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flowlang import fixes
from flowlang.authoring import examples, glossary, grammar, hover
from flowlang.authoring.cursor import Cursor
from flowlang.authoring.grammar import state_of, value_at
from flowlang.authoring.hover import Card
from flowlang.authoring.options import Site
from flowlang.authoring.schema_words import is_schema
from flowlang.definition import Document
from flowlang.findings import Change, Put
from flowlang.problems import JSON, Edit, Loc
from flowlang.rules import STATES, Field
from flowlang.schema_rules import KEYWORDS


class Example(NamedTuple):
    """Something to put in: a title, how it looks, and the edits that do it (none: only to be copied)."""

    title: str
    text: str
    edits: tuple[Edit, ...] = ()


class Page(NamedTuple):
    """The help for a place.

    cards   what is said of what the cursor is at, the narrowest first
    fields  (name, what it is for, a badge) of what may stand beside it
    """

    cards: list[Card]
    fields: list[tuple[str, str, str]]
    fields_title: str
    examples: list[Example]


def page(document: Document, cursor: Cursor, site: Site) -> Page:
    """Return the help for a cursor in the definition. Edits are made where the text is JSON."""
    found = hover.card(cursor, site)
    cards = [found] if found else []
    name = state_of(cursor.loc)
    state = value_at(document.value, ("States", name)) if name else None
    kind = state.get("Type") if isinstance(state, dict) else None
    shown = list(_of_place(document, cursor, site))
    if isinstance(kind, str) and kind in STATES:
        cards.append(Card(kind, "type of state", STATES[kind].text))
        provider = hover.of_provider(grammar.address_of(state), site)
        cards += [provider] if provider and provider not in cards else []
        shown += _of_provider(document, name, site)
        return Page(cards, _rows(STATES[kind].fields), f"Fields of {kind}", shown)
    rows = [(name, about.text, "") for name, about in STATES.items()]
    return Page(cards, rows, "Types of states", shown)


def schema_page(document: Document, cursor: Cursor) -> Page:
    """Return the help for a cursor in the input schema."""
    found = hover.schema_card(cursor)
    rows = [(name, glossary.KEYWORDS[name], str(shape)) for name, shape in KEYWORDS.items()]
    return Page([found] if found else [], rows, "Keywords", list(_of_schema(document, cursor)))


def _rows(fields: Mapping[str, Field]) -> list[tuple[str, str, str]]:
    return [(name, field.text, "required" if field.required else "") for name, field in fields.items()]


def _of_place(document: Document, cursor: Cursor, site: Site) -> Iterator[Example]:
    """Yield examples for the field, or the function, at the cursor."""
    loc = cursor.loc
    if grammar.holds_expression(loc):
        for function in glossary.FUNCTIONS.values():
            written = json.dumps(function.example, ensure_ascii=False)[1:-1]
            at = max(cursor.start, min(cursor.at, cursor.end))
            yield Example(function.text, function.example, (Edit(at, at, written),))
        return
    field = grammar.field_at(site.definition, loc, site.providers)
    if field is None or not isinstance(loc[-1], str) or field.syntax == "state" or loc[-1] == "Type":
        return
    value = examples.example(loc[-1], field, state_of(loc))
    if value is not None:
        yield Example(f"{loc[-1]}", _text(loc[-1], value), _edits(document, Put(loc, value)))


def _of_provider(document: Document, name: str, site: Site) -> Iterator[Example]:
    """Yield the Parameters that the state's provider requires, where the state has none."""
    state = value_at(document.value, ("States", name))
    wanted = examples.skeleton(grammar.schema_of(state, site.providers))
    if wanted and isinstance(state, dict) and not state.get("Parameters"):
        change = Put(("States", name, "Parameters"), dict(wanted))
        yield Example(
            "All that the provider needs", _text("Parameters", dict(wanted)), _edits(document, change)
        )


def _of_schema(document: Document, cursor: Cursor) -> Iterator[Example]:
    """Yield fields to add to the schema around the cursor."""
    owner = cursor.loc[:-1]
    while owner and not _has_fields(document.value, owner):
        owner = owner[:-1]
    have = value_at(document.value, (*owner, "properties"))
    for name, (title, schema) in _FIELDS.items():
        if isinstance(have, dict) and name not in have:
            change = Put((*owner, "properties", name), schema)
            yield Example(title, _text(name, schema), _edits(document, change))


def _has_fields(schema: JSON, loc: Loc) -> bool:
    return is_schema(loc) and isinstance(value_at(schema, (*loc, "properties")), dict)


_FIELDS: Mapping[str, tuple[str, JSON]] = {
    "title": ("A line of text", {"type": "string", "title": "Title"}),
    "source": (
        "A collection and a folder in it",
        {
            "type": "object",
            "format": "globus-collection",
            "title": "Source",
            "required": ["id", "path"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "path": {"type": "string"},
            },
        },
    ),
    "count": ("A number", {"type": "integer", "title": "Count", "minimum": 1, "default": 1}),
    "is_public": ("Yes or no", {"type": "boolean", "title": "Make it public", "default": False}),
    "quality": ("One of a few", {"enum": ["low", "high"], "title": "Quality", "default": "high"}),
    "files": ("A list", {"type": "array", "title": "Files", "items": {"type": "string"}, "minItems": 1}),
}


def _text(name: str, value: JSON) -> str:
    return f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, indent=2)}"


def _edits(document: Document, change: Change) -> tuple[Edit, ...]:
    edit = fixes.edit(document, change) if document.is_json else None
    return (edit,) if edit else ()
