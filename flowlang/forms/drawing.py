"""What all fields of a form share while it is drawn, and what all fields have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flowlang.forms import controls, json_text
from flowlang.forms.field import Field, State
from flowlang.forms.parts import Part
from flowlang.forms.values import ABSENT, child, member_loc, settled

MAX_FIELDS: Final = 300  # more are unreadable, and browsers and servers bound what one post may hold
MAX_DEPTH: Final = 24
MAX_UNSEEN: Final = 10  # problems told of rows that are not drawn


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its names, and whether it must be given."""

    name: str = ""
    key: str = ""
    loc: str = "$"
    title: str = ""
    must: bool = False
    level: int = 0
    depth: int = 0

    def member(self, key: str, *, must: bool) -> Place:
        """Return the place of a property."""
        return Place(child(self.name, key), key, member_loc(self.loc, key), key, must, 0, self.depth + 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What all fields of one form share. `left` holds how many more fields may be drawn."""

    problems: Mapping[str, list[str]]
    state: State
    left: list[int] = field(default_factory=lambda: [MAX_FIELDS])

    def below(self, loc: str) -> tuple[str, ...]:
        """Return the problems at `loc` and everywhere below."""
        return tuple(
            message
            for place, messages in self.problems.items()
            if place.startswith(loc) and place[len(loc) : len(loc) + 1] in ("", ".", "[")
            for message in messages
        )


def basis_of(drawing: Drawing, part: Part, place: Place, name: str) -> Field:
    """Return a field of the kind `name` that holds nothing yet."""
    title, words = part.schema.get("title"), part.schema.get("description")
    return Field(
        kind=name,
        name=place.name,
        key=place.key,
        loc=place.loc,
        title=title.strip() if isinstance(title, str) and title.strip() else place.title,
        help=words if isinstance(words, str) else "",
        required=place.must,
        errors=tuple(drawing.problems.get(place.loc, ())),
    )


def json_field(drawing: Drawing, part: Part, value: Any, place: Place) -> Field:
    """Return the small JSON editor for what no other control can hold."""
    text = drawing.state.texts.get(place.name)
    if text is None:
        text = "" if value is ABSENT else json_text.write(settled(value))
    return replace(
        basis_of(drawing, part, place, "json"),
        text=text,
        hints=controls.hints("json", part),
        errors=tuple(dict.fromkeys(drawing.below(place.loc))),
    )
