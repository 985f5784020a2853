"""Checks of an input schema document: draft-07 with propertyOrder, references inside the document only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from flowlang import schema_refs, schema_samples
from flowlang.check_fields import reread
from flowlang.findings import Put, Remedy, Remove, Rename, Site, quote
from flowlang.problems import JSON, Loc
from flowlang.schema_rules import FORMATS, KEYWORDS, LATER, LATER_MAPS, OLD_FORMATS, RANGES, TYPES, Shape

_ADDRESS: Final = "http://json-schema.org/draft-07/schema#"
_FOREIGN_TYPES: Final = {
    "int": "integer", "str": "string", "text": "string", "bool": "boolean", "float": "number",
    "double": "number", "dict": "object", "map": "object", "list": "array", "none": "null", "None": "null",
}  # fmt: skip
_DRAFT_07: Final = re.compile(r"https?://json-schema\.org/draft-07/schema#?")


def document(site: Site, root: JSON) -> None:
    """Check the schema that is a whole document; `site` is the document."""
    places: list[tuple[Loc, dict[str, JSON]]] = []
    waiting: list[tuple[Site, JSON]] = [(Site(site.findings, site.loc, "Input schema: "), root)]
    while waiting:
        here, schema = waiting.pop()
        if isinstance(schema, dict):
            places.append((here.loc, schema))
            waiting += reversed([*_schema(here, schema)])
        elif not isinstance(schema, bool):
            message = f"A schema is an object, true or false; here is {quote(schema)}."
            named = (Remedy(f'Write {{"type": {quote(schema)}}}', Put(here.loc, {"type": schema})),)
            remedies = named if isinstance(schema, str) and schema in TYPES else ()
            here.error("schema-type", message, *remedies, type="type_error.dict")
    _root(Site(site.findings, (), "Input schema: "), root)
    schema_refs.check(site, root, places)
    if not any(finding.problem.severity == "error" for finding in site.findings.found):
        schema_samples.check(site, root, places)


def _schema(site: Site, schema: dict[str, JSON]) -> Iterator[tuple[Site, JSON]]:
    """Check one schema's own keywords, and yield the schemas inside it."""
    for key, value in schema.items():
        shape = KEYWORDS.get(key)
        if shape is None:
            _unknown(site, key, schema)
            if key in LATER_MAPS and isinstance(value, dict):
                yield from _map(site.at(key), value)
        elif problem := _SHAPES[shape](value):
            kind = "type_error.none.not_allowed" if value is None else "value_error"
            message = f"{key} is {quote(value)}; it must be {problem}."
            site.at(key).error("schema-keyword", message, *_mended(site.at(key), shape, value), type=kind)
        else:
            yield from _inside(site.at(key), shape, value)
    _names(site, schema)
    _format(site, schema)
    _values(site, schema)


def _inside(site: Site, shape: Shape, value: JSON) -> Iterator[tuple[Site, JSON]]:
    if shape == "schema" or (shape == "items" and not isinstance(value, list)):
        yield site, value
    elif shape in ("schemas", "items") and isinstance(value, list):
        yield from ((site.at(index), item) for index, item in enumerate(value))
    elif shape in ("schema map", "pattern map") and isinstance(value, dict):
        yield from _map(site, value)
    elif shape == "dependencies" and isinstance(value, dict):
        yield from ((site.at(name), item) for name, item in value.items() if not isinstance(item, list))


def _map(site: Site, schemas: Mapping[str, JSON]) -> Iterator[tuple[Site, JSON]]:
    is_pattern_map = site.loc[-1:] == ("patternProperties",)
    for name, schema in schemas.items():
        here = Site(site.findings, (*site.loc, name), f"Property {quote(name)}: ")
        if is_pattern_map and not schema_samples.is_pattern(name):
            here.error("schema-pattern", f"{quote(name)} is not a regular expression.", on_key=True)
        is_keyword = name in ("additionalProperties", "required") and not isinstance(schema, dict)
        if is_keyword and site.loc[-1:] == ("properties",):
            message = f'"{name}" stands inside properties, as if an input were called so. Move it up.'
            up = Put((*site.loc[:-1], name), schema)
            moved = Remedy("Move it up", up, (Remove(here.loc),))
            here.warn("schema-misplaced", message, moved, on_key=True)
            continue
        yield here, schema


def _unknown(site: Site, key: str, schema: Mapping[str, JSON]) -> None:
    here = site.at(key)
    close = (
        None
        if key in LATER
        else site.findings.closest(key, [name for name in KEYWORDS if name not in schema])
    )
    remedies = [Remedy(f'Rename to "{close}"', Rename(here.loc, close))] if close else []
    advice = LATER.get(key) or (f'Did you mean "{close}"?' if close else "Remove it, or check its name.")
    message = f"{quote(key)} is not a keyword of input schemas and does nothing. {advice}"
    here.warn(
        "schema-keyword-unknown", message, *remedies, Remedy("Remove it", Remove(here.loc)), on_key=True
    )


def _mended(site: Site, shape: Shape, value: JSON) -> tuple[Remedy, ...]:
    """Offer the value that a keyword was probably meant to have."""
    better: JSON = None
    if shape == "type" and isinstance(value, str):
        better = _FOREIGN_TYPES.get(value) or site.findings.closest(value, TYPES)
    elif isinstance(value, str) and shape in ("number", "positive", "count", "boolean"):
        better = reread(value)
    elif isinstance(value, str) and shape in ("names", "list"):
        better = [value]
    if better is None or _SHAPES[shape](better):
        return ()
    return (Remedy(f"Write {json.dumps(better, ensure_ascii=False)}", Put(site.loc, better)),)


# --- shapes: what must be, in words, or "" when it is


def _is(*kinds: type, words: str) -> Callable[[JSON], str]:
    return lambda value: "" if isinstance(value, kinds) and not isinstance(value, bool) else words


def _count(value: JSON) -> str:
    is_count = (
        isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value == value // 1
    )
    return "" if is_count else "a whole number, 0 or more"


def _positive(value: JSON) -> str:
    is_positive = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return "" if is_positive else "a number above 0"


def _name_list(value: JSON) -> str:
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else None
    is_list = names is not None and isinstance(value, list) and len(value) == len(set(names)) == len(names)
    return "" if is_list else "a list of names, each once"


def _type(value: JSON) -> str:
    names = value if isinstance(value, list) else [value]
    is_known = bool(names) and all(isinstance(name, str) and name in TYPES for name in names)
    is_unique = len({str(name) for name in names}) == len(names)
    return "" if is_known and is_unique else f"one of {', '.join(TYPES)}, or a list of these"


def _dependencies(value: JSON) -> str:
    is_map = isinstance(value, dict) and all(
        not isinstance(v, list) or not _name_list(v) for v in value.values()
    )
    return "" if is_map else "an object with lists of names or schemas"


_SHAPES: Final[Mapping[Shape, Callable[[JSON], str]]] = {
    "text": _is(str, words="text"),
    "boolean": lambda value: "" if isinstance(value, bool) else "true or false",
    "number": _is(int, float, words="a number"),
    "positive": _positive,
    "count": _count,
    "any": lambda value: "",
    "list": _is(list, words="a list"),
    "names": _name_list,
    "type": _type,
    "schema": lambda value: "",
    "schemas": lambda value: "" if isinstance(value, list) and value else "a list of one schema at least",
    "schema map": _is(dict, words="an object"),
    "pattern map": _is(dict, words="an object"),
    "items": lambda value: "a schema, or a list of one at least" if value == [] else "",
    "dependencies": _dependencies,
}


# --- what fits together


def _root(site: Site, root: JSON) -> None:
    if root is False:
        site.error("schema-root", "false lets no input through. Write {} to accept any.")
    if not isinstance(root, dict):
        return
    kinds = root.get("type", "object")
    if not _type(kinds) and "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        message = f'type is {quote(kinds)}, but a run\'s input is always an object. Write "object".'
        loc = site.at("type").loc
        site.at("type").error("schema-root", message, Remedy('Write "object"', Put(loc, "object")))
    draft = root.get("$schema")
    if isinstance(draft, str) and not _DRAFT_07.fullmatch(draft):
        message = f"$schema names {quote(draft)}, but input schemas are read as draft-07."
        here = site.at("$schema")
        here.warn("schema-draft", message, Remedy(f'Write "{_ADDRESS}"', Put(here.loc, _ADDRESS)))


def _names(site: Site, schema: Mapping[str, JSON]) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "$ref" in schema:
        return
    for key, code in (("required", "schema-required-unknown"), ("propertyOrder", "schema-order-unknown")):
        listed = schema.get(key)
        names = listed if isinstance(listed, list) else []
        for index, name in enumerate(names):
            if not isinstance(name, str) or name in properties or "patternProperties" in schema:
                continue
            close = site.findings.closest(name, [known for known in properties if known not in names])
            here = site.at(key, index)
            better = (Remedy(f'Write "{close}"', Put(here.loc, close)),) if close else ()
            remedies = (*better, Remedy("Remove it", Remove(here.loc)))
            advice = f' Did you mean "{close}"?' if close else " Add it there, or take it out here."
            here.warn(code, f"{key} names {quote(name)}, which is not in properties.{advice}", *remedies)


def _format(site: Site, schema: Mapping[str, JSON]) -> None:
    name = schema.get("format")
    if not isinstance(name, str):
        return
    here, kinds = site.at("format"), schema.get("type")
    if name in OLD_FORMATS:
        message = f"format {quote(name)} is an old one: it is kept, but the form shows a plain field."
        here.hint("schema-format-old", message)
    elif name not in FORMATS:
        close = site.findings.closest(name, FORMATS)
        remedies = (Remedy(f'Write "{close}"', Put(here.loc, close)),) if close else ()
        advice = f' Did you mean "{close}"?' if close else " It is kept, but nothing is checked."
        here.warn("schema-format", f"format {quote(name)} is not known.{advice}", *remedies)
    elif isinstance(kinds, str) and kinds not in FORMATS[name] and kinds in TYPES:
        fitting = " or ".join(FORMATS[name])
        message = f"format {quote(name)} does nothing for {quote(kinds)}; it goes with {fitting}."
        here.warn("schema-format-place", message, Remedy("Remove it", Remove(here.loc)))
    elif name == "globus-collection" and not _has_id(schema):
        message = (
            'format "globus-collection" needs properties named id and path; without them it does nothing.'
        )
        here.warn("schema-format-place", message)


def _has_id(schema: Mapping[str, JSON]) -> bool:
    properties = schema.get("properties")
    return isinstance(properties, dict) and "id" in properties


def _values(site: Site, schema: Mapping[str, JSON]) -> None:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not schema_samples.is_pattern(pattern):
        message = f"pattern {quote(pattern)} is not a regular expression."
        site.at("pattern").error("schema-pattern", message)
    for low, high in RANGES:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            message = f"{low} is {least}, above {high}, which is {most}: no value fits."
            swapped = Put(site.at(low).loc, most), (Put(site.at(high).loc, least),)
            site.at(low).warn("schema-range", message, Remedy("Swap the two", *swapped))
    allowed = schema.get("enum")
    if isinstance(allowed, list):
        if not allowed:
            site.at("enum").warn("schema-enum", "enum is empty: no value fits.")
        elif (second := _second(allowed)) is not None:
            remedy = Remedy("Remove the second one", Remove(site.at("enum", second).loc))
            site.at("enum").warn("schema-enum", "enum has a value twice.", remedy)


def _second(values: list[JSON]) -> int | None:
    """Return the place of the first value that an earlier one equals."""
    seen: set[str] = set()
    for at, text in enumerate(map(repr, values)):
        if text in seen:
            return at
        seen.add(text)
    return None
