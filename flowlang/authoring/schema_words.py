"""What can be written in an input schema: keywords, types, formats, names of its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from flowlang.authoring import glossary
from flowlang.authoring.cursor import Cursor
from flowlang.authoring.grammar import value_at
from flowlang.authoring.options import HOLE, Option
from flowlang.problems import JSON, Loc
from flowlang.schema_rules import FORMATS, KEYWORDS, TYPES

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_VALUES: Final[Mapping[str, str]] = {
    "text": f'"{HOLE}"', "boolean": "${true}", "number": "${0}", "positive": "${1}", "count": "${1}",
    "any": HOLE, "list": f"[{HOLE}]", "names": f'["{HOLE}"]', "type": f'"{HOLE}"', "schema": f"{{{HOLE}}}",
    "schemas": f"[{{{HOLE}}}]", "schema map": f"{{\n\t{HOLE}\n}}", "pattern map": f"{{{HOLE}}}",
    "items": f"{{{HOLE}}}", "dependencies": f"{{{HOLE}}}",
}  # fmt: skip
_OBJECT: Final = frozenset(
    {
        "properties", "required", "propertyOrder", "additionalProperties", "patternProperties",
        "propertyNames", "minProperties", "maxProperties", "dependencies",
    }
)  # fmt: skip
_ARRAY: Final = frozenset({"items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"})
_TEXT: Final = frozenset({"minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"})
_NUMBER: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_OF_TYPE: Final = (
    (_OBJECT, ("object",)), (_ARRAY, ("array",)), (_TEXT, ("string",)), (_NUMBER, ("number", "integer")),
)  # fmt: skip
_USUAL: Final = (
    "type",
    "title",
    "description",
    "properties",
    "required",
    "items",
    "format",
    "enum",
    "default",
)


def is_schema(loc: Loc) -> bool:
    """Whether what stands at `loc` in an input schema is a schema, and not a map or list of them."""
    at = 0
    while at < len(loc):
        shape = KEYWORDS.get(str(loc[at]))
        if shape in ("schema map", "pattern map", "schemas", "dependencies"):
            at += 2
        elif shape == "items":
            at += 2 if at + 1 < len(loc) and isinstance(loc[at + 1], int) else 1
        elif shape == "schema":
            at += 1
        else:
            return False
    return at == len(loc)


def names(cursor: Cursor, schema: JSON) -> Iterator[Option]:
    """Offer the keywords that can stand beside what is there; those of the type first."""
    container = cursor.loc[:-1]
    if not is_schema(container):
        yield from _required_names(container, schema)
        return
    there = value_at(schema, container)
    given = set(there) - {cursor.text} if isinstance(there, dict) else set()
    kinds = _kinds(there)
    for name, shape in KEYWORDS.items():
        if name not in given:
            fits = all(not kinds or kinds & set(types) for words, types in _OF_TYPE if name in words)
            yield Option(
                label=name,
                sort="keyword",
                insert=f"{json.dumps(name)}: {_VALUES[shape]}",
                detail=shape,
                text=glossary.KEYWORDS.get(name, ""),
                reason="" if fits else f"It says nothing about a value of type {' or '.join(sorted(kinds))}.",
                boost=(20 if name in _USUAL else 0) if fits else -50,
            )


def _kinds(schema: JSON) -> set[str]:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return {kind} if isinstance(kind, str) else set(map(str, kind)) if isinstance(kind, list) else set()


def _required_names(container: Loc, schema: JSON) -> Iterator[Option]:
    """Offer fields that are required and not described yet."""
    if container[-1:] != ("properties",) or not is_schema(container[:-1]):
        return
    owner = value_at(schema, container[:-1])
    wanted = owner.get("required") if isinstance(owner, dict) else None
    have = value_at(schema, container)
    for name in wanted if isinstance(wanted, list) else ():
        if isinstance(name, str) and not (isinstance(have, dict) and name in have):
            insert = f'{json.dumps(name)}: {{\n\t"type": "{HOLE}"\n}}'
            yield Option(name, "field", insert, "required, but missing", "A field of the form.")


def values(cursor: Cursor, schema: JSON) -> Iterator[Option]:
    """Offer values for the keyword at the cursor."""
    loc = cursor.loc
    if isinstance(loc[-1] if loc else "", int):
        yield from _items(loc, schema)
        return
    if not loc or not is_schema(loc[:-1]):
        return
    keyword = str(loc[-1])
    if keyword == "type":
        yield from _texts(TYPES)
    elif keyword == "format":
        kinds = _kinds(value_at(schema, loc[:-1]))
        for name, fitting in FORMATS.items():
            reason = "" if not kinds or kinds & set(fitting) else f"It is for {' or '.join(fitting)}."
            yield Option(
                name, "value", json.dumps(name), text=glossary.FORMATS.get(name, ""), reason=reason,
                boost=-20 if reason else 10 if name in glossary.FORMATS else 0,
            )  # fmt: skip
    elif keyword == "$ref":
        yield from _texts(f"#/definitions/{name}" for name in _keys(schema, ("definitions",)))
    elif keyword == "$schema":
        yield from _texts([DIALECT])
    elif KEYWORDS.get(keyword) == "boolean" or keyword.startswith("additional"):
        yield from (Option(word, "value", word) for word in ("true", "false"))


def _items(loc: Loc, schema: JSON) -> Iterator[Option]:
    keyword, owner = loc[-2] if len(loc) > 1 else "", loc[:-2]
    if keyword in ("required", "propertyOrder"):
        there = value_at(schema, loc[:-1])
        given = [name for at, name in enumerate(there) if at != loc[-1]] if isinstance(there, list) else []
        yield from _texts(name for name in _keys(schema, (*owner, "properties")) if name not in given)
    elif keyword == "type":
        yield from _texts(TYPES)


def _keys(schema: JSON, loc: Loc) -> list[str]:
    found = value_at(schema, loc)
    return list(found) if isinstance(found, dict) else []


def _texts(words: Iterator[str] | list[str] | tuple[str, ...]) -> Iterator[Option]:
    for word in words:
        yield Option(
            word, "value", json.dumps(word, ensure_ascii=False), text=glossary.KEYWORDS.get(word, "")
        )
