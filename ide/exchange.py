"""What comes into the editor from outside: a file, a pasted text, a share link of the Flows IDE."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flowlang.definition import Document, parse
from flowlang.problems import JSON
from ide import exchange_yaml
from ide.links import MAX_CHARACTERS, LinkError, shared_in
from library.publish import text_of

MAX_TITLE: Final = 128
_LINK: Final = re.compile(r"https?://\S+|\S*\?(\S*&)?[ds]=\S*")
_SCHEMA_WORDS: Final = frozenset({"$schema", "properties", "required", "$ref", "oneOf", "anyOf", "allOf"})
_NOT_READ: Final = "This is neither JSON nor YAML of a flow, nor a share link."


class ExchangeError(ValueError):
    """What was brought is nothing for the editor; the message says why, and is meant for its reader."""


@dataclass(frozen=True, slots=True)
class Brought:
    """The texts that come into the editor.

    definition, input_schema  None for a document that is not among them, and stays as it is
    title                     "" where none came along
    note                      what the reader should know, such as that it was translated; "" for nothing
    """

    definition: str | None = None
    input_schema: str | None = None
    title: str = ""
    note: str = ""


def brought(text: str, name: str = "") -> Brought:
    """Return what a text holds: a link, a definition, an input schema, or both as an export has them.

    name    of the file, where it was one
    Raises  ExchangeError
    JSON is taken as it was written, also where it is not sound: the checker says what is wrong.
    """
    text = text.removeprefix("\ufeff")
    plain = text.strip()
    if not plain:
        raise ExchangeError("There is nothing in it. Bring a definition, an input schema or a share link.")
    if "\0" in text:
        raise ExchangeError("It holds a NUL character, which no database keeps. Is it a text?")
    if len(text) > MAX_CHARACTERS:
        raise ExchangeError(f"It has {len(text):,} characters; {MAX_CHARACTERS:,} are read.")
    if "\n" not in plain and _LINK.fullmatch(plain):
        return _linked(plain)
    if plain[0] == "{":
        return _json(text, name.lower())
    return _yaml(text, name.lower())


def _linked(link: str) -> Brought:
    try:
        found = shared_in(link)
    except LinkError as refused:
        raise ExchangeError(str(refused)) from refused
    return Brought(_unpacked(found.definition), _unpacked(found.input_schema) if found.input_schema else None)


def _unpacked(text: str) -> str:
    """A link packs its texts on one line: they are unfolded for reading."""
    document = parse(text)
    return text_of(document.value) if "\n" not in text and not document.problems else text


def _json(text: str, name: str) -> Brought:
    document = parse(text)
    if isinstance(document.value, dict):
        return _placed(document, document.value, name)
    note = "It is not sound JSON yet; the problems are marked."
    if "schema" in name or ('"properties"' in text and '"States"' not in text):
        return Brought(input_schema=text, note=note)
    return Brought(text, note=note)


def _placed(document: Document, value: dict[str, JSON], name: str) -> Brought:
    if isinstance(value.get("definition"), dict) and "States" not in value:
        return _exported(document, value)
    if is_schema(value, name):
        return Brought(input_schema=document.text)
    return Brought(document.text)


def is_schema(value: dict[str, JSON], name: str = "") -> bool:
    """Whether this is an input schema and not a definition."""
    if "States" in value or "StartAt" in value:
        return False
    return bool(value.keys() & _SCHEMA_WORDS) or value.get("type") == "object" or "schema" in name


def _exported(document: Document, value: dict[str, JSON]) -> Brought:
    """The parts of a document such as the API's flow, each as it was written."""
    title, schema = value.get("title"), value.get("input_schema")
    return Brought(
        _part(document, "definition"),
        _part(document, "input_schema") if isinstance(schema, dict) else None,
        title[:MAX_TITLE] if isinstance(title, str) else "",
    )


def _part(document: Document, name: str) -> str:
    member = document.members(document.place(()) or 0)[name]
    text = document.text[member.start : member.end]
    if "\n" not in text:
        return text_of(parse(text).value)
    line = document.text[: member.key_start].rpartition("\n")[2]
    return text.replace(f"\n{line}", "\n") if line and not line.strip() else text


def _yaml(text: str, name: str) -> Brought:
    try:
        value = exchange_yaml.read(text)
    except exchange_yaml.YAMLError as error:
        is_meant = name.endswith((".yaml", ".yml")) or "States:" in text
        raise ExchangeError(str(error) if is_meant else f"{_NOT_READ} {error}") from error
    if not isinstance(value, dict):
        raise ExchangeError(_NOT_READ)
    document = parse(text_of(value))
    if document.problems:
        raise ExchangeError(f"As JSON it cannot be kept: {document.problems[0].message}")
    found = _placed(document, value, name)
    note = f"It was YAML and is JSON now{'; comments were left out' if '#' in text else ''}."
    return Brought(found.definition, found.input_schema, found.title, note)
