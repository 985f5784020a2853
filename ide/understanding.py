"""What is known about the place where the cursor is: the language's answers, in the browser's terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flowlang.authoring import completion, docs, hover
from flowlang.authoring.cursor import Cursor, cursor_at
from flowlang.authoring.hover import Card
from flowlang.authoring.options import Offer, Option, Site
from flowlang.authoring.outline import outline
from flowlang.authoring.recovery import recovered
from flowlang.authoring.rename import RenameError, renamable, rename
from flowlang.definition import MAX_TEXT_BYTES, Document
from flowlang.limits import MAX_SCHEMA_BYTES
from flowlang.problems import JSON, Edit
from ide.drafts import Texts
from providers import registry
from wire.errors import BadRequest, Unprocessable

DOCUMENTS = ("definition", "input_schema")


@dataclass(frozen=True)
class Question:
    """What is asked.

    document  the one that the cursor is in; position: the cursor, in UTF-16 units
    samples   state -> run data with which the last run entered it
    more      what else the page sent
    """

    texts: Texts
    document: str
    position: int
    samples: Mapping[str, JSON] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def answer(ask: str, question: Question) -> Any:
    """Return what one of the asks is answered, as JSON. Raises BadRequest, Unprocessable."""
    if ask not in _ASKS:
        raise BadRequest(f'"ask" must be one of {", ".join(_ASKS)}; it is {str(ask)[:40]!r}.')
    return _ASKS[ask](_Reading(question))


class _Reading:
    """The two texts, read as far as they can be."""

    def __init__(self, question: Question) -> None:
        texts, self.question = question.texts, question
        self.definition = recovered(texts.definition, MAX_TEXT_BYTES)
        schema = texts.input_schema
        self.schema = recovered(schema, MAX_SCHEMA_BYTES) if schema.strip() else None
        self.is_schema = question.document == "input_schema"
        # Places are counted in the author's text, which reading may have completed.
        self.text = schema if self.is_schema else texts.definition
        self.shown = Document(self.text, None, [], None)

    @property
    def document(self) -> Document:
        empty = Document("", None, [], None)
        return (self.schema or empty) if self.is_schema else self.definition

    def cursor(self, *, is_touching: bool) -> Cursor:
        return cursor_at(
            self.text, units_to_points(self.text, self.question.position), is_touching=is_touching
        )

    def site(self) -> Site:
        schemas, about, offered = _providers()
        return Site(
            self.definition.value,
            self.schema.value if self.schema else None,
            providers=schemas,
            about=about,
            offered=offered,
            results=_results(),
            samples=self.question.samples,
        )


@cache
def _providers() -> tuple[Mapping[str, JSON], Mapping[str, tuple[str, str]], tuple[str, ...]]:
    """Return schemas and descriptions of our providers by address, and the address to offer of each."""
    schemas, about, offered = registry.schemas(), {}, dict[str, str]()
    for address in schemas:
        provider = registry.resolve(address)
        described = provider.introspect()
        about[address] = (str(described["title"]), str(described["subtitle"] or described["title"]))
        offered.setdefault(provider.path, address)
    return schemas, about, tuple(offered[path] for path in sorted(offered))


@cache
def _results() -> Mapping[str, JSON]:
    return registry.results()


def units_to_points(text: str, units: int) -> int:
    """Return the code point at which the browser's offset, in UTF-16 units, stands."""
    if text.isascii():
        return min(units, len(text))
    return len(text.encode("utf-16-le", "replace")[: 2 * units].decode("utf-16-le", "ignore"))


# --- the asks


def _complete(reading: _Reading) -> Any:
    cursor = reading.cursor(is_touching=False)
    if reading.is_schema:
        offer = completion.complete_schema(cursor, reading.document.value)
    else:
        offer = completion.complete(cursor, reading.site())
    return None if offer is None else _offer(reading.shown, cursor, offer)


def _offer(document: Document, cursor: Cursor, offer: Offer) -> dict[str, Any]:
    comma_at = cursor.comma_at
    return {
        "mode": offer.mode,
        "from": document.utf16(offer.start),
        "to": document.utf16(offer.end),
        "isQuoted": cursor.is_quoted,
        "isClosed": cursor.is_closed,
        "hasColon": cursor.has_colon,
        "commaAt": None if comma_at is None else document.utf16(comma_at),
        "needsComma": cursor.needs_comma,
        "isInToken": cursor.is_in_token,
        "options": [_option(option) for option in offer.options],
    }


def _option(option: Option) -> dict[str, Any]:
    found: dict[str, Any] = {"label": option.label, "type": option.sort, "insert": option.insert}
    more = {"detail": option.detail, "text": option.text, "reason": option.reason, "boost": option.boost}
    found |= {key: value for key, value in more.items() if value}
    if option.facts:
        found["facts"] = [list(fact) for fact in option.facts]
    return found


def _hover(reading: _Reading) -> Any:
    cursor = reading.cursor(is_touching=True)
    card = hover.schema_card(cursor) if reading.is_schema else hover.card(cursor, reading.site())
    if card is None:
        return None
    start, end = cursor.outer
    return {"from": reading.shown.utf16(start), "to": reading.shown.utf16(end), **_card(card)}


def _card(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "badge": card.badge,
        "text": card.text,
        "facts": [list(f) for f in card.facts],
    }


def _define(reading: _Reading) -> Any:
    loc = None if reading.is_schema else hover.definition_of(reading.cursor(is_touching=True), reading.site())
    if loc is None:
        return None
    start, end = reading.definition.span(loc, on_key=True)
    return {"document": "definition", "from": _units(reading, start), "to": _units(reading, end)}


def _units(reading: _Reading, offset: int) -> int:
    return reading.document.utf16(offset)


def _rename(reading: _Reading) -> Any:
    """Answer what can be renamed; and with a new name, the edits that do it."""
    if reading.is_schema:
        return None
    document = reading.definition
    schema = reading.schema.value if reading.schema else None
    found = renamable(document, schema, reading.cursor(is_touching=True).loc)
    to, more = reading.question.more.get("to"), reading.question.more
    if to is None or found is None:
        return found and found._asdict()
    if document.text != reading.text:
        raise Unprocessable("The text is not complete. Mend the marked places first, then rename.")
    place = more.get("place")
    try:
        edits = rename(document, found.state, str(to), str(place) if place and not found.why_not else "")
    except RenameError as refused:
        raise Unprocessable(str(refused)) from refused
    return {"edits": [_edit(document, edit) for edit in edits]}


def _edit(document: Document, edit: Edit) -> dict[str, Any]:
    return {"from": document.utf16(edit.start), "to": document.utf16(edit.end), "insert": edit.text}


def _outline(reading: _Reading) -> Any:
    document = reading.document
    return [
        symbol._asdict() | {"start": document.utf16(symbol.start), "end": document.utf16(symbol.end)}
        for symbol in outline(document, "input_schema" if reading.is_schema else "definition")
    ]


def _docs(reading: _Reading) -> Any:
    cursor = reading.cursor(is_touching=True)
    document = reading.document
    page = (
        docs.schema_page(document, cursor)
        if reading.is_schema
        else docs.page(document, cursor, reading.site())
    )
    return {
        "cards": [_card(card) for card in page.cards],
        "fieldsTitle": page.fields_title,
        "fields": [list(row) for row in page.fields],
        "examples": [
            {"title": each.title, "text": each.text, "edits": [_edit(document, edit) for edit in each.edits]}
            for each in page.examples
        ],
    }


_ASKS: dict[str, Callable[[_Reading], Any]] = {
    "complete": _complete, "hover": _hover, "define": _define, "rename": _rename, "outline": _outline,
    "docs": _docs,
}  # fmt: skip
