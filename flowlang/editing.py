"""Editing a flow as a picture: what each change makes of a definition. The text follows by `editing_text`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from flowlang.definition import transitions
from flowlang.editing_parts import FOLLOWING, Part, marked
from flowlang.editing_states import (
    WAYS_ON,
    State,
    before_ways_on,
    ended,
    following,
    has_field,
    led,
    renamed,
    turned,
)
from flowlang.findings import quote
from flowlang.problems import JSON, Loc
from flowlang.rules import MAX_STATES, STATES

_ENDING: Final = "Done"
_CATCHER: Final[dict[str, JSON]] = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}
_RULE: Final[dict[str, JSON]] = {"Variable": "${$.value}", "StringEquals": "${text}"}


class EditError(ValueError):
    """What is asked cannot be done to this flow. The message is a sentence for its author."""


class Arrow(NamedTuple):
    """Where a way from one state to another is written.

    state  the state it starts from; None: it is StartAt
    loc    ("Next",), ("End",), ("Default",), ("Choices", n, "Next") or ("Catch", n, "Next")
    """

    state: str | None
    loc: Loc = ("Next",)


class Flow:
    """A definition that is being changed. `value` is what it has become; the one given is left alone.

    made  names of the states that were put in
    """

    def __init__(self, definition: JSON) -> None:
        if not isinstance(definition, dict):
            raise EditError("The definition is not an object. Write one first, or undo what broke it.")
        states = definition.get("States", {})
        if not isinstance(states, dict):
            raise EditError('"States" is not an object. Mend it in the text first.')
        self.states: dict[str, JSON] = dict(states)
        self.start = definition.get("StartAt")
        self.made: list[str] = []
        self._definition = definition

    @property
    def value(self) -> dict[str, JSON]:
        """Return the definition as it is now."""
        changed = dict(self._definition)
        if self.start is not None or "StartAt" in changed:
            changed["StartAt"] = self.start
        return changed | {"States": self.states}

    # --- the changes

    def add(self, part: Part, after: str | None) -> str:
        """Put a part behind a state, or before all others if None; return its first state's name.

        Behind a Choice it is what follows when no rule holds. A Fail behind an Action catches its errors.
        """
        if after is None:
            return self.insert(part, Arrow(None))
        state = self._state(after)
        if not _goes_on(part) and following(state) is not None:
            return self._catch(part, after)
        return self.insert(part, Arrow(after, _way_on(state, after)))

    def insert(self, part: Part, arrow: Arrow) -> str:
        """Put a part onto an arrow, so that it leads where the arrow led; return its first state's name."""
        target = self.target(arrow)
        if target is not None and not _goes_on(part):
            raise EditError(
                f"A Fail state ends the run, so nothing would lead to {quote(target)} any more. "
                "Add it behind an Action, or lead a rule to it."
            )
        names = self._placed(part, arrow.state)
        last = names[part.last]
        self._lead_on(last, target)
        self.lead(arrow, names[next(iter(part.states))])
        return names[next(iter(part.states))]

    def connect(self, source: str, target: str, kind: str = "") -> None:
        """Draw an arrow between two states.

        kind    "next", "choice", "default" or "catch"; "" takes the one that a state of this type has
        Raises  EditError where there can be none
        """
        state = self._state(source)
        self._state(target)
        kind = kind or _usual_kind(state)
        if kind == "choice":
            self._append(source, "Choices", {**_rule(), "Next": target})
        elif kind == "catch":
            self._append(source, "Catch", {**_CATCHER, "Next": target})
        elif kind in ("next", "default"):
            self.lead(Arrow(source, _way_on(state, source)), target)
        else:
            raise EditError(f"There is no arrow of the kind {quote(kind)}.")

    def lead(self, arrow: Arrow, target: str) -> None:
        """Let an arrow lead to another state."""
        if arrow.state is None:
            self.start = target
            return
        self.states[arrow.state] = led(self._state(arrow.state), arrow.loc, target)

    def disconnect(self, arrow: Arrow) -> None:
        """Take an arrow away: the run ends there, or the rule or catcher goes with it."""
        if arrow.state is None:
            raise EditError("A flow must start somewhere. Lead the start to another state instead.")
        self.target(arrow)
        self.states[arrow.state] = ended(self._state(arrow.state), arrow.loc)

    def delete(self, name: str) -> None:
        """Take a state out and join what led to it with what followed it."""
        state = self._state(name)
        after = following(state)
        after = None if after == name or after not in self.states else after
        del self.states[name]
        for arrow in list(self._arrows_to(name)):
            if after is not None:
                self.lead(arrow, after)
            elif arrow.state is not None:
                self.states[arrow.state] = ended(self._state(arrow.state), arrow.loc)
            else:
                self.start = next(iter(self.states), "")

    def duplicate(self, name: str) -> str:
        """Put a copy behind the state, on its way on; a Choice or Fail is copied without a way to it."""
        state = self._state(name)
        copy = self._free(name)
        self._put({copy: state}, name)
        if state.get("Type") not in ("Choice", "Fail"):
            self.states[name] = led(state, ("Next",), copy)
        return copy

    def retype(self, name: str, kind: str) -> None:
        """Make a state one of another type: what both have stays, what the new one must have is added."""
        if kind not in STATES:
            raise EditError(f"{quote(kind)} is no type of state. There are {', '.join(STATES)}.")
        old = self._state(name)
        if old.get("Type") == kind:
            return
        after = following(old)
        new = turned(old, kind)
        self.states[name] = new
        if kind == "Choice" or (STATES[kind].has_exit and not any(way in new for way in WAYS_ON)):
            self._lead_on(name, after if after in self.states else None)

    def set_fields(self, name: str, fields: Mapping[str, JSON], known: frozenset[str]) -> None:
        """Give a state these fields. Those of `known` that are not among them are taken out."""
        old = self._state(name)
        kept = {key: value for key, value in old.items() if key in fields or key not in known}
        self.states[name] = kept | dict(fields)

    # --- looking

    def target(self, arrow: Arrow) -> str | None:
        """Return the state an arrow leads to; None where the run ends. Raises EditError for no arrow."""
        if arrow.state is None:
            return self.start if isinstance(self.start, str) and self.start in self.states else None
        place: JSON = self._state(arrow.state)
        if len(arrow.loc) == 1 and arrow.loc[0] in ("Next", "End", "Default"):
            found = place.get(str(arrow.loc[0])) if isinstance(place, dict) else None
        else:
            found = place
            for step in arrow.loc:
                found = _member(found, step)
            if found is None or arrow.loc[:1] not in (("Choices",), ("Catch",)):
                raise EditError(f"State {quote(arrow.state)} has no arrow there any more. Choose it again.")
        return found if isinstance(found, str) and found in self.states else None

    def _state(self, name: str) -> State:
        state = self.states.get(name)
        if not isinstance(state, dict):
            raise EditError(f"There is no state {quote(name)}. It may have been renamed or deleted.")
        return state

    def _arrows_to(self, name: str) -> Iterator[Arrow]:
        # From the last rule to the first: taking one out leaves the numbers of those before it.
        for source, state in self.states.items():
            for way in reversed(transitions(state)):
                if way.target == name:
                    yield Arrow(source, way.loc)
        if self.start == name:
            yield Arrow(None)

    # --- doing

    def _catch(self, part: Part, source: str) -> str:
        state = self._state(source)
        field = "Choices" if state.get("Type") == "Choice" else "Catch"
        if not has_field(state, field):
            raise EditError(
                f"A Fail state ends the run, and {quote(source)} goes on to {quote(following(state))}. "
                "Put a Choice between them whose rule leads to it."
            )
        first = self._placed(part, source)[next(iter(part.states))]
        self.connect(source, first, "choice" if field == "Choices" else "catch")
        return first

    def _placed(self, part: Part, after: str | None) -> dict[str, str]:
        """Write the part's states behind another one; return the names they got."""
        names: dict[str, str] = {}
        for name in part.states:
            names[name] = self._free(name, names.values())
        placed = {names[name]: marked(renamed(state, names)) for name, state in part.states.items()}
        self._put(placed, after)
        return names

    def _put(self, states: Mapping[str, JSON], after: str | None) -> None:
        if len(self.states) + len(states) > MAX_STATES:
            raise EditError(f"A flow has at most {MAX_STATES:,} states. Make two flows of it.")
        order = list(self.states.items())
        self.made += states
        at = next((at + 1 for at, (name, _) in enumerate(order) if name == after), 0)
        self.states = dict([*order[:at], *states.items(), *order[at:]])

    def _lead_on(self, name: str, target: str | None) -> None:
        """Let a new state lead to `target`, or end the run; a Choice gets a state to end in."""
        state = self._state(name)
        if state.get("Type") == "Fail":
            return
        if state.get("Type") == "Choice":
            target = target or self._ending(name)
            self.states[name] = led(renamed(state, {FOLLOWING: target}), ("Default",), target)
        elif target is None:
            self.states[name] = ended(state, ("Next",))
        else:
            self.states[name] = led(state, ("Next",), target)

    def _ending(self, after: str) -> str:
        name = self._free(_ENDING)
        self._put({name: {"Type": "Pass", "End": True}}, after)
        return name

    def _append(self, source: str, field: str, element: State) -> None:
        state = self._state(source)
        if not has_field(state, field):
            raise EditError(f"A state of the type {quote(state.get('Type'))} has no {field}.")
        found = state.get(field, [])
        if not isinstance(found, list):
            raise EditError(f"State {quote(source)}: {field} is not an array. Mend it in the text first.")
        self.states[source] = before_ways_on(state, field, [*found, element])

    def _free(self, name: str, taken: Iterable[str] = ()) -> str:
        """Return the name, numbered if it is in use."""
        used = {*self.states, *taken}
        names = (name, *(f"{name}{number}" for number in range(2, len(used) + 2)))
        return next(one for one in names if one not in used)


def _goes_on(part: Part) -> bool:
    return part.states[part.last].get("Type") != "Fail"


def _rule() -> State:
    rule = marked(dict(_RULE))
    return rule if isinstance(rule, dict) else {}


def _usual_kind(state: State) -> str:
    if state.get("Type") != "Choice":
        return "next"
    return "choice" if "Default" in state else "default"


def _way_on(state: State, name: str) -> Loc:
    """Return where a state says what follows it. Raises EditError for one that nothing can follow."""
    if state.get("Type") == "Choice":
        return ("Default",)
    if state.get("Type") == "Fail":
        raise EditError(f"{quote(name)} is a Fail state: the run ends there, and nothing can follow it.")
    return ("Next",) if "Next" in state or "End" not in state else ("End",)


def _member(value: JSON, step: str | int) -> JSON:
    """Return a member or element; None where there is none."""
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None
