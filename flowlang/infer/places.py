"""The run data that a state can read, for whoever writes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from flowlang import graph
from flowlang.dataflow import results, schemas, wording
from flowlang.dataflow.analysis import Analysis, analyse
from flowlang.dataflow.joining import join
from flowlang.dataflow.places import NO, YES, item, member
from flowlang.dataflow.values import ARRAY, BOOLEAN, NOTHING, NULL, NUMBER, OBJECT, TEXT, Names, Value
from flowlang.infer.schema import input_schema
from flowlang.infer.writers import INPUT, Writers, writers
from flowlang.path_syntax import Step
from flowlang.problems import JSON

MAX_PLACES: Final = 500
_MAX_DEPTH: Final = 6
_KINDS: Final = (
    (NULL, "null"), (BOOLEAN, "boolean"), (NUMBER, "number"), (TEXT, "string"), (ARRAY, "array"),
    (OBJECT, "object"),
)  # fmt: skip


class Place(NamedTuple):
    """One place of the run data.

    path     JSONPath, e.g. "$.copy.details", "$.files[0].name"
    types    JSON types that the value can have, e.g. ("string", "null"); all six where nothing is known
    certain  it is there on every way to the state
    writers  who has written it, sorted: names of states, "input", "context"
    values   what the value can be, where these are few scalars, e.g. ("SUCCEEDED",)
    """

    path: str
    types: tuple[str, ...]
    certain: bool
    writers: tuple[str, ...]
    values: tuple[JSON, ...] = ()


def data_at(
    definition: JSON,
    schema: JSON = None,
    state: str = "",
    results: Mapping[str, JSON] | None = None,
    toward: tuple[Step, ...] = (),
) -> list[Place]:
    """Return what `state` finds in the run data when a run enters it, outer places first; never raises.

    definition  any JSON; while it is being written, what is malformed is passed over
    schema      the input schema; None: the one that the definition asks for stands for it
    state       the name of a state; of one that nothing leads to yet, all is listed that any state leaves,
                and none of it is certain
    results     address of a provider -> JSON schema of its actions' details
    toward      a place of interest: what lies below its first step is listed before what lies below others
    At most 500 places, 6 levels deep; and then what the context holds.
    """
    return RunData(definition, schema, results).at(state, toward)


class RunData:
    """What is in the run data at each state of a definition, worked out once; arguments as for `data_at`."""

    def __init__(
        self, definition: JSON, schema: JSON = None, results: Mapping[str, JSON] | None = None
    ) -> None:
        self._ids: Names = {}
        self.graph = graph.build(definition)
        start = schemas.of_schema(input_schema(definition) if schema is None else schema, self._ids)
        self._found = analyse(self.graph, start, self._ids, results)

    def at(self, state: str, toward: tuple[Step, ...] = ()) -> list[Place]:
        """Return what `data_at` does."""
        found = self._found
        is_entered = state in found.entered
        data = found.entered[state] if is_entered else _anywhere(found)
        known = writers(self.graph, found, is_summed=not is_entered).get(state if is_entered else "", {})
        below = islice(_below(data, known, toward, is_certain=is_entered), MAX_PLACES)
        return [*below, *_context(self._ids)]

    def names(self) -> dict[str, tuple[str, ...]]:
        """Return the members that the run data ever has, and the JSON types that each can have."""
        found: dict[str, Value] = {}
        for each in (self._found.start, *self._found.entered.values()):
            for name in each.members.possible() if each.members and each.kinds & OBJECT else ():
                value = member(each, name)[1]
                found[name] = join(found[name], value) if name in found else value
        return {name: _types(value) for name, value in found.items()}


def _anywhere(found: Analysis) -> Value:
    data = NOTHING
    for ways in found.ways.values():
        for way in ways:
            data = join(data, way.data)
    return data if data.kinds else found.start


def _context(ids: Names) -> Iterator[Place]:
    root = results.context(ids)
    yield from _walk(("_context",), root, ("context",), is_certain=True)


def _below(data: Value, known: Writers, toward: tuple[Step, ...], *, is_certain: bool) -> Iterator[Place]:
    """Yield the members of the run data, then what is in each of them."""
    names = data.members.possible() if data.members and data.kinds & OBJECT else []
    found = []
    for name in names:
        presence, value = member(data, name)
        if presence != NO:
            by = tuple(sorted(known.get(name, frozenset([INPUT]))))
            found.append(((name,), value, by, is_certain and presence == YES))
    for steps, value, by, is_sure in found:
        yield _place(steps, value, by, is_certain=is_sure)
    for steps, value, by, is_sure in sorted(found, key=lambda each: each[0] != toward[:1]):
        yield from islice(_walk(steps, value, by, is_certain=is_sure), 1, None)


def _walk(steps: tuple[Step, ...], value: Value, by: tuple[str, ...], *, is_certain: bool) -> Iterator[Place]:
    """Yield the place at `steps` and those in it, level by level."""
    waiting = [(steps, value, is_certain)]
    while waiting:
        here, value, is_sure = waiting.pop(0)
        yield _place(here, value, by, is_certain=is_sure)
        if len(here) < _MAX_DEPTH:
            waiting += [
                (inner, below, is_sure and is_there) for inner, below, is_there in _inside(here, value)
            ]


def _inside(steps: tuple[Step, ...], value: Value) -> Iterator[tuple[tuple[Step, ...], Value, bool]]:
    if value.members is not None and value.kinds & OBJECT:
        for name in value.members.possible():
            presence, below = member(value, name)
            if presence != NO:
                yield (*steps, name), below, presence == YES
    elif value.items is not None and value.kinds & ARRAY and value.items.each is not NOTHING:
        presence, below = item(value, 0)
        if presence != NO:
            yield (*steps, 0), below, presence == YES


def _place(steps: tuple[Step, ...], value: Value, by: tuple[str, ...], *, is_certain: bool) -> Place:
    types = _types(value)
    values = sorted((scalar for _, scalar in value.constants or ()), key=str)
    return Place(wording.place(steps, is_rooted=True), types, is_certain, by, tuple(values))


def _types(value: Value) -> tuple[str, ...]:
    return tuple(name for bit, name in _KINDS if value.kinds & bit)
