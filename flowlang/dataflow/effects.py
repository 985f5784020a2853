"""What a state does with the run data, remembered: it need not be worked out again where it sees the same.

A state looks at a few members of the run data, and what comes of it differs from what came in by a few. Where
those that it looked at are the same again, so are those that differ, whatever else the run data holds.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

from flowlang.dataflow.scene import Note, Record
from flowlang.dataflow.steps import Step, Way
from flowlang.dataflow.values import OBJECT, Bits, Members, Names, Value
from flowlang.definition import Transition

# States in loops see a few different things in turn, before these come to rest.
_MAX_REMEMBERED: Final = 4
_AS_IT_CAME: Final = -1
View: TypeAlias = "tuple[Any, ...]"


class Change(NamedTuple):
    """How run data differs from what came in: these members, of which these bits are set."""

    members: tuple[tuple[str, Value | None], ...]
    mask: int
    bits: Bits


class Effect(NamedTuple):
    """What came of one visit.

    names    the members that were looked at; mask: their bits; view: how they were
    made     all run data that was made, as it differs from what came in; or whole, where that was replaced
    ways     each arrow, with the place in `made` of the run data that takes it
    record   what was noted; holders: for notes about the run data itself, the place of that in `made`
    """

    names: tuple[str, ...]
    mask: int
    view: View
    made: tuple[Change | Value, ...]
    ways: tuple[tuple[Transition, int], ...]
    record: Record
    holders: tuple[tuple[int, int], ...]


def apply(step: Step, data: Value, context: Value, ids: Names) -> tuple[list[Way], Record]:
    """Return what comes of a visit of the state with this run data, as `Step.apply` says it."""
    members = data.members if data.kinds == OBJECT and step.is_plain else None
    if members is not None:
        for effect in step.effects:
            if effect.view == _view(members, effect.names, effect.mask):
                return _again(effect, data, members)
    record = Record()
    ways = step.apply(data, context, ids, record)
    if members is not None and "$" not in record.touched:
        if len(step.effects) >= _MAX_REMEMBERED:
            del step.effects[0]
        step.effects.append(_effect(step, (data, members), ways, record))
    return ways, record


def _view(members: Members, names: tuple[str, ...], mask: int) -> View:
    """Return how the members are, as far as what comes of them depends on it; equal only if the very same."""
    buckets = members.buckets
    size = len(buckets)
    return (
        members.rest,
        members.source,
        members.certain & mask,
        members.known & mask,
        members.written & mask,
        *[buckets[hash(name) % size].get(name) for name in names],
    )


def _again(effect: Effect, data: Value, members: Members) -> tuple[list[Way], Record]:
    made = [each if isinstance(each, Value) else _changed(members, each) for each in effect.made]
    made.append(data)
    record = effect.record
    if effect.holders:
        record = Record()
        record.touched, record.notes = effect.record.touched, effect.record.notes.copy()
        record.is_covered = effect.record.is_covered
        for at, place in effect.holders:
            record.notes[at] = record.notes[at]._replace(holder=made[place])
    return [Way(arrow, made[place]) for arrow, place in effect.ways], record


def _changed(members: Members, change: Change) -> Value:
    return Value(OBJECT, members=members.changed(change.members, change.mask, change.bits))


def _effect(step: Step, came: tuple[Value, Members], ways: list[Way], record: Record) -> Effect:
    data, members = came
    looked_at = tuple(sorted(record.touched | step.inside))
    places: dict[int, int] = {id(data): _AS_IT_CAME}
    made: list[Change | Value] = []

    def place(value: Value, stored: tuple[str, ...] | None) -> int:
        if id(value) not in places:
            places[id(value)] = len(made)
            made.append(value if stored == () else _difference(members, value, looked_at, stored))
        return places[id(value)]

    numbered = tuple((way.arrow, place(way.data, step.stores(way.arrow))) for way in ways)
    holders = tuple(
        (at, place(note.holder, None)) for at, note in enumerate(record.notes) if _is_of_data(note)
    )
    mask = members.mask_of(looked_at)
    return Effect(looked_at, mask, _view(members, looked_at, mask), tuple(made), numbered, record, holders)


def _is_of_data(note: Note) -> bool:
    """Whether the holder of a note is the run data itself."""
    return note.subject == "read" and note.is_rooted and note.at == 0 and note.steps[0] != "_context"


def _difference(
    before: Members, value: Value, looked_at: tuple[str, ...], stored: tuple[str, ...] | None
) -> Change:
    """Return how `value` differs from what was before: in what was looked at, and in what was stored."""
    after = value.members
    assert after is not None
    names = {name for name in looked_at if _is_other(before, after, name)} | set((stored or ())[:1])
    mask = before.mask_of(names)
    bits = mask, after.certain & mask, after.known & mask, after.written & mask
    return Change(tuple((name, after.listed(name)) for name in names), mask, bits)


def _is_other(before: Members, after: Members, name: str) -> bool:
    if before.listed(name) is not after.listed(name):
        return True
    bits = (before.certain ^ after.certain) | (before.known ^ after.known) | (before.written ^ after.written)
    return bits & before.bit(name) != 0
