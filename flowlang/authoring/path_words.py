"""Paths to offer: those that exist at a state, and greyed those that are written elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flowlang.authoring.cursor import Cursor
from flowlang.authoring.grammar import state_of, value_at
from flowlang.authoring.options import Offer, Option, Site
from flowlang.authoring.places import Known, known_at, sample
from flowlang.dataflow.wording import result_path
from flowlang.infer import Place
from flowlang.problems import JSON, Loc


def complete(cursor: Cursor, site: Site) -> Offer | None:
    """Return the paths that can be read at the cursor, and those that cannot, with the reason."""
    state = state_of(cursor.loc)
    data = site.samples.get(state)
    found = known_at(site.definition, site.schema, state, site.results, cursor.before)
    options = [option(known, data) for known in found]
    return Offer("value", cursor.start, cursor.end, options) if options else None


def option(known: Known, data: JSON, label: str = "", insert: str = "") -> Option:
    """Return the option for a place; `label` and `insert` where it is not written as a path."""
    place = known.place
    return Option(
        label=label or place.path,
        sort="path",
        insert=insert or json.dumps(place.path, ensure_ascii=False),
        detail=types(place),
        facts=facts(known, data),
        reason=known.reason,
        boost=-60 if known.reason else -30 if known.steps[:1] == ("_context",) else -len(known.steps),
    )


def types(place: Place) -> str:
    """Return the types of a place in words."""
    return "anything" if len(place.types) == 6 else " or ".join(place.types)


def facts(known: Known, data: JSON) -> tuple[tuple[str, str], ...]:
    """Return who wrote a place, whether it is always there, what it can be, what it was in the last run."""
    place = known.place
    found = [("Written by", ", ".join(writer(name) for name in place.writers))] if place.writers else []
    if not place.certain and not known.reason:
        found.append(("Presence", "not on every way here"))
    if place.values:
        found.append(("One of", ", ".join(json.dumps(value, ensure_ascii=False) for value in place.values)))
    was = None if known.reason or data is None else sample(data, place.path)
    if was is not None:
        found.append(("Last run", was))
    return tuple(found)


def writer(name: str) -> str:
    """Return the writer of a place in words."""
    return {"input": "the input", "context": "the run itself"}.get(name, name)


def results(loc: Loc, site: Site) -> Iterator[Option]:
    """Offer places for a result: one named for the state, all run data, and what is there."""
    state = state_of(loc)
    is_caught = "Catch" in loc
    own = "$.error" if is_caught else result_path(state)
    text = "A place of its own: nothing else is touched."
    yield Option(own, "path", json.dumps(own), "new", text, boost=10)
    yield Option("$", "path", '"$"', "all run data", "Replaces all run data by the result.", boost=-20)
    states = value_at(site.definition, ("States",))
    used = {
        path
        for other in (states.values() if isinstance(states, dict) else ())
        if isinstance(other, dict) and isinstance(path := other.get("ResultPath"), str)
    }
    for path in sorted(used - {own, "$"}):
        yield Option(path, "path", json.dumps(path, ensure_ascii=False), "in use")
