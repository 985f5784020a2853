"""References inside an input schema: where they lead, and that they do not lead round in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urljoin

from flowlang.findings import Put, Remedy, Site, quote
from flowlang.graph import components
from flowlang.problems import JSON, Loc
from flowlang.schema_rules import IN_PLACE

Places: TypeAlias = "list[tuple[Loc, dict[str, JSON]]]"
# Stands for the address of a document that gives none; references join to it as to any other.
_BASE: Final = "http://document.invalid/"


def check(site: Site, root: JSON, places: Places) -> None:
    """Check every $ref. `places` are all schemas in the document that are objects."""
    names = _Names(root, places)
    targets: dict[Loc, Loc] = {}
    for loc, schema in places:
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            continue
        here = Site(site.findings, (*loc, "$ref"), _subject(loc))
        target = names.find(loc, ref)
        if target is not None:
            targets[loc] = target
        elif ref.startswith("#"):
            message = f"$ref {quote(ref)} leads to nothing in this document."
            here.error("schema-ref-unknown", message, *_near(here, ref, root))
        else:
            advice = 'Only references such as "#/definitions/name" work.'
            here.error("schema-ref-remote", f"$ref {quote(ref)} leads out of the document. {advice}")
        _siblings(here, schema)
    _circles(site, places, targets)


def _near(site: Site, ref: str, root: JSON) -> tuple[Remedy, ...]:
    """Offer the definition that is probably meant."""
    listed = root.get("definitions") if isinstance(root, dict) else None
    names = [name for name in listed if name.isidentifier()] if isinstance(listed, dict) else []
    close = site.findings.closest(ref.rpartition("/")[2], names)
    better = f"#/definitions/{close}"
    return (Remedy(f'Write "{better}"', Put(site.loc, better)),) if close else ()


class _Names:
    """The addresses inside a document: its $ids, each made absolute by those around it."""

    def __init__(self, root: JSON, places: Places) -> None:
        self.root = root
        self.bases: dict[Loc, str] = {(): _BASE}
        self.known: dict[str, Loc] = {_BASE: ()}
        for loc, schema in sorted(places, key=lambda place: len(place[0])):
            name = schema.get("$id")
            if isinstance(name, str) and "$ref" not in schema:
                address = _joined(self.bases[self.base(loc)], name)
                self.known.setdefault(address, loc)
                if not name.startswith("#"):
                    self.bases[loc] = address
                    self.known[address] = loc

    def base(self, loc: Loc) -> Loc:
        """Return the nearest place around `loc`, or itself, that has an address."""
        return next(loc[:size] for size in range(len(loc), -1, -1) if loc[:size] in self.bases)

    def find(self, loc: Loc, ref: str) -> Loc | None:
        """Return where `ref`, written at `loc`, leads inside the document; None when nowhere."""
        address, _, pointer = _joined(self.bases[self.base(loc)], ref).partition("#")
        if pointer and not pointer.startswith("/"):
            return self.known.get(f"{address}#{pointer}")
        start = self.known.get(address)
        return None if start is None else _pointer(self.root, start, pointer)


def _joined(base: str, ref: str) -> str:
    try:
        joined = f"{base.partition('#')[0]}{ref}" if ref.startswith("#") else urljoin(base, ref)
    except ValueError:
        return ref
    return joined.removesuffix("#")


def _subject(loc: Loc) -> str:
    at = max((i for i, step in enumerate(loc[:-1]) if step in ("properties", "definitions")), default=None)
    return "Input schema: " if at is None else f"Property {quote(str(loc[at + 1]))}: "


def _pointer(root: JSON, start: Loc, pointer: str) -> Loc | None:
    """Return where a JSON pointer leads from the place `start`, or None."""
    value: Any = root
    for step in start:
        value = value[step]
    loc = list(start)
    for part in pointer.split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        index = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1
        if isinstance(value, dict) and name in value:
            loc.append(name)
        elif isinstance(value, list) and 0 <= index < len(value):
            loc.append(index)
        else:
            return None
        value = value[loc[-1]]
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
