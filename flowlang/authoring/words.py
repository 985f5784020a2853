"""What can be written inside an expression: names of the run data, functions, methods, words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from flowlang.authoring import glossary, path_words, references
from flowlang.authoring.cursor import Cursor
from flowlang.authoring.grammar import state_of
from flowlang.authoring.options import Offer, Option, Site
from flowlang.authoring.places import Known, known_at
from flowlang.path_syntax import Step
from flowlang.problems import JSON, Loc

_CHAIN: Final = re.compile(r"(?:[A-Za-z_]\w*(?:\[\s*(?:\d+|'[^']*')\s*\])*\.)*(?:[A-Za-z_]\w*)?\Z")
_TOWARD: Final = re.compile(r"[^`'(),\s]*\Z")
_ASKED: Final = re.compile(r"(?:is_present|getattr)\(\s*'([^']*)\Z")
_STEP: Final = re.compile(r"([A-Za-z_]\w*)|\[\s*(\d+)\s*\]|\[\s*'([^']*)'\s*\]")
_REST: Final = re.compile(r"\w*")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def state_uses(definition: JSON) -> list[tuple[str, Loc]]:
    """Return all texts of a definition that name a state."""
    return list(references.to_states(definition))


def complete(cursor: Cursor, site: Site) -> Offer | None:
    """Return what is offered inside an expression.

    In backticks paths; in is_present('...') and getattr('...') paths without $; after a dot the members and
    methods of what stands before it; else names, functions and words.
    """
    before, state = cursor.before, state_of(cursor.loc)
    data, toward = site.samples.get(state), _TOWARD.search(before)
    known = known_at(site.definition, site.schema, state, site.results, toward[0] if toward else "")
    if before.count("`") % 2:
        return _offer(cursor, before.rpartition("`")[2], _paths(known, data, drop=0))
    asked = _ASKED.search(before)
    if asked:
        return _offer(cursor, asked[1], _paths(known, data, drop=2))
    if _is_in_quotes(before):
        return None
    chain = _CHAIN.search(before)
    text = chain[0] if chain else ""
    owner, _, word = text.rpartition(".")
    if owner or text.startswith("."):
        return _offer(cursor, word, _members(known, data, _steps(owner)))
    if before.endswith(f"].{word}") or before.endswith(f").{word}"):
        return _offer(cursor, word, _methods(None))
    return _offer(cursor, word, [*_names(known, data), *_functions()])


def _offer(cursor: Cursor, typed: str, options: Iterator[Option] | list[Option]) -> Offer | None:
    """Replace what has been typed of the word, and what of it stands behind the cursor."""
    found = list(options)
    written = json.dumps(typed, ensure_ascii=False)[1:-1]
    at = cursor.at
    rest = _REST.match(cursor.text, len(cursor.before))
    end = at + (len(rest[0]) if rest else 0)
    return Offer("inside", at - len(written), min(end, cursor.end), found) if found else None


def _is_in_quotes(before: str) -> bool:
    opened = ""
    for character in before:
        if opened:
            opened = "" if character == opened else opened
        elif character in "'\"":
            opened = character
    return bool(opened)


def _steps(chain: str) -> tuple[Step, ...]:
    return tuple(match[1] or (int(match[2]) if match[2] else match[3]) for match in _STEP.finditer(chain))


def _paths(known: list[Known], data: JSON, drop: int) -> Iterator[Option]:
    """Offer paths, without `drop` characters at their beginning."""
    for each in known:
        text = each.place.path[drop:]
        yield path_words.option(each, data, text, _escaped(text))


def _names(known: list[Known], data: JSON) -> Iterator[Option]:
    for each in known:
        if len(each.steps) == 1 and isinstance(each.steps[0], str) and _NAME.fullmatch(each.steps[0]):
            yield path_words.option(each, data, each.steps[0], each.steps[0])._replace(
                boost=-60 if each.reason else 20
            )


def _members(known: list[Known], data: JSON, owner: tuple[Step, ...]) -> Iterator[Option]:
    """Offer the members of a place, and the methods of the types that it can have."""
    types: tuple[str, ...] | None = None
    for each in known:
        if each.steps == owner:
            types = each.place.types
        last = each.steps[-1] if each.steps else ""
        if each.steps[:-1] == owner and isinstance(last, str) and _NAME.fullmatch(last):
            yield path_words.option(each, data, last, last)._replace(boost=-60 if each.reason else 20)
    yield from _methods(types)


def _methods(types: tuple[str, ...] | None) -> Iterator[Option]:
    kinds = (
        ("string", "text", glossary.TEXT_METHODS),
        ("object", "object", glossary.OBJECT_METHODS),
        ("array", "list", glossary.LIST_METHODS),
    )
    for kind, words, methods in kinds:
        if types is None or kind in types:
            for name, text in methods.items():
                yield Option(f"{name}()", "function", f"{name}(", f"of {words}", text)


def _functions() -> Iterator[Option]:
    for name, function in glossary.FUNCTIONS.items():
        facts = (("Example", function.example),)
        yield Option(f"{name}()", "function", f"{name}(", function.call, function.text, facts)
    for word, text in glossary.WORDS.items():
        yield Option(word, "word", word, "", text, boost=-20)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
