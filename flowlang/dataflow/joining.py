"""What two abstract values have in common: where ways meet, and where loops come to rest."""

from __future__ import annotations

from itertools import compress
from operator import is_not
from typing import Final, TypeAlias

from flowlang.dataflow.values import (
    ANY,
    ARRAY,
    NOTHING,
    OBJECT,
    Bucket,
    Items,
    Members,
    Value,
    of_kinds,
    spread,
)
from flowlang.problems import JSON

MAX_CONSTANTS: Final = 8
MAX_DEPTH: Final = 10
Constants: TypeAlias = "frozenset[tuple[int, JSON]]"


class Joined:
    """Values that were joined, and what they have in common.

    They are found by identity, so all are kept here: no other value can come to have theirs.

    work   about how much it was, without that of the pairs inside
    parts  the values
    turn   the round of work that this was last of use in
    """

    __slots__ = ("inside", "parts", "turn", "value", "work")

    def __init__(self, parts: tuple[Value, ...], turn: int, work: int) -> None:
        self.parts, self.turn, self.work = parts, turn, work
        self.inside: list[Joined] = []
        self.value = NOTHING


class Memo:
    """What was joined, in this round of work and the one before, and how much work it was.

    What is known from the round before counts as work once, as if it had been done: how much work there is
    must not depend on what was done earlier.
    """

    __slots__ = ("_counted", "_inside", "_known", "_turn", "work")

    def __init__(self) -> None:
        self.work = self._counted = self._turn = 0
        self._known: dict[tuple[int, ...], Joined] = {}
        self._inside: list[Joined] = []

    def begin(self) -> None:
        """Begin a round."""
        self._turn += 1
        self.work = self._counted = 0

    def end(self) -> None:
        """End a round; forget what it was not in need of."""
        self._known = {key: each for key, each in self._known.items() if each.turn == self._turn}
        self._inside = []

    def joined(self, a: Value, b: Value, depth: int) -> Value:
        """Return what the two parts of some larger values have in common."""
        key = id(a), id(b), depth
        known = self._known.get(key)
        if known is None:
            around, made = self._inside, self._begun((a, b))
            made.value = _join(a, b, depth, self)
            known = self._known[key] = self._done(made, around)
        elif known.turn != self._turn:
            self._recall(known)
        self._inside.append(known)
        return known.value

    def all_joined(self, values: tuple[Value, ...], most: int) -> Value | None:
        """Return what several large values have in common; None where that is more work than `most`."""
        key = (-1, *map(id, values))
        known = self._known.get(key)
        if known is not None:
            if known.turn != self._turn:
                self._recall(known)
            return known.value
        around, made = self._inside, self._begun(values)
        for value in values:
            made.value = join(made.value, value, 0, self)
            if self.work > most:
                self._inside = around
                return None
        self._known[key] = self._done(made, around)
        return made.value

    def _begun(self, parts: tuple[Value, ...]) -> Joined:
        made = Joined(parts, self._turn, self.work - self._counted)
        self._inside = made.inside
        return made

    def _done(self, made: Joined, around: list[Joined]) -> Joined:
        made.work = self.work - self._counted - made.work
        self._counted += made.work
        self._inside = around
        return made

    def _recall(self, known: Joined) -> None:
        known.turn = self._turn
        self.work += known.work
        self._counted += known.work
        for each in known.inside:
            if each.turn != self._turn:
                self._recall(each)


def array(items: list[Value]) -> Value:
    """Return the array of just these items."""
    each = NOTHING
    for item in items:
        each = join(each, item)
    return Value(ARRAY, items=Items(each, tuple(items) if len(items) <= 32 else None, len(items)))


def join(a: Value, b: Value, depth: int = 0, memo: Memo | None = None) -> Value:
    """Return what can be either; `a` itself where that covers `b`."""
    if a is b or not b.kinds:
        return a
    if not a.kinds:
        return b
    if depth > MAX_DEPTH:
        return ANY
    memo = Memo() if memo is None else memo
    if depth == 0:
        return _join(a, b, depth, memo)
    # Values share their parts: without a memory, a pair would be joined once for each way to it.
    return memo.joined(a, b, depth)


def is_same(a: Value, b: Value) -> bool:
    """Whether the same is known of both."""
    return a is b or (join(a, b) is a and join(b, a) is b)


def _join(a: Value, b: Value, depth: int, memo: Memo) -> Value:
    memo.work += 1
    kinds = a.kinds | b.kinds
    constants = None if a.constants is None or b.constants is None else _constants(a.constants, b.constants)
    # Where only one can be of a kind, what is known of that one holds.
    members = b.members if not a.kinds & OBJECT else a.members
    if a.kinds & b.kinds & OBJECT:
        members = join_members(a.members, b.members, depth, memo) if a.members and b.members else None
    items = b.items if not a.kinds & ARRAY else a.items
    if a.kinds & b.kinds & ARRAY:
        items = join_items(a.items, b.items, depth, memo) if a.items and b.items else None
    origins = a.origins if a.origins >= b.origins else a.origins | b.origins
    if (kinds, constants) == (a.kinds, a.constants) and (
        members is a.members and items is a.items and origins is a.origins
    ):
        return a
    if constants is None and members is None and items is None and not origins:
        return of_kinds(kinds)
    return Value(kinds, constants, members, items, origins)


def _constants(a: Constants, b: Constants) -> Constants | None:
    if a >= b:
        return a
    both = a | b
    return both if len(both) <= MAX_CONSTANTS else None


def join_items(a: Items, b: Items, depth: int, memo: Memo) -> Items:
    """Return what is known of the items of either array."""
    if a is b:
        return a
    exact = None
    if a.exact is not None and b.exact is not None and len(a.exact) == len(b.exact):
        exact = tuple(join(x, y, depth + 1, memo) for x, y in zip(a.exact, b.exact, strict=True))
        if a.exact == exact:
            exact = a.exact
    each = join(a.each, b.each, depth + 1, memo)
    made = Items(each, exact, min(a.least, b.least))
    return a if (each is a.each and exact is a.exact and made.least == a.least) else made


def join_members(a: Members, b: Members, depth: int, memo: Memo) -> Members:
    """Return what is known of the members of either object; `a` itself where that covers `b`."""
    if a is b:
        return a
    buckets, is_more = _join_all(*_alike(a.buckets, b.buckets), depth, memo)
    mask = a.mask | b.mask
    covered = (a.known | (~a.mask if a.rest is None else 0)) & (b.known | (~b.mask if b.rest is None else 0))
    bits = (mask, a.certain & b.certain, covered & mask, a.written | b.written)
    rest = b.rest if a.rest is None else a.rest if b.rest is None else join(a.rest, b.rest, depth + 1, memo)
    source = a.source if a.source >= b.source else a.source | b.source
    if (
        not is_more
        and bits == (a.mask, a.certain, a.known, a.written)
        and rest is a.rest
        and source is a.source
    ):
        return a
    return Members(a.names, buckets, bits, rest, source)


def _alike(a: tuple[Bucket, ...], b: tuple[Bucket, ...]) -> tuple[tuple[Bucket, ...], tuple[Bucket, ...]]:
    """Return both in the same number of buckets."""
    if len(a) == len(b):
        return a, b
    return (a, spread(b[0])) if len(a) > 1 else (spread(a[0]), b)


def _join_all(
    ours: tuple[Bucket, ...], theirs: tuple[Bucket, ...], depth: int, memo: Memo
) -> tuple[tuple[Bucket, ...], bool]:
    """Return the joined buckets, and whether they hold more than ours."""
    if ours is theirs:
        return ours, False
    joined, is_more = list(ours), False
    for at in compress(range(len(ours)), map(is_not, ours, theirs)):
        joined[at], is_other = _join_buckets(ours[at], theirs[at], depth, memo)
        is_more = is_more or is_other
    return tuple(joined), is_more


def _join_buckets(a: Bucket, b: Bucket, depth: int, memo: Memo) -> tuple[Bucket, bool]:
    """Return the joined bucket, and whether it holds more than `a`."""
    # What one way adds to the other is the common case: then the bucket is shared with that way.
    if len(a) <= len(b) and a.items() <= b.items():
        return b, len(a) < len(b)
    memo.work += len(b) // 8
    made = b | a
    is_more = len(made) > len(a)
    # Only what both list, and differently, is to be looked at; and for large objects that is the rare case.
    differs = map(is_not, map(a.get, b, b.values()), b.values())
    for key, value in compress(b.items(), differs):
        ours = a[key]
        if value is None:
            continue
        both = value if ours is None else join(ours, value, depth + 1, memo)
        if both is not ours:
            made[key], is_more = both, True
    return (made, True) if is_more else (a, False)


def widened(old: Value, new: Value) -> Value:
    """Return `new` with anything in place of each member that differs from `old`: loops must come to rest."""
    before, after = old.members, new.members
    if before is None or after is None:
        return new if before is after else Value(new.kinds | old.kinds, origins=new.origins)
    buckets = tuple(
        x if x is y else {key: value if x.get(key) is value else ANY for key, value in y.items()}
        for x, y in zip(*_alike(before.buckets, after.buckets), strict=True)
    )
    members = Members(
        after.names,
        buckets,
        (after.mask, after.certain, after.known, after.written),
        after.rest,
        after.source,
    )
    return Value(new.kinds, None, members, new.items, new.origins)
