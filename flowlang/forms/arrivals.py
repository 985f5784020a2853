"""Members that come into a form, or leave it, because of what else was typed."""

from __future__ import annotations

from typing import Any, Final

from flowlang.forms.conditions import branches, taken
from flowlang.forms.defaults import default_of
from flowlang.forms.parts import Part, properties, required
from flowlang.forms.posted import Place, Posted, object_of
from flowlang.forms.validation import problem
from flowlang.forms.values import ABSENT, child, member_loc, settled
from flowlang.problems import JSON

_MAX_ROUNDS: Final = 4


def agreed(posted: Posted, part: Part, place: Place, value: dict[str, Any]) -> tuple[Part, dict[str, Any]]:
    """Return what the members `value` of all branches bring about, and those of them that are part of it.

    What stands in the other branches is kept in the group's `#left`.
    """
    possible = branches(part)
    shown, given = taken(part, value), value
    for _ in range(_MAX_ROUNDS):
        known = dict(properties(shown))
        now = {
            name: member
            for name, member in value.items()
            if name in known or name not in possible or child(place.name, name) not in posted.places
        }
        if now == given:
            break
        shown, given = taken(part, now), now
    marker = f"{place.name}#left"
    left = {name: settled(member) for name, member in value.items() if name not in given}
    posted.kept[marker] = object_of(posted.last(marker)) | left
    return shown, given


def arrived(posted: Posted, part: Part, shown: Part, place: Place, given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with what the members that have just come into the form begin with; tell of them."""
    kept, possible, found = posted.kept[f"{place.name}#left"], branches(part), dict(given)
    for name, schema in properties(shown):
        if name not in possible or name in given or child(place.name, name) in posted.places:
            continue
        member = shown.inner(schema)
        begun = kept.pop(name, default_of(member, must=name in required(shown)))
        found |= {} if begun is ABSENT else {name: begun}
        posted.notes.append(_told(member, name, member_loc(place.loc, name)))
    return found


def _told(part: Part, name: str, loc: str) -> dict[str, JSON]:
    title = part.schema.get("title")
    words = title if isinstance(title, str) and title.strip() else name
    return problem(loc, f"“{words}” is asked for now: look at it.")
