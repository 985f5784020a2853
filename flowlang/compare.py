"""What differs between two definitions, as their authors think of them: states, not lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from flowlang.definition import transitions
from flowlang.differences import Difference, differences
from flowlang.editing_states import State, renamed
from flowlang.forms.keywords import key
from flowlang.problems import JSON

Change: TypeAlias = Literal["added", "removed", "changed", "renamed"]
_ALIKE: Final = 0.6  # from here on a state that went and one that came are one that got another name
_MOST_PAIRS: Final = 10_000


@dataclass(frozen=True, slots=True)
class StateChange:
    """One state that is not as it was.

    name, old_name  its names after and before; both the same unless it was renamed
    differences     what else is different in it; empty for added and removed ones
    """

    change: Change
    name: str
    old_name: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed: states, in the order of the new definition, removed ones last; and the rest."""

    states: tuple[StateChange, ...]
    others: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        """Return whether nothing changed but order and layout."""
        return not self.states and not self.others


def compare(old: JSON, new: JSON) -> Comparison:
    """Return what differs between two definitions.

    1. States of the same name are the same state.
    2. Of the others, those that say the same but for the names of states were renamed; then those that are
       most alike, from _ALIKE on.
    3. A name that changed with its state is no difference where it is referred to.
    """
    before, after = _states(old), _states(new)
    names = _renamed(before, after)
    old_names = {new_name: old_name for old_name, new_name in names.items()}
    changes = [
        change
        for name, state in after.items()
        if (change := _change(name, old_names.get(name, name), before, state, names))
    ]
    gone = [name for name in before if name not in after and name not in names]
    changes += [StateChange("removed", name, name) for name in gone]
    return Comparison(tuple(changes), tuple(differences(_outside(old, names), _outside(new, {}))))


def _states(definition: JSON) -> dict[str, JSON]:
    states = definition.get("States") if isinstance(definition, dict) else None
    return states if isinstance(states, dict) else {}


def _outside(definition: JSON, names: Mapping[str, str]) -> JSON:
    if not isinstance(definition, dict):
        return definition
    found = {name: value for name, value in definition.items() if name != "States"}
    start = found.get("StartAt")
    return found | ({"StartAt": names[start]} if isinstance(start, str) and start in names else {})


def _change(
    name: str, old_name: str, before: Mapping[str, JSON], state: JSON, names: Mapping[str, str]
) -> StateChange | None:
    if old_name not in before:
        return StateChange("added", name, name)
    found = tuple(differences(_led(before[old_name], names), state))
    if old_name != name:
        return StateChange("renamed", name, old_name, found)
    return StateChange("changed", name, name, found) if found else None


def _led(state: JSON, names: Mapping[str, str]) -> JSON:
    return renamed(state, names) if isinstance(state, dict) else state


def _renamed(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> dict[str, str]:
    """Return old name -> new name of the states that were renamed."""
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    if len(gone) * len(come) > _MOST_PAIRS:
        return {}
    scores = [
        (-score, at, other, gone[at], come[other])
        for at in range(len(gone))
        for other in range(len(come))
        if (score := _likeness(before[gone[at]], after[come[other]])) >= _ALIKE
    ]
    found: dict[str, str] = {}
    for _, _, _, old_name, new_name in sorted(scores):
        if old_name not in found and new_name not in found.values():
            found[old_name] = new_name
    return found


def _likeness(old: JSON, new: JSON) -> float:
    """Return how much two states have in common, 0 to 1; the names that their arrows give do not count."""
    if not isinstance(old, dict) or not isinstance(new, dict) or old.get("Type") != new.get("Type"):
        return 0.0
    ours, theirs = set(_leaves(_blank(old))), set(_leaves(_blank(new)))
    return 2 * len(ours & theirs) / ((len(ours) + len(theirs)) or 1)


def _blank(state: State) -> State:
    return renamed(state, dict.fromkeys((way.target for way in transitions(state)), ""))


def _leaves(value: JSON, place: tuple[str | int, ...] = ()) -> Iterator[object]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, (*place, name))
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _leaves(item, (*place, at))
    else:
        yield place, key(value)
