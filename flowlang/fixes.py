"""Turning remedies into edits of the text: the least that makes the change, in the author's layout."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, cast

from flowlang.definition import Document
from flowlang.findings import Change, Put, Remedy, Rename, Replace
from flowlang.members import Member, Members
from flowlang.problems import JSON, Edit, Fix, Loc

_INDENT: Final = re.compile(r"[ \t]*")
_BLANK: Final = re.compile(r"[ \t\r\n]*")
# One character of a text as JSON writes it: two halves, an escape, or itself.
_CHARACTER: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


def resolve(document: Document, remedies: tuple[Remedy, ...]) -> tuple[Fix, ...]:
    """Return the fixes that `remedies` are in this text; what cannot be placed is left out."""
    placed = ((remedy.title, _edits(document, (remedy.change, *remedy.also))) for remedy in remedies)
    return tuple(Fix(title, edits) for title, edits in placed if edits)


def _edits(document: Document, changes: Sequence[Change]) -> tuple[Edit, ...]:
    """Return the edits that make all these changes, in the order of the text; () where one cannot be made."""
    found = [edit(document, change) for change in changes]
    edits = sorted((edit for edit in found if edit), key=lambda edit: edit.start)
    is_apart = all(one.end <= two.start and one.start < two.start for one, two in pairwise(edits))
    return tuple(edits) if len(edits) == len(changes) and is_apart else ()


def edit(document: Document, change: Change) -> Edit | None:
    """Return the edit of the text that makes `change`, or None when its place is not there."""
    if not change.loc:
        return None
    parent = document.place(change.loc[:-1])
    if parent is None:
        return None
    members = document.members(parent)
    member = members.get(change.loc[-1])
    if isinstance(change, Put) and member is None:
        return _put(document, parent, change)
    if member is None:
        return None
    if isinstance(change, Put):
        return Edit(member.start, member.end, _laid_out(document, change.value, member))
    if isinstance(change, Rename):
        return Edit(member.key_start, member.key_end, _text(change.name))
    if isinstance(change, Replace):
        places = _places(document.text[member.start : member.end])
        start, end = (member.start + places[min(at, len(places) - 1)] for at in (change.start, change.end))
        return Edit(start, end, _text(change.text)[1:-1])
    return _remove(document, parent, member)


def _put(document: Document, parent: int, change: Put) -> Edit | None:
    """Add a member or element beside the others, on a line of its own if they have one."""
    key, places = change.loc[-1], document.members(parent)
    is_object = document.text[parent] == "{"
    if is_object != isinstance(key, str) or (isinstance(key, int) and key != len(places)):
        return None
    first, last = _ends(places)
    value = _laid_out(document, change.value, last)
    written = f"{_text(key)}: {value}" if is_object else value
    if first is None or last is None:
        return Edit(parent + 1, parent + 1, written)
    blanks = gap(document.text, last)
    if change.is_first:
        return Edit(first.key_start, first.key_start, f"{written},{gap(document.text, first)}")
    return Edit(last.end, last.end, f",{blanks}{written}")


def _ends(places: Members) -> tuple[Member | None, Member | None]:
    """Return the first and the last member of the text."""
    return min(places.values(), default=None), max(places.values(), default=None)


def gap(text: str, member: Member) -> str:
    """Return what stands before a member that has a line of its own; else a blank."""
    line_end, indent = line_of(text, member)
    is_alone = text.endswith(line_end + indent, 0, member.key_start)
    return line_end + indent if line_end and is_alone else " "


def line_of(text: str, member: Member) -> tuple[str, str]:
    """Return the line end before the line that a member starts in, and the indent of that line."""
    start = max(text.rfind("\n", 0, member.key_start), text.rfind("\r", 0, member.key_start)) + 1
    line_end = "\r\n" if text[max(start - 2, 0) : start] == "\r\n" else text[max(start - 1, 0) : start]
    return line_end if start else "", _matched(_INDENT, text, start)[0]


def _matched(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str]:
    """Return the match of a pattern that matches anywhere, if only nothing."""
    return cast("re.Match[str]", pattern.match(text, start))


def _laid_out(document: Document, value: JSON, sample: Member | None) -> str:
    """Return `value` as it is written; over several lines if `sample`, beside it or in its place, is so."""
    inner, _ = _ends(document.members(sample.start)) if sample else (None, None)
    if sample is None or inner is None or not isinstance(value, dict | list):
        return _text(value)
    line_end, outer = line_of(document.text, sample)
    blanks = gap(document.text, inner)
    if blanks == " " or not blanks.startswith(line_end + outer):
        return _text(value)
    lines = json.dumps(value, ensure_ascii=False, indent=blanks[len(line_end + outer) :])
    return lines.replace("\n", line_end + outer)


def _remove(document: Document, parent: int, member: Member) -> Edit:
    """Take the member out with one of the commas beside it, or with all blanks if it is the only one."""
    members = sorted(document.members(parent).values())
    at = members.index(member)
    if at > 0:
        return Edit(members[at - 1].end, member.end, "")
    if len(members) > 1:
        return Edit(member.key_start, members[1].key_start, "")
    return Edit(parent + 1, _matched(_BLANK, document.text, member.end).end(), "")


def _text(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)


def narrowed(document: Document, loc: Loc, offset: int) -> tuple[int, int] | None:
    """Return where `offset` inside the text at `loc` stands, to the end of that text.

    None where the place is not a text, or an empty one.
    """
    start, end = document.span(loc)
    raw = document.text[start:end]
    if len(raw) < 3 or raw[0] != '"':
        return None
    places = _places(raw)
    return start + places[min(offset, len(places) - 2)], end - 1


def _places(raw: str) -> list[int]:
    """Return where in `raw`, a text with its quotes, the characters of its value start, and the last ends."""
    inner = raw[1:-1]
    if "\\" not in inner:
        return list(range(1, len(raw)))
    return [1 + match.start() for match in _CHARACTER.finditer(inner)] + [len(raw) - 1]
