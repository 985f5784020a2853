"""From what a text says to what it shall say, by the least edits: all that stays is left as it was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from flowlang.definition import Document
from flowlang.fixes import gap, line_of
from flowlang.members import Member
from flowlang.problems import JSON, Edit

MAX_INLINE: Final = 90
_FULL: Final = re.compile(r'\[\s*\n\s*(?:"[^"\n]*"|[\d.]+)\s*[,\n]')


def patch(document: Document, wanted: JSON) -> tuple[Edit, ...]:
    """Return the edits, in the order of the text, after which the document's value is `wanted`.

    Members that stay keep their place and their layout; new ones are laid out like their neighbours, each
    behind the member that it follows in `wanted`. The document must be sound JSON.
    """
    start = document.place(()) or 0
    whole = Member(start, start, start, len(document.text.rstrip()))
    return tuple(_Patch(document, _layout(document)).value(whole, document.value, wanted))


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the author writes: one step of indentation, colon, line end; lists always over several lines."""

    unit: str
    colon: str
    line_end: str
    is_full: bool


def _layout(document: Document) -> _Layout:
    text, start = document.text, document.place(()) or 0
    first = min(document.members(start).values(), default=None)
    line_end, indent = line_of(text, first) if first else ("", "")
    colon = text[first.key_end : first.start] if first else ": "
    return _Layout(
        unit=indent if line_end and indent else "  ",
        colon=": " if "\n" in colon or not colon else colon,
        line_end="\r\n" if "\r\n" in text else "\n",
        is_full=_FULL.search(text) is not None,
    )


class _Row(NamedTuple):
    """A member on its way from old to new: without `member` it comes, without `new` it goes."""

    member: Member | None
    old: JSON
    new: _New | None


class _New(NamedTuple):
    """What a member becomes. `key` is None in an array."""

    key: str | None
    value: JSON


@dataclass(frozen=True, slots=True)
class _Patch:
    document: Document
    layout: _Layout

    def value(self, member: Member, old: JSON, new: JSON) -> Iterator[Edit]:
        """Yield the edits that make the value at `member` another one."""
        if isinstance(old, dict) and isinstance(new, dict):
            rows = self._members(member, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            rows = self._elements(member, old, new)
        else:
            if not _is_same(old, new):
                yield Edit(member.start, member.end, self._written(new, self._indent(member), member))
            return
        yield from self._rows(member, rows)

    def _members(self, parent: Member, old: dict[str, JSON], new: dict[str, JSON]) -> list[_Row]:
        """Return the old members in the order of the text, each new one after what it follows in `new`."""
        places = self.document.members(parent.start)
        rows = [
            _Row(places[key], value, _New(key, new[key]) if key in new else None)
            for key, value in sorted(old.items(), key=lambda item: places[item[0]])
        ]
        before: str | None = None
        for key, value in new.items():
            if key not in old:
                rows.insert(_index(rows, before), _Row(None, None, _New(key, value)))
            before = key
        return rows

    def _elements(self, parent: Member, old: list[JSON], new: list[JSON]) -> list[_Row]:
        """Return the elements: those in the middle, between what is the same at both ends, are new."""
        places = self.document.members(parent.start)
        most = min(len(old), len(new))
        head = next((at for at in range(most) if not _is_same(old[at], new[at])), most)
        rest = range(most - head)
        tail = next((at for at in rest if not _is_same(old[-1 - at], new[-1 - at])), len(rest))
        end = len(old) - tail
        rows = [_Row(places[at], old[at], _New(None, new[at])) for at in range(head)]
        common = min(end, len(new) - tail)
        rows += [_Row(places[at], old[at], _New(None, new[at])) for at in range(head, common)]
        rows += [_Row(places[at], old[at], None) for at in range(common, end)]
        rows += [_Row(None, None, _New(None, new[at])) for at in range(common, len(new) - tail)]
        shift = len(new) - len(old)
        return rows + [_Row(places[at], old[at], _New(None, new[at + shift])) for at in range(end, len(old))]

    def _rows(self, parent: Member, rows: list[_Row]) -> Iterator[Edit]:
        """Yield the edits of an object or array, run by run of what comes and goes."""
        before: Member | None = None
        for kept, run in _runs(rows):
            gone = [row for row in run if row.member]
            new = [row.new for row in run if not row.member and row.new]
            for row, instead in zip(gone, new, strict=False):
                yield from self._changed(row, instead)
                before = row.member
            left = [row.member for row in gone[len(new) :] if row.member]
            after = kept.member if kept else None
            if left:
                yield self._removed(parent, before, left, after)
            elif new[len(gone) :]:
                yield self._added(parent, before, new[len(gone) :], after)
            if kept and kept.member and kept.new:
                yield from self._changed(kept, kept.new)
                before = kept.member

    def _changed(self, row: _Row, new: _New) -> Iterator[Edit]:
        member = row.member
        if member is None:
            return
        key = json.dumps(new.key, ensure_ascii=False) if new.key is not None else ""
        if key and json.loads(self.document.text[member.key_start : member.key_end]) != new.key:
            yield Edit(member.key_start, member.key_end, key)
        yield from self.value(member, row.old, new.value)

    def _removed(
        self, parent: Member, before: Member | None, gone: list[Member], after: Member | None
    ) -> Edit:
        if before:
            return Edit(before.end, gone[-1].end, "")
        if after:
            return Edit(gone[0].key_start, after.key_start, "")
        return Edit(parent.start + 1, parent.end - 1, "")

    def _added(
        self, parent: Member, before: Member | None, new: Sequence[_New], after: Member | None
    ) -> Edit:
        sample = before or after
        if sample is None:
            return self._filled(parent, new)
        blanks = gap(self.document.text, sample)
        indent = blanks[len(self.layout.line_end) :] if blanks != " " else None
        texts = [self._member(one, indent, sample) for one in new]
        if before:
            return Edit(before.end, before.end, "".join(f",{blanks}{text}" for text in texts))
        return Edit(sample.key_start, sample.key_start, "".join(f"{text},{blanks}" for text in texts))

    def _filled(self, parent: Member, new: Sequence[_New]) -> Edit:
        """Put members into brackets that hold nothing."""
        outer = self._indent(parent)
        if outer is None:
            text = ", ".join(self._member(one, None) for one in new)
            return Edit(parent.start + 1, parent.end - 1, text)
        line, inner = self.layout.line_end, outer + self.layout.unit
        text = f",{line}".join(inner + self._member(one, inner) for one in new)
        return Edit(parent.start + 1, parent.end - 1, f"{line}{text}{line}{outer}")

    # --- writing

    def _indent(self, member: Member) -> str | None:
        """Return the indentation of the line that `member` begins; None in a text of one line."""
        line_end, indent = line_of(self.document.text, member)
        return indent if line_end or "\n" in self.document.text else None

    def _member(self, new: _New, indent: str | None, sample: Member | None = None) -> str:
        text = self._written(new.value, indent, sample)
        if new.key is None:
            return text
        colon = self.document.text[sample.key_end : sample.start] if sample else self.layout.colon
        return f"{json.dumps(new.key, ensure_ascii=False)}{colon.splitlines()[0]}{text}"

    def _written(self, value: JSON, indent: str | None, sample: Member | None) -> str:
        """Return `value` over as many lines as its neighbour takes; on one where `indent` is None."""
        plain = json.dumps(value, ensure_ascii=False)
        if indent is None or not value or not isinstance(value, dict | list):
            return plain
        if sample and self.document.text[sample.start] in "{[":
            is_one_line = "\n" not in self.document.text[sample.start : sample.end]
            if is_one_line and len(self.document.text[sample.start : sample.end]) > 2:
                return plain
        return self._spread(value, indent)

    def _spread(self, value: JSON, indent: str) -> str:
        """Return an object or array with a line for each member."""
        line, inner = self.layout.line_end, indent + self.layout.unit
        if isinstance(value, dict):
            parts = [
                f"{json.dumps(key, ensure_ascii=False)}{self.layout.colon}{self._inner(one, inner)}"
                for key, one in value.items()
            ]
            return f"{{{line}" + f",{line}".join(inner + part for part in parts) + f"{line}{indent}}}"
        if isinstance(value, list) and not self._is_short(value):
            parts = [self._inner(one, inner, is_element=True) for one in value]
            return f"[{line}" + f",{line}".join(inner + part for part in parts) + f"{line}{indent}]"
        return json.dumps(value, ensure_ascii=False)

    def _inner(self, value: JSON, indent: str, *, is_element: bool = False) -> str:
        is_open = isinstance(value, dict | list) and bool(value)
        if not is_open or (is_element and self._is_short(value)):
            return json.dumps(value, ensure_ascii=False)
        return self._spread(value, indent)

    def _is_short(self, value: JSON) -> bool:
        """Whether a list of plain values, or an object in a list, goes on one line, as most write it."""
        inner = value if isinstance(value, list) else []
        is_nested = any(isinstance(one, dict | list) for one in inner)
        return not (self.layout.is_full or is_nested) and len(json.dumps(value)) <= MAX_INLINE


def _runs(rows: Sequence[_Row]) -> Iterator[tuple[_Row | None, list[_Row]]]:
    """Yield each member that stays with the rows before it that do not; last, None and what is left."""
    run: list[_Row] = []
    for row in rows:
        if row.member and row.new:
            yield row, run
            run = []
        else:
            run.append(row)
    yield None, run


def _index(rows: Sequence[_Row], key: str | None) -> int:
    """Return where a member goes that follows `key`."""
    at = next((at for at, row in enumerate(rows) if row.new and row.new.key == key), -1)
    return at + 1


def _is_same(one: JSON, other: JSON) -> bool:
    """Whether two values are written alike: 1 is not true."""
    return json.dumps(one) == json.dumps(other)
