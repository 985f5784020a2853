"""What operators, functions and methods of expressions make of kinds of values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from flowlang.dataflow.values import (
    ALL,
    ANY,
    ARRAY,
    ARRAYS,
    BOOLEAN,
    BOOLEANS,
    NULL,
    NUMBER,
    NUMBERS,
    OBJECT,
    TEXT,
    TEXTS,
    Value,
    list_of,
)

_CALCULABLE: Final = NUMBER | BOOLEAN
ITERABLE: Final = TEXT | ARRAY | OBJECT
_Row = tuple[int, int, int]
# (kinds on the left, kinds on the right, kind of the result)
_NUMERIC: Final[tuple[_Row, ...]] = ((_CALCULABLE, _CALCULABLE, NUMBER),)
# Sets are arrays here, as JSON has them.
_SETS: Final[tuple[_Row, ...]] = (*_NUMERIC, (ARRAY, ARRAY, ARRAY))
_BITS: Final[tuple[_Row, ...]] = (*_SETS, (BOOLEAN, BOOLEAN, BOOLEAN))
BINARY: Final[Mapping[type[ast.operator], tuple[str, tuple[_Row, ...]]]] = {
    ast.Add: ("add", (*_NUMERIC, (TEXT, TEXT, TEXT), (ARRAY, ARRAY, ARRAY))),
    ast.Sub: ("subtract", _SETS),
    ast.Mult: (
        "multiply",
        (*_NUMERIC, (TEXT, _CALCULABLE, TEXT), (_CALCULABLE, TEXT, TEXT), (ARRAY, _CALCULABLE, ARRAY),
         (_CALCULABLE, ARRAY, ARRAY)),
    ),
    ast.Div: ("divide", _NUMERIC),
    ast.FloorDiv: ("divide", _NUMERIC),
    ast.Mod: ("divide", ((TEXT, ALL, TEXT), *_NUMERIC)),
    ast.Pow: ("raise to a power", _NUMERIC),
    ast.BitAnd: ("combine", _BITS),
    ast.BitOr: ("combine", (*_BITS, (OBJECT, OBJECT, OBJECT))),
    ast.BitXor: ("combine", _BITS),
    ast.LShift: ("shift", _NUMERIC),
    ast.RShift: ("shift", _NUMERIC),
}  # fmt: skip
ORDERED: Final[tuple[_Row, ...]] = (
    (_CALCULABLE, _CALCULABLE, BOOLEAN),
    (TEXT, TEXT, BOOLEAN),
    (ARRAY, ARRAY, BOOLEAN),
)
CONTAINED: Final[tuple[_Row, ...]] = ((TEXT, TEXT, BOOLEAN), (ALL, ARRAY | OBJECT, BOOLEAN))
TEXT_METHODS: Final[Mapping[str, Value]] = {
    **dict.fromkeys(
        (
            "strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "swapcase", "casefold",
            "removeprefix", "removesuffix", "ljust", "rjust", "center", "zfill", "expandtabs", "replace",
            "join",
        ),
        TEXTS,
    ),
    **dict.fromkeys(("split", "rsplit", "splitlines"), list_of(TEXTS)),
    **dict.fromkeys(("partition", "rpartition"), list_of(TEXTS, 3)),
    **dict.fromkeys(("startswith", "endswith"), BOOLEANS),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), NUMBERS),
}  # fmt: skip
FUNCTIONS: Final[Mapping[str, Value]] = {
    "str": TEXTS, "int": NUMBERS, "float": NUMBERS, "len": NUMBERS, "is_present": BOOLEANS,
    "pathsplit": list_of(TEXTS, 2), "list": ARRAYS, "tuple": ARRAYS, "set": ARRAYS,
}  # fmt: skip
ARGUMENTS: Final[Mapping[str, int]] = {
    "int": TEXT | _CALCULABLE, "float": TEXT | _CALCULABLE, "len": ITERABLE, "pathsplit": TEXT,
    "list": ITERABLE, "tuple": ITERABLE, "set": ITERABLE,
}  # fmt: skip


def combined(rows: tuple[_Row, ...], left: int, right: int) -> int:
    """Return the kinds that an operator can make of these; 0 when it cannot work at all."""
    kinds = 0
    for lefts, rights, result in rows:
        if left & lefts and right & rights:
            kinds |= result
    return kinds


def truth(value: Value) -> bool | None:
    """Return whether a condition holds for `value`; None when it depends."""
    if value.constants:
        found = {bool(scalar) for _, scalar in value.constants}
        return found.pop() if len(found) == 1 else None
    if value.kinds == NULL:
        return False
    if value.kinds == ARRAY and value.items is not None:
        return True if value.items.least else False if value.items.exact == () else None
    return None


def equal(left: Value, right: Value) -> bool | None:
    """Return whether two values are equal; None when it depends."""
    if left.constants is not None and right.constants is not None:
        ours = {value for _, value in left.constants}
        theirs = {value for _, value in right.constants}
        if not ours & theirs:
            return False
        return True if len(ours) == len(theirs) == 1 else None
    # True equals 1 in expressions.
    numbers = NUMBER | BOOLEAN
    if left.kinds & right.kinds or (left.kinds & numbers and right.kinds & numbers):
        return None
    return False


def method(owner: Value, name: str) -> Value:
    """Return what a method of `owner` answers."""
    if owner.kinds == TEXT:
        return TEXT_METHODS.get(name, BOOLEANS if name.startswith("is") else ANY)
    if owner.kinds == OBJECT and name == "keys":
        return list_of(TEXTS)
    if owner.kinds == OBJECT and name in ("values", "items"):
        return ARRAYS
    return NUMBERS if owner.kinds == ARRAY and name in ("index", "count") else ANY
