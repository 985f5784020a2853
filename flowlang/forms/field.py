"""The tree that a template draws: one `Field` for each place in the form."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice, or one variant."""

    value: str
    title: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One place in the form, ready to be drawn.

    kind        which control (`kinds.Kind`; "omitted" stands for a part of a tree that is not there yet)
    name        the control's name; the markers beside it are `<name>#was`, `<name>#json`, ... (`reading`)
    key         the property's own name, or the row's number
    loc         JSONPath of the value, as problems give it
    text        what the control holds
    was         what `#was` holds: how the value stood when the form was drawn
    detail      a second text: a moment's offset, a variant's level, a fixed value in words; "quiet" for a
                group to which members may be added although nobody asks for them
    typed       the name of a free member, as the person typed it
    before, after   JSON of a long list's rows that are not drawn; `position` says in words which are, `turns`
                hold the actions that draw others
    columns     the head of a list that is drawn as a table
    origin      where the value comes from, in a word (`origins`); can_reset: it has a default that it is not
    can_paste   rows may be pasted into it; can_add: rows or members may be added
    can_remove  it is a row or a free member; can_omit: a part of a tree that may be taken out again
    """

    kind: str
    name: str
    key: str
    loc: str
    title: str
    help: str = ""
    required: bool = False
    read_only: bool = False
    text: str = ""
    was: str = ""
    detail: str = ""
    typed: str = ""
    input_type: str = "text"
    picker: str = ""
    hints: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    children: tuple[Field, ...] = ()
    errors: tuple[str, ...] = ()
    origin: str = ""
    can_reset: bool = False
    before: str = ""
    after: str = ""
    position: str = ""
    turns: tuple[Option, ...] = ()
    columns: tuple[Field, ...] = ()
    can_add: bool = False
    can_paste: bool = False
    can_remove: bool = False
    can_omit: bool = False

    @property
    def id(self) -> str:
        """Return an id for the page that is unique for the field."""
        plain = _NOT_PLAIN.sub("-", self.name).strip("-")
        exact = "/" + plain.replace("-", "/") == self.name
        made = f"f-{plain}" if exact else f"f-{plain}-{zlib.crc32(self.name.encode()):x}"
        return f"{made}-v{self.detail}" if self.kind == "variant" else made

    @property
    def shape(self) -> int:
        """Return a number that is the same for two fields in which the same is asked.

        It is the sum of what all fields in it ask, cut to 32 bits, so that a part can be taken out again.
        """
        return sum(_asked(one) for one in walk((self,))) % 2**32

    @property
    def step(self) -> str:
        """Return the last step of the name: a row's key, or a free member's."""
        return self.name.rpartition("/")[2].removeprefix("#")

    @property
    def is_leaf(self) -> bool:
        """Whether this is one control with its label, not a group of fields."""
        return self.kind not in ("object", "collection", "list", "variant", "omitted", "choices")

    @property
    def by_key(self) -> dict[str, Field]:
        """Return the children by their own names."""
        return {inner.key: inner for inner in self.children}

    @property
    def entries(self) -> tuple[Field, ...]:
        """Return the children whose names the person types."""
        return tuple(inner for inner in self.children if inner.name.rpartition("/")[2].startswith("#"))

    @property
    def members(self) -> tuple[Field, ...]:
        """Return the children whose names the schema gives."""
        return tuple(inner for inner in self.children if not inner.name.rpartition("/")[2].startswith("#"))


@dataclass(frozen=True, slots=True)
class State:
    """What a form holds beside its value.

    texts     raw text of the JSON editors that could not be read, by name
    chosen    which variant shows, by marker; -1 for "not given"
    kept      what was typed into the variants that do not show: marker -> {variant: value}
    rows      keys of a list's rows, in order, by the list's name; "" for a row that was not drawn
    looked_at   a row of a long list that is to be drawn, by the list's name
    entries   key, typed name and value of a group's free members, in order, by the group's name
    fresh     places that were just added and still want their defaults
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: Mapping[str, list[str]] = field(default_factory=dict)
    looked_at: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, list[tuple[str, str, Any]]] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()


def walk(fields: tuple[Field, ...] | list[Field]) -> Iterator[Field]:
    """Yield every field of the trees, from the top."""
    for one in fields:
        yield one
        yield from walk(one.children)


def shape(root: Field) -> str:
    """Return a short text that is the same for two forms in which the same is asked."""
    return str(root.shape)


def _asked(one: Field) -> int:
    options = tuple(option.value for option in one.options)
    return zlib.crc32(repr((one.name, one.kind, one.required, one.title, options)).encode())


def only(root: Field, id: str) -> Field | None:
    """Return `root` without the groups and fields beside the one with this id; None when that is not in it.

    Lists stay as they are: what their rows are called depends on each other.
    """
    if root.id == id:
        return root
    for inner in root.children:
        found = only(inner, id)
        if found is not None:
            return replace(root, children=(found,)) if root.kind in ("object", "variant") else root
    return None
