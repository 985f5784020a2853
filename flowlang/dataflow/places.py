"""Reading, writing and narrowing abstract values along the steps of a path."""

from __future__ import annotations

from typing import NamedTuple

from flowlang.dataflow.joining import join
from flowlang.dataflow.values import (
    ANY,
    ARRAY,
    NOTHING,
    OBJECT,
    Members,
    Names,
    Value,
    closed,
    followed,
    list_of,
)
from flowlang.path_syntax import Step, Union

# How sure it is that a place is there: never, nobody knows, on some ways only, always.
NO, OPEN, MAYBE, YES = 0, 1, 2, 3


class Reading(NamedTuple):
    """What a path leads to.

    presence  NO, OPEN, MAYBE or YES
    value     what can be there
    at        the step that decided the presence
    holder    the value in which that step was looked for
    """

    presence: int
    value: Value
    at: int = -1
    holder: Value = NOTHING


def member(value: Value, key: str) -> tuple[int, Value]:
    """Return how sure the member is to be there, and what it can be."""
    if not value.kinds & OBJECT:
        return NO, NOTHING
    members = value.members
    if members is None:
        if not value.origins:
            return OPEN, ANY
        return OPEN, followed(frozenset((*origin, key) for origin in value.origins))
    # As in `Members.listed` and `bit`, but without calling them: nothing is done so often.
    buckets, number = members.buckets, members.names.get(key)
    listed = buckets[hash(key) % len(buckets)].get(key)
    bit = 0 if number is None else 1 << number
    if listed is not None and members.certain & bit:
        return (YES if value.kinds == OBJECT else OPEN), listed
    if members.known & bit:
        return (NO, NOTHING) if listed is None else (MAYBE if value.kinds == OBJECT else OPEN, listed)
    other = members.unlisted(key)
    if listed is None:
        return (NO, NOTHING) if other is None else (OPEN, other)
    is_written = value.kinds == OBJECT and members.written & bit
    return (MAYBE if is_written else OPEN), (join(listed, other) if other else listed)


def item(value: Value, index: int) -> tuple[int, Value]:
    """Return how sure the item is to be there, and what it can be."""
    if not value.kinds & ARRAY:
        return NO, NOTHING
    items = value.items
    if items is None:
        if not value.origins:
            return OPEN, ANY
        return OPEN, followed(frozenset((*origin, 0) for origin in value.origins))
    is_only = value.kinds == ARRAY
    if items.exact is not None:
        found = items.exact[index] if -len(items.exact) <= index < len(items.exact) else None
        if found is None:
            return NO, NOTHING
        return (YES if is_only else OPEN), found
    size = index + 1 if index >= 0 else -index
    return (YES if is_only and items.least >= size else OPEN), items.each


def read(value: Value, steps: tuple[Step, ...]) -> Reading:
    """Return what `steps` lead to; what decides is the first step that cannot be there, or may be missing."""
    presence, at, holder = YES, -1, NOTHING
    for index, step in enumerate(steps):
        if isinstance(step, str):
            found, below = member(value, step)
        elif isinstance(step, int):
            found, below = item(value, step)
        else:
            # What matches many gives an array, possibly an empty one.
            return Reading(presence, list_of(ANY), at, holder)
        if found == NO:
            return Reading(NO, NOTHING, index, value)
        if found < YES and (presence == YES or (presence == OPEN and found == MAYBE)):
            presence, at, holder = found, index, value
        value = below
    return Reading(presence, value, at, holder)


def matches(value: Value, steps: tuple[Step, ...]) -> Value:
    """Return what each of the values is that steps lead to, of which some can match many."""
    for step in steps:
        if isinstance(step, str | int):
            value = (member(value, step) if isinstance(step, str) else item(value, step))[1]
        elif isinstance(step, Union) or (value.kinds & OBJECT and not value.origins):
            return ANY
        else:
            value = each(value)
    return value if value.kinds else ANY


def each(value: Value) -> Value:
    """Return what the items of an array are."""
    return item(value, 0)[1] if value.items is None else value.items.each


def put(
    value: Value, names: tuple[str, ...], result: Value, ids: Names
) -> tuple[Value, tuple[int, int, int] | None]:
    """Return `value` with `result` stored, and what stands in the way: (presence, step, kinds), or None.

    Where something stands in the way for certain, it is replaced: what follows is looked at all the same.
    """
    if not names:
        return result, None
    if not value.kinds & OBJECT:
        return _nested(names, result, ids), (YES, 0, value.kinds)
    members = _members(value, ids)
    if len(names) == 1:
        return Value(OBJECT, members=members.replaced(names[0], result)), None
    presence, below = member(Value(OBJECT, members=members), names[0])
    if presence == NO:
        inner, inner_trouble = _nested(names[1:], result, ids), None
    else:
        inner, inner_trouble = put(below, names[1:], result, ids)
        if presence != YES:
            inner = join(inner, _nested(names[1:], result, ids))
    if inner_trouble is not None:
        inner_trouble = (
            inner_trouble[0] if presence == YES else MAYBE,
            inner_trouble[1] + 1,
            inner_trouble[2],
        )
    # Writing below a place is no sign that the place itself is written here: the input may have it.
    made = members.replaced(names[0], inner, is_write=presence == NO)
    return Value(OBJECT, members=made), inner_trouble


def _members(value: Value, ids: Names) -> Members:
    if value.members is not None:
        return value.members
    return Members(ids, rest=ANY, source=value.origins)


def _nested(names: tuple[str, ...], result: Value, ids: Names) -> Value:
    for name in reversed(names):
        result = closed(ids, {name: result})
    return result


def assume(value: Value, steps: tuple[Step, ...], there: Value | None, ids: Names) -> Value:
    """Return `value` where the place is known to be there.

    there  what it is then; None: what it was
    """
    if not steps:
        return value if there is None else there
    step, rest = steps[0], steps[1:]
    if not isinstance(step, str) or not value.kinds & OBJECT:
        return value
    presence, below = member(value, step)
    if presence == NO:
        return value
    inner = assume(below, rest, there, ids)
    if presence == YES and inner is below:
        return value
    return Value(OBJECT, members=_members(value, ids).replaced(step, inner, is_write=False))


def assume_absent(value: Value, steps: tuple[Step, ...], ids: Names) -> Value:
    """Return `value` where nothing is at the place; as it was where it may be a parent that is missing."""
    step = steps[0] if steps else None
    if not isinstance(step, str) or value.kinds != OBJECT:
        return value
    presence, below = member(value, step)
    if len(steps) == 1:
        return Value(OBJECT, members=_members(value, ids).replaced(step, None, is_write=False))
    if presence != YES:
        return value
    inner = assume_absent(below, steps[1:], ids)
    if inner is below:
        return value
    return Value(OBJECT, members=_members(value, ids).replaced(step, inner, is_write=False))
