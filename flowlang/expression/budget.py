"""What an expression may spend, and how its values are measured, compared and turned into JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

from flowlang.limits import MAX_DATA_BYTES
from flowlang.problems import JSON

MAX_STEPS: Final = 300_000
MAX_TEMPLATE_STEPS: Final = 2_000_000
MAX_TEXT: Final = 100_000
MAX_ITEMS: Final = 100_000
MAX_INTEGER_BITS: Final = 256
# 64 bits are what a database and a browser's peer can keep; within an expression numbers may be larger.
_STORED_INTEGERS: Final = range(-(2**63), 2**64)

_COLLECTIONS: Final = (dict, list, tuple, set, frozenset)

Value: TypeAlias = Any
"""A JSON value, or a tuple or set on the way to one."""


class ExpressionError(Exception):
    """Why an expression has no value; a clause that never repeats a value of the run data."""


@dataclass(slots=True)
class Allowance:
    """What the evaluations of one template share.

    seed        fixes what rand() and randint() answer: the same seed, the same numbers in the same order
    left_steps  what all of them together may still spend
    draws       how many random numbers have been drawn
    """

    seed: str = ""
    left_steps: int = MAX_TEMPLATE_STEPS
    draws: int = 0

    def draw(self) -> float:
        """Return the next random number: at least 0, less than 1."""
        self.draws += 1
        # Loaded with the first draw: checking needs no digest.
        blake2b = import_module("hashlib").blake2b
        drawn = blake2b(f"{self.seed} {self.draws}".encode(errors="replace"), digest_size=8).digest()
        return (int.from_bytes(drawn, "big") >> 11) / 2**53


class Scope:
    """One evaluation: what is read, the names that comprehensions have bound, and what is left of the budget.

    A step is worth a tenth of a microsecond, a sixth at most, or some hundred bytes that stay in memory.
    """

    __slots__ = ("allowance", "context", "data", "left_steps", "local")

    def __init__(self, data: JSON, context: JSON, allowance: Allowance) -> None:
        self.data, self.context, self.allowance = data, context, allowance
        self.local: dict[str, Value] = {}
        self.left_steps = min(MAX_STEPS, allowance.left_steps)

    def spend(self, steps: int) -> None:
        """Take `steps` from the budget. Raises ExpressionError when it is used up."""
        self.left_steps -= steps
        if self.left_steps < 0:
            raise ExpressionError("it takes too many steps; work on less data, or in several states")

    def made_text(self, text: str, limit: int = MAX_TEXT) -> str:
        """Return `text`, a new one, after paying for it."""
        if len(text) > limit:
            raise ExpressionError(f"it makes a text of more than {MAX_TEXT:,} characters")
        # Text outside ASCII takes up to four bytes a character.
        self.spend(len(text) // (64 if text.isascii() else 16))
        return text

    def made_items(self, items: Value) -> Value:
        """Return `items`, a new collection, after paying for it."""
        self.spend(len(items) // 8)
        return items


def check_room(length: int, limit: int, what: str) -> None:
    """Raise ExpressionError when something of `length` may not be made."""
    if length > limit:
        raise ExpressionError(f"it makes {what} of more than {limit:,} parts")


def number(value: Value) -> Value:
    """Return `value`, the result of arithmetic. Raises ExpressionError if it is too large or not a number."""
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        raise ExpressionError("a number becomes too large")
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise ExpressionError("a result is not a finite number")
    return value


def is_number(value: Value) -> bool:
    """Say whether `value` can be calculated with. True and False can, as in Python."""
    return isinstance(value, (int, float))


def name_kind(value: Value) -> str:
    """Return the kind of `value` in words, for messages."""
    kinds = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number"),
        (dict, "an object"),
    )
    if value is None:
        return "null"
    return next((words for kind, words in kinds if isinstance(value, kind)), "a list")


def equal(scope: Scope, left: Value, right: Value) -> bool:
    """Say whether two values are equal; every pair looked at is paid for."""
    if left is right:
        return True
    if isinstance(left, str) and isinstance(right, str):
        scope.spend(len(left) // 1_024)
    elif isinstance(left, dict) and isinstance(right, dict):
        return _equal_objects(scope, left, right)
    elif isinstance(left, (list, tuple)) and type(left) is type(right):
        return _equal_lists(scope, left, right)
    elif isinstance(left, (set, frozenset)):
        scope.spend(len(left))
    return bool(left == right)


def _equal_objects(scope: Scope, left: dict[Value, Value], right: dict[Value, Value]) -> bool:
    if len(left) != len(right):
        return False
    scope.spend(2 * len(left))
    return all(key in right and equal(scope, value, right[key]) for key, value in left.items())


def _equal_lists(scope: Scope, left: Value, right: Value) -> bool:
    if len(left) != len(right):
        return False
    for one, other in zip(left, right, strict=True):
        scope.spend(3)
        if not equal(scope, one, other):
            return False
    return True


def as_key(scope: Scope, value: Value) -> Value:
    """Return `value`, which is to be a key or a member of a set. Raises ExpressionError when it cannot be."""
    if isinstance(value, tuple):
        # Hashing a tuple walks all of it, each time, shared parts again and again.
        measure(scope, value)
        for member in value:
            as_key(scope, member)
    elif isinstance(value, (list, dict, set, frozenset)):
        raise ExpressionError(f"{name_kind(value)} cannot be a key or stand in a set")
    return value


def in_order(values: set[Value] | frozenset[Value]) -> list[Value]:
    """Return the members of a set in an order that is the same on every machine."""
    return sorted(values, key=_rank)


def _rank(value: Value) -> tuple[int, Value]:
    if value is None:
        return (0, 0)
    if is_number(value):
        return (1, value)
    return (2, value) if isinstance(value, str) else (3, repr(value))


def to_json(scope: Scope, value: Value) -> JSON:
    """Return `value` as JSON: tuples and sets become arrays, keys become text.

    Raises ExpressionError for what JSON or the run data cannot hold
    """
    return _Result(scope).convert(value)


class _Result:
    """One conversion. A part that is mentioned many times is walked, and paid for, at each mention."""

    __slots__ = ("left_characters", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope, self.left_characters = scope, MAX_DATA_BYTES

    def convert(self, value: Value) -> JSON:
        if isinstance(value, str):
            return self._text(value)
        if not isinstance(value, _COLLECTIONS):
            return _scalar(value)
        self.scope.spend(4 + 2 * len(value))
        self._count(2 + len(value))
        return self._walk(value)

    def _walk(self, value: Value) -> JSON:
        if isinstance(value, dict):
            return {self._key(key): self.convert(below) for key, below in value.items()}
        return [
            self.convert(below) for below in (value if isinstance(value, (list, tuple)) else in_order(value))
        ]

    def _count(self, characters: int) -> None:
        # Counted per mention: one long text may stand in a list ten thousand times.
        self.left_characters -= characters
        if self.left_characters < 0:
            raise ExpressionError(f"its result is larger than the {MAX_DATA_BYTES:,} bytes of the run data")

    def _text(self, text: str) -> str:
        self._count(len(text))
        if "\0" in text or not (text.isascii() or _is_unicode(text)):
            raise ExpressionError("its result holds a character that cannot be stored")
        return text

    def _key(self, key: Value) -> str:
        if isinstance(key, tuple):
            raise ExpressionError("a key of an object is a list; it must be text")
        return self._text(key if isinstance(key, str) else _key_text(key))


def _key_text(key: Value) -> str:
    words = {None: "null", True: "true", False: "false"}
    return words[key] if key is None or isinstance(key, bool) else str(_scalar(key))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _scalar(value: Value) -> JSON:
    if (isinstance(value, int) and value in _STORED_INTEGERS) or value is None:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int):
        raise ExpressionError("its result is a number too large to be kept exactly")
    raise ExpressionError("its result cannot be kept as JSON")


def measure(scope: Scope, value: Value) -> int:
    """Return about how many characters `value` has when written out, shared parts counted each time."""
    return _measure(scope, value, {})


def _measure(scope: Scope, value: Value, parts: dict[int, tuple[int, int]]) -> int:
    scope.spend(3)
    if not isinstance(value, (dict, list, tuple)):
        return len(value) if isinstance(value, str) else 80
    known = parts.get(id(value))
    if known is not None:
        scope.spend(known[1])
        return known[0]
    steps = scope.left_steps
    below = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    size = 2 + sum(_measure(scope, part, parts) + 4 for part in below)
    parts[id(value)] = (size, steps - scope.left_steps)
    return size


def to_text(scope: Scope, value: Value) -> str:
    """Return what str() makes of `value`."""
    if isinstance(value, str):
        return value
    if isinstance(value, (set, frozenset)):
        raise ExpressionError("a set cannot be turned into text; make it a list first")
    if isinstance(value, (dict, list, tuple)):
        check_room(measure(scope, value), MAX_TEXT, "a text")
    return scope.made_text(str(value))
