"""Two people's changes of one document brought together: by state, by property, never by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from flowlang.forms.keywords import key
from flowlang.problems import JSON, Loc

Side: TypeAlias = Literal["mine", "theirs"]
Fate: TypeAlias = Literal["mine", "theirs", "both"]
PARTS: Final = ("States", "properties")  # the members whose members are merged one by one
ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the document that is not as it was.

    loc                 ("States", "Copy"), ("StartAt",) or () for the whole of what is no object
    fate                who changed it; both: both did, differently, and somebody has to choose
    base, mine, theirs  its values; ABSENT where it is not there
    """

    loc: Loc
    fate: Fate
    base: object
    mine: object
    theirs: object


def changed_parts(base: JSON, mine: JSON, theirs: JSON) -> list[Part]:
    """Return what either has changed since `base`; what both changed alike is left out."""
    if not all(isinstance(value, dict) for value in (base, mine, theirs)):
        return list(_part((), base, mine, theirs))
    return list(_members((), base, mine, theirs))


def merged(base: JSON, mine: JSON, theirs: JSON, choices: Mapping[Loc, Side]) -> JSON:
    """Return `mine` with what only they have changed, and with what is chosen of theirs.

    choices  for parts with the fate "both"; without a choice mine stays
    """
    value = mine
    for part in changed_parts(base, mine, theirs):
        if part.fate == "theirs" or (part.fate == "both" and choices.get(part.loc) == "theirs"):
            value = _put(value, theirs, part)
    return value


def _members(loc: Loc, base: object, mine: object, theirs: object) -> Iterator[Part]:
    sides = [side if isinstance(side, dict) else {} for side in (base, mine, theirs)]
    for name in dict.fromkeys(name for side in sides for name in side):
        values = [side.get(name, ABSENT) for side in sides]
        is_divided = not loc and name in PARTS and _are_divided(*values)
        yield from _members((name,), *values) if is_divided else _part((*loc, name), *values)


def _part(loc: Loc, base: object, mine: object, theirs: object) -> Iterator[Part]:
    if _same(mine, theirs):
        return
    is_mine, is_theirs = not _same(base, mine), not _same(base, theirs)
    yield Part(loc, "both" if is_mine and is_theirs else "mine" if is_mine else "theirs", base, mine, theirs)


def _are_divided(base: object, mine: object, theirs: object) -> bool:
    return (base is ABSENT or isinstance(base, dict)) and isinstance(mine, dict) and isinstance(theirs, dict)


def _same(one: object, other: object) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return key(one) == key(other)  # type: ignore[arg-type]


def _put(value: JSON, theirs: JSON, part: Part) -> JSON:
    if not part.loc:
        return theirs
    name, *rest = part.loc
    assert isinstance(value, dict) and isinstance(theirs, dict), "only objects have parts"
    if rest:
        inner, their_inner = value.get(str(name), {}), theirs.get(str(name), {})
        below = Part(tuple(rest), part.fate, part.base, part.mine, part.theirs)
        return value | {str(name): _put(inner, their_inner, below)}
    if part.theirs is ABSENT:
        return {member: each for member, each in value.items() if member != name}
    return _inserted(value, theirs, str(name))


def _inserted(value: dict[str, JSON], theirs: dict[str, JSON], name: str) -> JSON:
    """Return `value` with their member `name`: in its place, or behind the one that it follows in theirs."""
    if name in value:
        return value | {name: theirs[name]}
    names = list(theirs)
    before = [each for each in names[: names.index(name)] if each in value]
    found: dict[str, JSON] = {} if before else {name: theirs[name]}
    for member, each in value.items():
        found[member] = each
        if before and member == before[-1]:
            found[name] = theirs[name]
    return found
