"""The symbols of a document, for jumping to them: states of a definition, fields of an input schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from flowlang.authoring.grammar import value_at
from flowlang.definition import Document
from flowlang.problems import JSON, Loc

_MOST: Final = 2_000
_MAX_DEPTH: Final = 8


class Symbol(NamedTuple):
    """A thing that has a name in a document.

    kind        the type of the state, or of the field
    level       how far in it is: 0 for states and the outermost fields
    start, end  its name, in code points, with quotes
    """

    name: str
    kind: str
    level: int
    start: int
    end: int


def outline(document: Document, name: Literal["definition", "input_schema"]) -> list[Symbol]:
    """Return the symbols of a document in the order of its text."""
    found = _states(document) if name == "definition" else _fields(document, (), 0)
    symbols = [symbol for symbol, _ in zip(found, range(_MOST), strict=False)]
    return sorted(symbols, key=lambda symbol: symbol.start)


def _states(document: Document) -> Iterator[Symbol]:
    states = value_at(document.value, ("States",))
    for name, state in states.items() if isinstance(states, dict) else ():
        kind = state.get("Type") if isinstance(state, dict) else None
        yield Symbol(name, str(kind or "?"), 0, *document.span(("States", name), on_key=True))


def _fields(document: Document, loc: Loc, level: int) -> Iterator[Symbol]:
    schema = value_at(document.value, loc)
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or level > _MAX_DEPTH:
        return
    for name, field in properties.items():
        below = (*loc, "properties", name)
        yield Symbol(name, _kind(field), level, *document.span(below, on_key=True))
        yield from _fields(document, below, level + 1)


def _kind(schema: JSON) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else " or ".join(map(str, kind)) if isinstance(kind, list) else "any"
