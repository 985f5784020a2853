"""A table of which each row is an input: which places of the input its columns may fill, and with what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flowlang.forms import controls, json_text
from flowlang.forms.conditions import taken
from flowlang.forms.defaults import fitting
from flowlang.forms.kinds import kind, type_of, variants
from flowlang.forms.parts import Part, item_schema, properties, whole
from flowlang.forms.table import cell_value
from flowlang.forms.values import ABSENT, member_loc

MAX_TARGETS: Final = 300
_MAX_DEPTH: Final = 8
_PARTED: Final = re.compile(r"[;,]")


@dataclass(frozen=True, slots=True)
class Target:
    """A place of the input that a column may fill.

    steps   the member names that lead there
    loc     the same as a JSONPath
    title   the titles on the way, e.g. "Dataset › Path"
    """

    steps: tuple[str, ...]
    loc: str
    title: str
    part: Part

    @property
    def names(self) -> frozenset[str]:
        """Return what a column may be called to mean this place, case folded."""
        path = ".".join(self.steps)
        spelt = (path, self.loc, "/".join(self.steps), "_".join(self.steps), self.title, self.steps[-1])
        return frozenset(
            name.casefold() for name in (*spelt, self.title.rpartition(" › ")[2], f"input.{path}")
        )


def targets(schema: Any, base: dict[str, Any]) -> list[Target]:
    """Return the places of an input that a column may fill, in the form's order.

    base   what all rows share: it decides which variants and which conditional members there are
    """
    found: list[Target] = []
    for target in _below(whole(schema), base, (), "$", ""):
        found.append(target)
        if len(found) == MAX_TARGETS:
            break
    return found


def _below(part: Part, value: Any, steps: tuple[str, ...], loc: str, above: str) -> Iterator[Target]:
    if len(steps) > _MAX_DEPTH or part.schema.get("readOnly") is True:
        return
    shown = _shown(part, value)
    is_group = kind(shown) in ("object", "collection") or not steps
    if is_group and (not steps or shown.schema.get("properties")) and not (steps and shown.repeats):
        given = value if isinstance(value, dict) else {}
        for name, schema in properties(shown):
            inner = shown.inner(schema)
            title = f"{above} › {_title(inner, name)}" if above else _title(inner, name)
            yield from _below(inner, given.get(name, ABSENT), (*steps, name), member_loc(loc, name), title)
    elif kind(shown) != "const":
        yield Target(steps, loc, above, shown)


def _shown(part: Part, value: Any) -> Part:
    """Return the part as the value has it: with what it brings about, in the variant that it is."""
    part = taken(part, value)
    for _ in range(_MAX_DEPTH):
        if kind(part) != "variant":
            break
        choices = variants(part)
        chosen = fitting(part, value) if value is not ABSENT else 0
        if not choices or chosen is None:
            break
        part = taken(choices[chosen].part, value)
    return part


def _title(part: Part, name: str) -> str:
    title = part.schema.get("title")
    return title if isinstance(title, str) and title.strip() else name


def value_of(target: Target, text: str) -> Any:
    """Return what a cell means at its place; ABSENT when it is blank.

    A cell that begins like JSON is JSON where a list or a group is asked for; the single values of a list may
    also be parted by semicolons or commas. What fits nothing stays text: validation tells of it.
    """
    plain, name = text.strip(), kind(target.part)
    if not plain:
        return ABSENT
    if name == "principal":
        return controls.principals(plain, target.part)
    if name in ("list", "choices"):
        return _list(target.part, plain)
    if name in ("object", "collection", "json", "variant") or not type_of(target.part):
        return _json(plain)
    return cell_value(target.part, text)


def _list(part: Part, plain: str) -> Any:
    if plain.startswith("["):
        return _json(plain)
    item = part.inner(item_schema(part, 0))
    found = (cell_value(item, text.strip()) for text in _PARTED.split(plain))
    return [value for value in found if value is not ABSENT]


def _json(plain: str) -> Any:
    try:
        return json_text.parse(plain)
    except ValueError:
        return plain


def filled(base: dict[str, Any], target: Target, value: Any) -> dict[str, Any]:
    """Return `base` with `value` at the target's place; `base` itself is not changed."""
    made = dict(base)
    inner = made
    for step in target.steps[:-1]:
        below = inner.get(step)
        inner[step] = dict(below) if isinstance(below, dict) else {}
        inner = inner[step]
    inner[target.steps[-1]] = value
    return made


def guessed(heads: list[str], possible: list[Target]) -> list[str]:
    """Return the loc that each column's name means, "" for none; a place is filled by one column only.

    A name that could mean several places means none, unless it is exactly the path of one.
    """
    given: list[str] = []
    for head in heads:
        word = head.strip().casefold()
        exact = [one for one in possible if ".".join(one.steps).casefold() == word]
        meant = exact or [one for one in possible if word in one.names]
        loc = meant[0].loc if word and len(meant) == 1 else ""
        given.append("" if loc in given else loc)
    return given
