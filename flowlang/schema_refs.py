"""References inside an input schema: where they lead, and that they do not lead round in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote

from flowlang.findings import Site, quote
from flowlang.graph import components
from flowlang.problems import JSON, Loc
from flowlang.schema_rules import IN_PLACE

Places: TypeAlias = "list[tuple[Loc, dict[str, JSON]]]"
_MISSING: Final = object()


def check(site: Site, root: JSON, places: Places) -> None:
    """Check every $ref. `places` are all schemas in the document that are objects."""
    anchors = {schema["$id"]: loc for loc, schema in places if _is_anchor(schema.get("$id"))}
    targets: dict[Loc, Loc] = {}
    for loc, schema in places:
        ref = schema.get("$ref")
        if isinstance(ref, str):
            target = _resolve(Site(site.findings, (*loc, "$ref"), _subject(loc)), root, ref, anchors)
            if target is not None:
                targets[loc] = target
            _siblings(Site(site.findings, (*loc, "$ref"), _subject(loc)), schema)
    _circles(site, places, targets)


def _is_anchor(name: JSON) -> bool:
    return isinstance(name, str) and name.startswith("#") and len(name) > 1


def _subject(loc: Loc) -> str:
    at = max((i for i, step in enumerate(loc[:-1]) if step in ("properties", "definitions")), default=None)
    return "Input schema: " if at is None else f"Property {quote(str(loc[at + 1]))}: "


def _resolve(site: Site, root: JSON, ref: str, anchors: Mapping[JSON, Loc]) -> Loc | None:
    if not ref.startswith("#"):
        message = (
            f'$ref {quote(ref)} leads out of the document. Only references such as "#/definitions/name" work.'
        )
        site.error("schema-ref-remote", message)
        return None
    if ref in anchors:
        return anchors[ref]
    target = _pointer(root, ref[1:])
    if target is None:
        site.error("schema-ref-unknown", f"$ref {quote(ref)} leads to nothing in this document.")
    return target


def _pointer(root: JSON, pointer: str) -> Loc | None:
    """Return where a JSON pointer leads, or None."""
    if pointer and not pointer.startswith("/"):
        return None
    value: JSON | object = root
    loc: list[str | int] = []
    for part in pointer.split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            loc.append(name)
            value = value.get(name, _MISSING)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and len(name) < 10:
            loc.append(int(name))
            value = value[int(name)] if int(name) < len(value) else _MISSING
        else:
            value = _MISSING
        if value is _MISSING:
            return None
    return tuple(loc)


def _siblings(site: Site, schema: Mapping[str, JSON]) -> None:
    ignored = [
        key for key in schema if key not in ("$ref", "$id", "$comment", "title", "description", "definitions")
    ]
    if ignored:
        message = (
            f"Beside $ref, {', '.join(map(quote, ignored[:4]))} is ignored. Put both into allOf to have both."
        )
        site.hint("schema-ref-siblings", message, on_key=True)


def _circles(site: Site, places: Places, targets: Mapping[Loc, Loc]) -> None:
    names = {loc: str(index) for index, (loc, _) in enumerate(places)}
    edges: dict[str, list[str]] = {}
    for loc, schema in places:
        below = [targets[loc]] if loc in targets else [] if "$ref" in schema else _in_place(loc, schema)
        edges[names[loc]] = [names[target] for target in below if target in names]
    for knot in components(edges):
        if len(knot) == 1 and knot[0] not in edges[knot[0]]:
            continue
        for name in sorted(knot, key=int):
            loc = places[int(name)][0]
            if loc in targets:
                message = "$ref leads round to itself without ever saying what fits."
                Site(site.findings, (*loc, "$ref"), _subject(loc)).error("schema-ref-loop", message)
                break


def _in_place(loc: Loc, schema: Mapping[str, JSON]) -> list[Loc]:
    found: list[Loc] = []
    for key in IN_PLACE:
        value = schema.get(key)
        if isinstance(value, list):
            found += [(*loc, key, index) for index in range(len(value))]
        elif isinstance(value, dict):
            found.append((*loc, key))
    return found
