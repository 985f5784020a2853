"""What a form posted, and the single controls read from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from flowlang.forms import controls, json_text
from flowlang.forms.kinds import kind
from flowlang.forms.parts import Part
from flowlang.forms.validation import problem
from flowlang.forms.values import ABSENT
from flowlang.problems import JSON

_NUMBER: Final = re.compile(r"[+-]?([0-9]+)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_MAX_DIGITS: Final = 30
_LARGEST: Final = 2**63
_TRIMMED: Final = frozenset({"uuid", "email", "uri", "ipv4", "ipv6", "hostname", "globus-compute-endpoint"})


@dataclass(slots=True)
class Posted:
    """The posted texts by name, the places they speak of, and what reading them brought to light.

    problems      what could not be read, so that it is in the form only
    notes         what has come into the form and was not looked at yet
    rounds_left   how often a conditional place may still be read once more; nested ones would multiply
    """

    texts: dict[str, list[str]]
    places: frozenset[str]
    unread: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    looked_at: dict[str, int] = field(default_factory=dict)
    entries: dict[str, list[tuple[str, str, Any]]] = field(default_factory=dict)
    problems: list[dict[str, JSON]] = field(default_factory=list)
    notes: list[dict[str, JSON]] = field(default_factory=list)
    fresh: frozenset[str] = frozenset()
    rounds_left: int = 200

    def last(self, name: str) -> str:
        """Return the last text posted under `name`; "" when there is none."""
        found = self.texts.get(name)
        return found[-1] if found else ""

    def forget(self, name: str, level: int) -> None:
        """Forget what was read at and below `name`: its controls belonged to another variant of `level`."""
        outer = {f"{name}#variant{above}" for above in range(level)}
        for kept in (self.unread, self.chosen, self.kept, self.rows, self.looked_at, self.entries):
            for known in set(kept) - outer:
                if known == name or known.startswith((f"{name}/", f"{name}#")):
                    kept.pop(known)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is read: its control's name, its JSONPath, and whether it must be given."""

    name: str
    loc: str
    must: bool = False
    level: int = 0
    depth: int = 0

    def at(self, name: str, loc: str, *, must: bool) -> Place:
        """Return a place one level further down."""
        return Place(name, loc, must, 0, self.depth + 1)

    def branch(self, *, must: bool) -> Place:
        """Return the same place, seen as one of its variants."""
        return Place(self.name, self.loc, must, self.level + 1, self.depth)


def places_of(names: Iterable[str]) -> frozenset[str]:
    """Return every place that is posted, and every group around it."""
    found: set[str] = {""}
    for name in names:
        above, _, step = name.rpartition("/")
        place = f"{above}/{step[:1]}{step[1:].partition('#')[0]}" if "/" in name else ""
        while place not in found:
            found.add(place)
            place = place.rpartition("/")[0]
    return frozenset(found)


def single(posted: Posted, part: Part, place: Place) -> Any:
    """Return the value of a control that holds one text."""
    name, text = kind(part), posted.last(place.name)
    if name == "moment":
        return _moment(posted, place) or ABSENT
    if name == "file":
        # A file control that nobody touched posts a blank after the hidden text that holds what was there.
        given = [one for one in posted.texts.get(place.name, ()) if one]
        return ABSENT if not given or f"{place.name}#drop" in posted.texts else given[-1]
    if name == "number":
        return number(text)
    if name == "choice":
        return next((value for code, value, _ in controls.coded(part) if code == text), text or ABSENT)
    if name == "principal":
        return controls.principals(text, part)
    return _blank(posted, place, text.strip() if part.schema.get("format") in _TRIMMED else text)


def _blank(posted: Posted, place: Place, text: str) -> Any:
    return text if text or posted.last(f"{place.name}#was") == "empty" else ABSENT


def number(text: str) -> Any:
    """Return the number that `text` is; ABSENT when it is blank; the text when it is no number of JSON."""
    plain = text.strip(" \t\n")
    match = _NUMBER.fullmatch(plain)
    if not plain:
        return ABSENT
    if match is None or len(match[1]) > _MAX_DIGITS:
        return text
    found = float(plain) if match[2] or match[3] else int(plain)
    return found if abs(found) < _LARGEST or (isinstance(found, float) and found - found == 0) else text


def boolean(posted: Posted, place: Place) -> Any:
    """Return what a checkbox means: unticked is false only when it must be given, or was given before."""
    if posted.last(place.name):
        return True
    was = posted.last(f"{place.name}#was")
    return False if place.must or was in ("true", "false") else ABSENT


def chosen_values(posted: Posted, part: Part, place: Place) -> Any:
    """Return the ticked values of a group of checkboxes."""
    values = {code: value for code, value, _ in controls.coded(part.inner(part.schema.get("items")))}
    found = [values[code] for code in posted.texts.get(place.name, ()) if code in values]
    return found if found or posted.last(f"{place.name}#was") else ABSENT


def _moment(posted: Posted, place: Place) -> str:
    text = posted.last(place.name)
    offset = posted.last(f"{place.name}#offset").strip()
    if not text or f"{place.name}#offset" not in posted.texts:
        return text
    seconds = ":00" if text.count(":") == 1 else ""
    return f"{text}{seconds}{offset or 'Z'}"


def json_value(posted: Posted, place: Place) -> Any:
    """Return the value of a JSON editor; a text that is not JSON is kept, and told as a problem."""
    text = posted.last(f"{place.name}#json")
    if not text.strip():
        return ABSENT
    try:
        return json_text.parse(text)
    except ValueError as error:
        posted.unread[place.name] = text
        posted.problems.append(problem(place.loc, f"This is not valid JSON. {error}"))
        return ABSENT


def index_at(posted: Posted, marker: str, default: int) -> int:
    """Return the variant's number that `marker` holds, or `default`; -1 is "not given"."""
    text = posted.last(marker)
    return int(text) if re.fullmatch(r"-1|[0-9]{1,4}", text, re.ASCII) else default


def kept_of(posted: Posted, place: Place) -> dict[str, Any]:
    """Return what was typed into the variants that do not show, by their numbers."""
    return object_of(posted.last(f"{place.name}#kept{place.level}"))


def rows_of(posted: Posted, marker: str) -> list[Any]:
    """Return the rows of a long list that were not drawn, as `marker` holds them."""
    try:
        found = json_text.parse(posted.last(marker)) if posted.last(marker) else []
    except ValueError:
        return []
    return list(found) if isinstance(found, list) else []


def object_of(text: str) -> dict[str, Any]:
    """Return the JSON object that a marker holds; {} when it holds none."""
    try:
        found = json_text.parse(text) if text else {}
    except ValueError:
        return {}
    return dict(found) if isinstance(found, dict) else {}


def is_switched(posted: Posted, place: Place) -> bool:
    """Whether another variant was chosen than the one whose controls were posted."""
    shown = f"{place.name}#shown{place.level}"
    wanted = index_at(posted, f"{place.name}#variant{place.level}", -2)
    return wanted != -2 and shown in posted.texts and wanted != index_at(posted, shown, -2)
