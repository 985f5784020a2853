"""The states of texts, shared between texts that have them alike, with what is known of each alone.

While somebody types, a text is checked again with every pause, and all states but one are as they were. Each
is read once, and what is found out about it is kept with it: see `told` and `dataflow.kept`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Mapping
from json import JSONDecoder
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from flowlang import definition
from flowlang.definition import Document, Transition, is_deeper, is_end, transitions
from flowlang.members import MAX_DEPTH, Member, Members
from flowlang.problems import JSON

# What two generations of states may have in characters of their texts, each.
_MOST_KEPT: Final = 1_000_000
_START: Final = re.compile(r"[ \t\n\r]*\{")
_EMPTY: Final = re.compile(r"[ \t\n\r]*\}")
_PLAIN: Final = re.compile(r'[ \t\n\r]*"([^"\\\x00-\x1f]*)"[ \t\n\r]*:[ \t\n\r]*')
_QUOTE: Final = re.compile(r'[ \t\n\r]*"')
_COLON: Final = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_AFTER: Final = re.compile(r"[ \t\n\r]*[,}]")
# Decodes a name with escapes.
_NAMES: Final = JSONDecoder()


class Owned(Protocol):
    """What is of use to one owner only."""

    owner: object


class Part:
    """One state of a text.

    name   its name; text: as it is written
    value  its JSON, shared: not to be changed
    told   what checks have found, by check: see `told`
    step   what the data flow has made of it: see `dataflow.kept`
    """

    __slots__ = ("arrows", "is_end", "name", "step", "text", "told", "value")

    def __init__(self, name: str, text: str, value: JSON) -> None:
        self.name, self.text, self.value = name, text, value
        self.arrows: list[Transition] = transitions(value)
        self.is_end = is_end(value)
        self.told: dict[str, Any] = {}
        self.step: Owned | None = None


Parts: TypeAlias = "Mapping[str, Part]"
# The numbers of the `Member` of each member of an object, in the order of the text: one object for them all,
# as what is made for each state of each text has Python look for cycles among all there is.
Places: TypeAlias = "array[int]"
NO_PARTS: Final[Parts] = {}


class Read(NamedTuple):
    """A text that was read, its value, not to be changed, and its states where these were read one by one."""

    document: Document
    value: JSON
    parts: Parts


class _Shelf:
    """Parts that were of use lately: two generations, of which the older is forgotten."""

    def __init__(self) -> None:
        self._young: dict[str | tuple[str, str], Part] = {}
        self._old: dict[str | tuple[str, str], Part] = {}
        self._size = 0

    def clear(self) -> None:
        """Keep nothing any more."""
        self._young, self._old, self._size = {}, {}, 0

    def starting(self, name: str, text: str, at: int) -> Part | None:
        """Return the last state of that name, if it is what stands there."""
        part = self._young.get(name)
        return part if part is not None and text.startswith(part.text, at) else None

    def written(self, name: str, text: str) -> Part | None:
        """Return the state of that name and text."""
        part = self._young.get((name, text)) or self._old.get((name, text))
        if part is not None:
            self.put(part)
        return part

    def put(self, part: Part) -> None:
        """Keep a part."""
        key = part.name, part.text
        if key not in self._young:
            if self._size > _MOST_KEPT:
                self._old, self._young, self._size = self._young, {}, 0
            self._young[key] = part
            self._size += len(part.text)
        self._young[part.name] = part


_shelf: Final = _Shelf()


def forget() -> None:
    """Forget all states, as if no text had been read before."""
    _shelf.clear()


class _Unclear(ValueError):
    """The text is to be read in the usual way."""


class _Shared(Document):
    """A document that was read state by state: its value is read when asked for, and nobody else's."""

    def __init__(self, text: str, places: dict[int, Places], root: int) -> None:
        super().__init__(text, None, [], None)
        del vars(self)["value"]
        self._places, self._root = places, root

    def members(self, start: int) -> Members:
        """Return the places of the members of the object or array that starts at `start`; {} for a scalar."""
        if start not in self._index and start in self._places:
            places = map(Member, *(self._places[start][at::4] for at in range(4)))
            self._index[start] = {self._named(place): place for place in places}
        return super().members(start)

    def _named(self, place: Member) -> str:
        name: str = _NAMES.raw_decode(self.text, place.key_start)[0]
        return name


def read(text: str) -> Read:
    """Return the document that `text` is, as `definition.parse` does, with shared states; never raises."""
    reading = _Reading(text)
    document = definition.parse(text, read=reading.value)
    if reading.is_done:
        return Read(_Shared(text, reading.places, reading.root), document.value, reading.parts)
    return Read(document, document.value, NO_PARTS)


class _Reading:
    """One reading of a text: the members of the document and of its States one by one."""

    def __init__(self, text: str) -> None:
        self.text, self.is_done = text, False
        self.parts: dict[str, Part] = {}
        self.places: dict[int, Places] = {}
        self.root = 0

    def value(self, text: str) -> JSON:
        """Return the value of the text, as `definition.strict` does."""
        try:
            value = self._document()
        except (ValueError, RecursionError):
            # Most often it is broken: that is told, and where, by those that read it otherwise.
            return definition.strict(text)
        self.is_done = True
        return value

    def _document(self) -> JSON:
        start = _START.match(self.text)
        if start is None or definition.has_odd_escapes(self.text):
            raise _Unclear
        self.root = start.end() - 1
        value, end = self._members(self.root, self._member)
        if self.text[end:].strip(" \t\n\r"):
            raise _Unclear
        return value

    def _members(self, opening: int, read: Callable[[str, int], tuple[JSON, int]]) -> tuple[JSON, int]:
        """Return the object that opens there, and where it ends."""
        found: dict[str, JSON] = {}
        places = self.places[opening] = array("L")
        empty = _EMPTY.match(self.text, opening + 1)
        if empty is not None:
            return found, empty.end()
        at = opening
        while True:
            key_start, key_end, name, at = self._name(at + 1)
            if name in found:
                raise _Unclear
            found[name], end = read(name, at)
            places.extend((key_start, key_end, at, end))
            after = _AFTER.match(self.text, end)
            if after is None:
                raise _Unclear
            at = after.end() - 1
            if self.text[at] == "}":
                return found, at + 1

    def _name(self, at: int) -> tuple[int, int, str, int]:
        """Return where a member's name starts and ends, the name, and where the value starts."""
        plain = _PLAIN.match(self.text, at)
        if plain is not None:
            return plain.start(1) - 1, plain.end(1) + 1, plain[1], plain.end()
        opening = _QUOTE.match(self.text, at)
        if opening is None:
            raise _Unclear
        name, key_end = _NAMES.raw_decode(self.text, opening.end() - 1)
        colon = _COLON.match(self.text, key_end)
        if colon is None:
            raise _Unclear
        return opening.end() - 1, key_end, name, colon.end()

    def _member(self, name: str, at: int) -> tuple[JSON, int]:
        if name == "States" and self.text.startswith("{", at):
            return self._members(at, self._state)
        return self._decoded(at, MAX_DEPTH - 1)

    def _state(self, name: str, at: int) -> tuple[JSON, int]:
        part = _shelf.starting(name, self.text, at)
        if part is None:
            value, end = self._decoded(at, MAX_DEPTH - 2)
            part = _shelf.written(name, self.text[at:end]) or Part(name, self.text[at:end], value)
            if part.text.startswith("{"):
                _shelf.put(part)
        self.parts[name] = part
        return part.value, at + len(part.text)

    def _decoded(self, at: int, levels: int) -> tuple[JSON, int]:
        value, end = definition.DECODER.raw_decode(self.text, at)
        if is_deeper(value, levels):
            raise _Unclear
        return value, end
