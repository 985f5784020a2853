"""Turning remedies into edits of the text: the least that makes the change, in the author's layout."""

from __future__ import annotations

import json

from flowlang.definition import Document
from flowlang.findings import Change, Put, Remedy, Rename
from flowlang.problems import JSON, Edit, Fix, Loc
from flowlang.tokens import Member


def resolve(document: Document, remedies: tuple[Remedy, ...]) -> tuple[Fix, ...]:
    """Return the fixes that `remedies` are in this text; what cannot be placed is left out."""
    placed = ((remedy.title, edit(document, remedy.change)) for remedy in remedies)
    return tuple(Fix(title, (change,)) for title, change in placed if change)


def edit(document: Document, change: Change) -> Edit | None:
    """Return the edit of the text that makes `change`, or None when its place is not there."""
    if not change.loc:
        return None
    parent = document.place(change.loc[:-1])
    if parent is None:
        return None
    members = document.members(parent)
    member = members.get(change.loc[-1])
    if isinstance(change, Put):
        return (
            _put(document, parent, change)
            if member is None
            else Edit(member.start, member.end, _text(change.value))
        )
    if member is None:
        return None
    if isinstance(change, Rename):
        return Edit(member.key_start, member.key_end, _text(change.name))
    return _remove(list(members.values()), member)


def _put(document: Document, parent: int, change: Put) -> Edit | None:
    """Add a member after the last one, on a line of its own if that has one."""
    key, text = change.loc[-1], document.text
    if not isinstance(key, str) or text[parent] != "{":
        return None
    written = f"{_text(key)}: {_text(change.value)}"
    places = document.members(parent).values()
    if not places:
        return Edit(parent + 1, parent + 1, written)
    last = max(places, key=lambda member: member.end)
    line = text.rfind("\n", 0, last.key_start) + 1
    indent = text[line : last.key_start]
    gap = f"\n{indent}" if line and not indent.strip() else " "
    return Edit(last.end, last.end, f",{gap}{written}")


def _remove(members: list[Member], member: Member) -> Edit:
    """Take the member out with one of the commas beside it."""
    members.sort(key=lambda place: place.key_start)
    at = members.index(member)
    if at > 0:
        return Edit(members[at - 1].end, member.end, "")
    if len(members) > 1:
        return Edit(member.key_start, members[1].key_start, "")
    return Edit(member.key_start, member.end, "")


def _text(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)


def narrowed(document: Document, loc: Loc, offset: int) -> tuple[int, int] | None:
    """Return where `offset` inside the text at `loc` stands, to the end of that text.

    None where the place is not a text, or is written with escapes: then offsets do not carry over.
    """
    start, end = document.span(loc)
    raw = document.text[start:end]
    if len(raw) < 3 or raw[0] != '"' or "\\" in raw:
        return None
    return min(start + 1 + offset, end - 2), end - 1
