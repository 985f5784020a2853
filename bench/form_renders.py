"""What renders: of each schema of the corpus and of our own flows, which properties have a field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from form_places import Place, places
from form_sides import Side
from playwright.sync_api import Error

from tests.browser.test_form import EVERYTHING
from tests.browser.test_form_corpus import FILES, document_for, schema_of

STARTERS = Path(__file__).resolve().parent.parent / "library" / "starters"
SEEN = """([beside, fallback]) => {
  const name = KNOWN_BY;
  const controls = [...document.querySelectorAll("input, select, textarea")];
  const isBeside = (one) => one.matches(beside) || one.closest(".unsupported-field") !== null;
  return {
    fields: controls.filter((one) => !isBeside(one)).map(name),
    beside: document.querySelectorAll(beside).length,
    fallbacks: document.querySelectorAll(fallback).length,
  };
}"""


@dataclass(frozen=True)
class Shown:
    """What a form makes of one schema.

    missing   places of properties that have no field
    beside    boxes that stand for what has no field: unsupported ones, JSON editors
    fallbacks   fields that are there by an option for what is not supported
    fault     why there is no form; "" when there is one
    """

    schema: str
    count: int
    missing: tuple[Place, ...] = ()
    beside: int = 0
    fallbacks: int = 0
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.beside or self.fault)


def schemas() -> list[tuple[str, Any, Any]]:
    """Return name, schema and a valid document of each, every schema once."""
    files = [*FILES, *sorted(STARTERS.glob("*/input_schema.json"))]
    found = {json.dumps(schema_of(file), sort_keys=True): file for file in reversed(files)}
    listed = [(file.parent.name, schema_of(file), file) for file in sorted(found.values())]
    made = [(name, schema, document_for(file, schema)) for name, schema, file in listed]
    return [*made, ("every kind of field", EVERYTHING, {"email": "ada@example.org", "way": {"box": "7"}})]


def shown(side: Side, name: str, schema: Any, document: Any) -> Shown:
    """Return what `side` makes of the schema while it holds the document."""
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(str(error).partition("\n")[0][:120])

    wanted = places(schema, document)
    side.page.on("pageerror", note)
    side.open(schema, document)
    side.page.remove_listener("pageerror", note)
    fault = errors[0] if errors else side.fault()
    if fault:
        return Shown(name, len(wanted), tuple(wanted), fault=fault)
    seen = side.page.evaluate(SEEN.replace("KNOWN_BY", side.known_by), [side.beside, side.fallback])
    known = set(seen["fields"])
    missing = tuple(place for place in wanted if known.isdisjoint(side.names(place)))
    return Shown(name, len(wanted), missing, seen["beside"], seen["fallbacks"])


def told(side: Side, found: list[Shown]) -> None:
    """Print the sums, and each schema that is not whole."""
    whole = sum(one.is_whole for one in found)
    count, lost = sum(one.count for one in found), sum(len(one.missing) for one in found)
    faults, boxes = sum(bool(one.fault) for one in found), sum(one.beside for one in found)
    print(f"{side.name:10} {'schemas whole':22} {whole} of {len(found)}")
    print(f"{side.name:10} {'properties as fields':22} {count - lost} of {count}; instead, boxes: {boxes}")
    print(f"{side.name:10} {'schemas without a form':22} {faults}", flush=True)
    by_option = [one.fallbacks for one in found if one.fallbacks]
    print(f"{side.name:10} {'only by its fallback':22} {sum(by_option)} fields of {len(by_option)} schemas")
    for one in found:
        if not one.is_whole:
            first = ", ".join(".".join(map(str, place)) for place in one.missing[:3])
            lacks = f"{len(one.missing)} without a field {first}".rstrip()
            print(f"{'':10}   {one.schema}: {one.fault or f'{lacks}, {one.beside} boxes'}")
