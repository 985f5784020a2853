"""What editing does to one state: other ways on, another type. Every function returns a new state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from flowlang.definition import transitions
from flowlang.editing_parts import example, marked
from flowlang.problems import JSON, Loc
from flowlang.rules import STATES, Alternatives

WAYS_ON: Final = ("Next", "End")
State: TypeAlias = "dict[str, JSON]"


def has_field(state: State, field: str) -> bool:
    """Whether states of this type may have the field."""
    known = STATES.get(str(state.get("Type")))
    return known is not None and field in known.fields


def following(state: State) -> str | None:
    """Return the name of the state that usually comes next; None where the run ends, or nobody says."""
    name = state.get("Default" if state.get("Type") == "Choice" else "Next")
    return name if isinstance(name, str) else None


def led(state: State, loc: Loc, target: str) -> State:
    """Return the state with the way on at `loc` leading to `target`; the way is made if it is not there."""
    if loc in (("Next",), ("End",)):
        return _swapped(state, "Next", target)
    if len(loc) == 1:
        return state | {"Default": target}
    return _with(state, loc, lambda element: element | {"Next": target})


def ended(state: State, loc: Loc) -> State:
    """Return the state without the way on at `loc`: the run ends instead, or the rule or catcher goes."""
    if loc in (("Next",), ("End",)):
        return _swapped(state, "End", True)
    field = str(loc[0])
    found = state.get(field)
    if len(loc) > 1 and isinstance(found, list):
        left = [element for at, element in enumerate(found) if at != loc[1]]
        if left or field == "Choices":
            return state | {field: left}
    return {key: value for key, value in state.items() if key != field}


def renamed(state: State, names: Mapping[str, str]) -> State:
    """Return the state with its ways on leading to the states' new names."""
    for way in transitions(state):
        if way.target in names:
            state = led(state, way.loc, names[way.target])
    return state


def before_ways_on(state: State, field: str, value: JSON) -> State:
    """Return the state with a field, which stands before Next, End and Default if it is new."""
    if field in state:
        return state | {field: value}
    last = {key: state[key] for key in (*WAYS_ON, "Default") if key in state}
    return {key: one for key, one in state.items() if key not in last} | {field: value} | last


def turned(state: State, kind: str) -> State:
    """Return the state as one of another type: what that knows stays, what it must have is added.

    A Choice comes without Default, and others may come without a way on: whoever asks leads them on.
    """
    about = STATES[kind]
    kept = {key: value for key, value in state.items() if key in about.fields and key != "Type"}
    new: State = {"Type": kind}
    for key, value in example(kind).items():
        if key not in kept and key != "Type" and not _is_excluded(key, kept, about.alternatives):
            new[key] = marked(value)
    if kind == "Choice":
        new.pop("Default")
    ways = {key: kept.pop(key) for key in WAYS_ON if key in kept}
    head = {
        key: new[key] if key == "Type" else value for key, value in state.items() if key in (*kept, "Type")
    }
    return head | new | kept | ways


def _is_excluded(key: str, kept: State, alternatives: tuple[Alternatives, ...]) -> bool:
    """Whether a field that is kept stands for `key`."""
    return any(key in group.names and any(name in kept for name in group.names) for group in alternatives)


def _swapped(state: State, way: str, value: JSON) -> State:
    """Return the state with one way on, in the place of the one there is."""
    if not any(key in state for key in WAYS_ON):
        return state | {way: value}
    first = next(key for key in state if key in WAYS_ON)
    return {
        way if key == first else key: value if key == first else one
        for key, one in state.items()
        if key == first or key not in WAYS_ON
    }


def _with(state: State, loc: Loc, change: Callable[[State], State]) -> State:
    """Return the state with the element of Choices or Catch at `loc` changed."""
    field, at = str(loc[0]), loc[1]
    found = state.get(field)
    elements = found if isinstance(found, list) else []
    return state | {
        field: [
            change(element) if place == at and isinstance(element, dict) else element
            for place, element in enumerate(elements)
        ]
    }
