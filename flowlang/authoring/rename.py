"""Giving a state, or what it has written, another name everywhere, as edits of the text."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from flowlang import fixes, graph
from flowlang.authoring import references
from flowlang.authoring.grammar import state_of, value_at
from flowlang.authoring.references import Reference
from flowlang.definition import Document
from flowlang.findings import Change, Put, Rename, Replace
from flowlang.problems import JSON, Edit, Loc
from flowlang.rules import MAX_NAME

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Renamable(NamedTuple):
    """What can be renamed at a cursor.

    state       the state's name; uses: how many other texts name it
    place       the name of the run data that only this state's ResultPath writes, or ""
    place_uses  how many texts name that
    why_not     why the place cannot be renamed, a sentence, or ""
    """

    state: str
    uses: int
    place: str = ""
    place_uses: int = 0
    why_not: str = ""


class RenameError(ValueError):
    """A new name that cannot be given; the message says why."""


def renamable(document: Document, schema: JSON, loc: Loc) -> Renamable | None:
    """Return what can be renamed at the cursor: the state that is named there, else the one around it."""
    value = value_at(document.value, loc)
    states = value_at(document.value, ("States",))
    known = states if isinstance(states, dict) else {}
    uses = list(references.to_states(document.value))
    is_named = any(here == loc for _, here in uses) and isinstance(value, str) and value in known
    state = str(value) if is_named else state_of(loc)
    if state not in known:
        return None
    count = sum(name == state for name, _ in uses)
    place = _place_of(known[state])
    if not place:
        return Renamable(state, count)
    named = [found for found in _places(document) if found.steps[0] == place]
    return Renamable(state, count, place, len(named), _obstacle(place, state, named, schema))


def _place_of(state: JSON) -> str:
    path = state.get("ResultPath") if isinstance(state, dict) else None
    match = re.fullmatch(r"\$\.([A-Za-z_][A-Za-z0-9_]*)", path) if isinstance(path, str) else None
    return match[1] if match else ""


def _obstacle(place: str, state: str, named: list[Reference], schema: JSON) -> str:
    others = sorted({found.state for found in named if found.writes and found.state != state})
    if others:
        return f'"{others[0]}" writes $.{place} too.'
    properties = value_at(schema, ("properties",))
    if isinstance(properties, dict) and place in properties:
        return f"The input has $.{place} too."
    return ""


def _places(document: Document) -> Iterator[Reference]:
    return references.to_places(graph.build(document.value))


def rename(document: Document, old: str, new: str, place: str = "") -> list[Edit]:
    """Return the edits that rename state `old` to `new`, in the order of the text.

    place   a new name for what its ResultPath writes, wherever that is named; "" leaves it
    Raises  RenameError when a name is empty, too long, taken or cannot be written everywhere
    """
    states = value_at(document.value, ("States",))
    known = states if isinstance(states, dict) else {}
    if old not in known:
        raise RenameError(f'There is no state "{old}" any more.')
    changes: list[Change] = []
    if new != old:
        _check_name(new, known)
        changes.append(Rename(("States", old), new))
        changes += [Put(loc, new) for name, loc in references.to_states(document.value) if name == old]
    if place and place != (before := _place_of(known[old])):
        if not before:
            raise RenameError(f'"{old}" has no ResultPath such as $.name that could be renamed.')
        changes += _place_changes(document, before, place)
    edits = [fixes.edit(document, change) for change in changes]
    return sorted((edit for edit in edits if edit), key=lambda edit: edit.start)


def _check_name(new: str, known: dict[str, JSON]) -> None:
    if not new.strip():
        raise RenameError("A state needs a name.")
    if len(new) > MAX_NAME:
        raise RenameError(f"The name has {len(new)} characters; at most {MAX_NAME} are allowed.")
    if new in known:
        raise RenameError(f'There is a state "{new}" already.')


def _place_changes(document: Document, before: str, place: str) -> list[Change]:
    if not _PLAIN.fullmatch(place) or keyword.iskeyword(place):
        raise RenameError(f'"{place}" cannot name run data in expressions. Use letters, digits and _.')
    named = list(_places(document))
    if any(found.steps[0] == place for found in named):
        raise RenameError(f"$.{place} is in use already.")
    return [
        Replace(found.loc, found.start, found.end, f"['{place}']" if _is_bracket(document, found) else place)
        for found in named
        if found.steps[0] == before
    ]


def _is_bracket(document: Document, found: Reference) -> bool:
    text = value_at(document.value, found.loc)
    return isinstance(text, str) and text.startswith("[", found.start)
