"""Parameters of a state: templates whose members ending in `.$` and `.=` are replaced by values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from flowlang import expressions, paths
from flowlang.events import MASK
from flowlang.limits import MAX_DATA_BYTES
from flowlang.problems import JSON, FlowError
from flowlang.sizes import encode, too_large

PRIVATE: Final = "__Private_Parameters"
MAX_TEMPLATE_DEPTH: Final = 64
_SUFFIXES: Final = (".$", ".=")


class _Reading:
    """One evaluation: what is read, how many bytes it may still bring in, and what it may still spend."""

    __slots__ = ("allowance", "context", "data", "left_bytes")

    def __init__(self, data: JSON, context: JSON, seed: str) -> None:
        self.data, self.context, self.left_bytes = data, context, MAX_DATA_BYTES
        self.allowance = expressions.Allowance(seed)

    def pay(self, steps: int) -> None:
        # One path with many matches is nothing, ten thousand of them would hold up every other run.
        self.allowance.left_steps -= steps
        if self.allowance.left_steps < 0:
            raise FlowError("States.Runtime", "too much is looked at; read less, or in several states.")

    def take(self, value: JSON) -> JSON:
        # Counted while evaluating: a template of many "$" members must not build gigabytes first.
        if isinstance(value, str):
            self.left_bytes -= len(value)
        elif isinstance(value, (dict, list)):
            self.left_bytes -= len(encode(value))
        if self.left_bytes < 0:
            raise too_large("The evaluated parameters", MAX_DATA_BYTES - self.left_bytes)
        return value


_Part: TypeAlias = Callable[[_Reading], JSON]
Mask: TypeAlias = "dict[str | int, Mask | None]"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A compiled piece of a template. Constant pieces are shared, never copied."""

    read: _Part
    is_constant: bool
    mask: Mask


@dataclass(frozen=True, slots=True)
class Template:
    """Compiled Parameters."""

    _root: _Piece

    @property
    def private(self) -> Mask:
        """Where its private members are: empty when there are none."""
        return self._root.mask

    def evaluate(self, data: JSON, context: JSON, seed: str = "") -> JSON:
        """Return the parameters with every ".$" and ".=" member replaced by its value.

        data     the run data; not changed; values read from it are shared, not copied
        context  what `$._context` stands for
        seed     fixes the random numbers in its expressions
        Raises   FlowError("States.Runtime") naming the field when a path leads nowhere or an expression fails
        Source   Flows documentation, Authoring Flows, Actions, "Parameters"
        """
        return self._root.read(_Reading(data, context, seed))

    def mask(self, evaluated: JSON) -> JSON:
        """Return `evaluated` with the values that __Private_Parameters names hidden, for logs."""
        return masked(evaluated, self.private)


def compile_template(parameters: JSON) -> Template:
    """Return the compiled form of a Parameters object.

    parameters  {"a.$": "$.x", "b.=": "n + 1", "c": [{"d.$": "$.y"}], "__Private_Parameters": ["a"]}
    Raises      ValueError with a sentence that names the field
    """
    if not isinstance(parameters, dict):
        raise ValueError(f"Parameters is {paths.kind(parameters)}; it must be an object.")
    return Template(_piece(parameters, "", 0))


def _piece(value: JSON, place: str, depth: int) -> _Piece:
    if depth > MAX_TEMPLATE_DEPTH:
        raise ValueError(f"Parameters are nested deeper than {MAX_TEMPLATE_DEPTH} levels.")
    if isinstance(value, dict):
        return _object_piece(value, place, depth)
    if isinstance(value, list):
        return _array_piece(value, place, depth)
    return _Piece(lambda reading: value, is_constant=True, mask={})


def _array_piece(values: list[JSON], place: str, depth: int) -> _Piece:
    pieces = [_piece(value, f"{place}[{index}]", depth + 1) for index, value in enumerate(values)]
    if all(piece.is_constant for piece in pieces):
        return _Piece(lambda reading: values, is_constant=True, mask={})
    reads = [piece.read for piece in pieces]
    mask: Mask = {index: piece.mask for index, piece in enumerate(pieces) if piece.mask}
    return _Piece(lambda reading: [read(reading) for read in reads], is_constant=False, mask=mask)


def _object_piece(members: dict[str, JSON], place: str, depth: int) -> _Piece:
    pieces: dict[str, _Piece] = {}
    for key, value in members.items():
        if key == PRIVATE:
            continue
        name = _base_name(key)
        if name in pieces:
            raise ValueError(
                f'"{_at(place, name)}" is given twice, once with ".$" or ".=". Keep one of them.'
            )
        pieces[name] = _member_piece(key, value, place, depth)
    mask: Mask = {name: piece.mask for name, piece in pieces.items() if piece.mask}
    mask.update(dict.fromkeys(_private_names(members), None))
    if PRIVATE not in members and all(piece.is_constant for piece in pieces.values()):
        return _Piece(lambda reading: members, is_constant=True, mask=mask)
    reads = [(name, piece.read) for name, piece in pieces.items()]
    return _Piece(lambda reading: {name: read(reading) for name, read in reads}, is_constant=False, mask=mask)


def _member_piece(key: str, value: JSON, place: str, depth: int) -> _Piece:
    if not key.endswith(_SUFFIXES):
        return _piece(value, _at(place, key), depth + 1)
    field = _at(place, key)
    if key in _SUFFIXES:
        raise ValueError(f'"{field}" has no name before its ending. Write for example "path{key}".')
    if not isinstance(value, str):
        raise ValueError(f'"{field}" is {paths.kind(value)}; a field that ends in "{key[-2:]}" must be text.')
    try:
        read = _path_reader(field, value) if key.endswith(".$") else _expression_reader(field, value)
    except ValueError as error:
        raise ValueError(f'"{field}": {error}') from error
    return _Piece(read, is_constant=False, mask={})


def _path_reader(field: str, text: str) -> _Part:
    path = paths.parse(text)

    def read(reading: _Reading) -> JSON:
        try:
            return reading.take(paths.get(path, reading.data, reading.context, reading.pay))
        except FlowError as error:
            raise _at_field(error, f'Field "{field}" cannot be read') from error

    return read


def _expression_reader(field: str, text: str) -> _Part:
    expression = expressions.parse(text)

    def read(reading: _Reading) -> JSON:
        try:
            value = expressions.evaluate(expression, reading.data, reading.context, reading.allowance)
            return reading.take(value)
        except FlowError as error:
            raise _at_field(error, f'Expression for field "{field}" failed') from error

    return read


def _at_field(error: FlowError, what: str) -> FlowError:
    return FlowError(error.name, f"{what}: {error.cause}")


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _base_name(key: str) -> str:
    return key[:-2] if key.endswith(_SUFFIXES) else key


def _private_names(members: dict[str, JSON]) -> list[str]:
    names = members.get(PRIVATE, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{PRIVATE} must be an array of names.")
    return [_base_name(str(name)) for name in names]


def masked(value: JSON, mask: Mask | None) -> JSON:
    """Return `value` less what `mask` hides: {"a": None} the member a, {0: {"b": None}} b in item 0."""
    if mask is None:
        return MASK
    if not mask:
        return value
    if isinstance(value, dict):
        return {name: masked(below, mask.get(name, {})) for name, below in value.items()}
    if isinstance(value, list):
        return [masked(below, mask.get(index, {})) for index, below in enumerate(value)]
    return value


def joined(one: Mask | None, other: Mask | None) -> Mask | None:
    """Return the mask that hides what either of the two hides."""
    if one is None or other is None:
        return None
    both = {name: joined(below, other.get(name, {})) for name, below in one.items()}
    return {**other, **both}
