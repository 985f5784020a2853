"""Abstract values: what is known of a JSON value before the run that makes it. Immutable, shared freely."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from flowlang.problems import JSON

NULL, BOOLEAN, NUMBER, TEXT, ARRAY, OBJECT = 1, 2, 4, 8, 16, 32
ALL: Final = 63
KIND_WORDS: Final = {
    NULL: "null",
    BOOLEAN: "true or false",
    NUMBER: "a number",
    TEXT: "text",
    ARRAY: "an array",
    OBJECT: "an object",
}
_SMALL: Final = 16
_BUCKETS: Final = 32

Names: TypeAlias = "dict[str, int]"
"""A number for each name that one analysis has seen: the bit that stands for it in masks."""
Origins: TypeAlias = "frozenset[tuple[str | int, ...]]"
Bucket: TypeAlias = "dict[str, Value | None]"
Bits: TypeAlias = "tuple[int, int, int, int]"
NO_ORIGINS: Final[Origins] = frozenset()


class Value:
    """What a value can be.

    kinds      bits of the JSON types that it can have; 0: no value at all
    constants  (kind, value) of all that it can be, where these are few scalars; else None
    members    what is known of its members when it is an object; None: nothing
    items      what is known of its items when it is an array; None: nothing
    origins    places of the input that it may have come from, if these are followed
    """

    __slots__ = ("constants", "items", "kinds", "members", "origins")

    def __init__(
        self,
        kinds: int,
        constants: frozenset[tuple[int, JSON]] | None = None,
        members: Members | None = None,
        items: Items | None = None,
        origins: Origins = NO_ORIGINS,
    ) -> None:
        self.kinds, self.constants = kinds, constants
        self.members, self.items, self.origins = members, items, origins


class Items(NamedTuple):
    """The items of an array: what each can be, one by one if all are known, and how many at least."""

    each: Value
    exact: tuple[Value, ...] | None
    least: int


class Members:
    """The members of an object.

    names    the numbers of names
    buckets  name -> value, or None for what is known to be absent; spread so that copies and joins stay small
    mask     bits of the listed names
    certain  bits of those that are there on every way
    known    bits of those whose listed value covers every way
    written  bits of those that a state or the schema has given, not only a test has shown to be there
    rest     what members not listed can be; None: there are none
    source   places of the input whose members the unlisted ones are, if these are followed
    """

    __slots__ = ("buckets", "certain", "known", "mask", "names", "rest", "source", "written")

    def __init__(
        self,
        names: Names,
        buckets: tuple[Bucket, ...] = ({},),
        bits: Bits = (0, 0, 0, 0),
        rest: Value | None = None,
        source: Origins = NO_ORIGINS,
    ) -> None:
        self.names, self.buckets, self.rest, self.source = names, buckets, rest, source
        self.mask, self.certain, self.known, self.written = bits

    def listed(self, key: str) -> Value | None:
        """Return the listed value of `key`, if any."""
        return self.buckets[hash(key) % len(self.buckets)].get(key)

    def bit(self, key: str) -> int:
        """Return the bit of `key`; 0 for a name that was never seen."""
        number = self.names.get(key)
        return 0 if number is None else 1 << number

    def possible(self) -> list[str]:
        """Return the names that may be there, in order of the alphabet."""
        return sorted(key for bucket in self.buckets for key, value in bucket.items() if value is not None)

    def given(self) -> list[str]:
        """Return the names that a state or the schema may have given, in order of the alphabet."""
        return [key for key in self.possible() if self.written & self.bit(key)]

    def unlisted(self, key: str) -> Value | None:
        """Return what a member that is not listed can be."""
        if self.source:
            return followed(frozenset((*origin, key) for origin in self.source))
        return self.rest

    def replaced(self, key: str, value: Value | None, *, is_write: bool = True) -> Members:
        """Return these members with `key` there as given; None makes it absent."""
        bit = 1 << self.names.setdefault(key, len(self.names))
        written = bit if is_write else self.written & bit
        return self.changed(((key, value),), bit, (bit, 0 if value is None else bit, bit, written))

    def changed(self, members: tuple[tuple[str, Value | None], ...], mask: int, bits: Bits) -> Members:
        """Return these members with some as given: their bits are `mask`, and those in `bits` are set."""
        buckets = self.buckets
        for key, value in members:
            if len(buckets) == 1 and len(buckets[0]) >= _SMALL:
                buckets = spread(buckets[0])
            at = hash(key) % len(buckets)
            bucket = buckets[at]
            if value is None or bucket.get(key) is not value:
                # Else the bucket stays the same: in the second round of a loop most results are so, too.
                buckets = (*buckets[:at], {**bucket, key: value}, *buckets[at + 1 :])
        kept, (listed, certain, known, written) = ~mask, bits
        bits = (
            self.mask | listed,
            self.certain & kept | certain,
            self.known & kept | known,
            self.written & kept | written,
        )
        return Members(self.names, buckets, bits, self.rest, self.source)

    def mask_of(self, keys: Iterable[str]) -> int:
        """Return the bits of these names, of which some may be new."""
        return _mask([self.names.setdefault(key, len(self.names)) for key in keys])


def spread(bucket: Bucket) -> tuple[Bucket, ...]:
    """Return the content of one bucket in many."""
    buckets: tuple[Bucket, ...] = tuple({} for _ in range(_BUCKETS))
    for key, value in bucket.items():
        buckets[hash(key) % _BUCKETS][key] = value
    return buckets


NOTHING: Final = Value(0)
ANY: Final = Value(ALL)
NULLS, BOOLEANS, NUMBERS, TEXTS = Value(NULL), Value(BOOLEAN), Value(NUMBER), Value(TEXT)
ARRAYS, OBJECTS = Value(ARRAY), Value(OBJECT)
_PLAIN: Final = {
    value.kinds: value for value in (NOTHING, NULLS, BOOLEANS, NUMBERS, TEXTS, ARRAYS, OBJECTS, ANY)
}


def of_kinds(kinds: int) -> Value:
    """Return the value of which nothing but its kinds is known."""
    return _PLAIN.get(kinds) or Value(kinds)


def followed(origins: Origins) -> Value:
    """Return what stands at these places of the input."""
    return Value(ALL, origins=origins)


def kind_of(value: JSON) -> int:
    """Return the bit of a JSON value's type."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    return TEXT if isinstance(value, str) else ARRAY if isinstance(value, list) else OBJECT


def constant(value: JSON) -> Value:
    """Return the scalar `value`."""
    if isinstance(value, str) or value is True or value is False:
        return _constant(value)
    kind = kind_of(value)
    return Value(kind, frozenset(((kind, value),)))


@lru_cache(maxsize=4_096)
def _constant(value: str | bool) -> Value:
    # The same text or flag is the same value: where ways meet, there is nothing to join.
    kind = TEXT if isinstance(value, str) else BOOLEAN
    return Value(kind, frozenset(((kind, value),)))


def closed(names: Names, members: Bucket, rest: Value | None = None) -> Value:
    """Return the object that has just these members, all for certain, and those that `rest` allows."""
    mask = _mask([names.setdefault(key, len(names)) for key in members])
    buckets = (members,) if len(members) <= _SMALL else spread(members)
    return Value(OBJECT, members=Members(names, buckets, (mask, mask, mask, mask), rest))


def _mask(numbers: list[int]) -> int:
    if len(numbers) < 64:
        mask = 0
        for number in numbers:
            mask |= 1 << number
        return mask
    # A number of many bits is slow to build one by one.
    bits = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")


def list_of(each: Value, least: int = 0) -> Value:
    """Return an array of at least so many items of that kind."""
    return Value(ARRAY, items=Items(each, None, least))


def words(kinds: int) -> str:
    """Return the kinds in words: "text", "null or a number"."""
    return " or ".join(text for bit, text in KIND_WORDS.items() if kinds & bit)
