"""One state entered, answered and left by itself: for those who look on step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from flowlang import machine
from flowlang.definition import Transition, transitions
from flowlang.intents import AwaitInput, Call, Cursor, Intent, OpenInput, Outcome, Started
from flowlang.problems import JSON
from flowlang.program import Program

Ending: TypeAlias = Literal["completed", "caught", "failed", "waits"]
ASKING: Final = (Call, OpenInput, AwaitInput)
_TOLD: Final = ("input", "rule", "exception", "cause")


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of a state.

    before, after  run data as people may see it
    taken_in       the evaluated parameters, private ones masked; None where nothing is asked for
    ending         caught: a catcher took the error; failed: nobody did; waits: nothing has come of it yet
    way            the arrow that was taken; None at an end
    is_asked       whether somebody outside is asked: a provider or a person
    """

    state: str
    type: str
    before: JSON
    after: JSON
    taken_in: JSON
    ending: Ending
    error: str | None
    cause: JSON
    way: Transition | None
    is_asked: bool


class Visit:
    """A visit under way: entered when it is made, ended by what `deliver` is given.

    last  the machine's latest answer: cursor, intent and status
    """

    def __init__(self, program: Program, cursor: Cursor, now: datetime) -> None:
        self.program, self.before = program, cursor
        self.last = machine.advance(program, cursor, Started(is_new=False), now, most_states=1)
        self._events = list(self.last.events)
        self._is_asked = isinstance(self.last.intent, ASKING)

    @property
    def intent(self) -> Intent | None:
        """Return what the state wants done; Continue when it has been left, None when the run has ended."""
        return self.last.intent

    def deliver(self, outcome: Outcome, now: datetime) -> None:
        """Let `outcome` come of the intent."""
        last = self.last
        self.last = machine.advance(self.program, last.cursor, outcome, now, last.intent, most_states=0)
        self._events += self.last.events

    def step(self) -> Step:
        """Return what has happened so far."""
        told: dict[str, JSON] = {}
        for event in self._events:
            told |= {name: event.details[name] for name in _TOLD if name in event.details}
        fields, ending, error = self._fields(), self._ending(), told.get("exception")
        return Step(
            state=self.before.state,
            type=str(fields.get("Type", "")),
            before=self.program.shown(self.before.data),
            after=self.program.shown(self.last.cursor.data),
            taken_in=told.get("input") if self._is_asked else None,
            ending=ending,
            error=error if isinstance(error, str) else self._error(ending),
            cause=told.get("cause"),
            way=None if ending in ("failed", "waits") else self._way(fields, ending, told),
            is_asked=self._is_asked,
        )

    def _fields(self) -> dict[str, JSON]:
        states = self.program.definition.get("States")
        state = states.get(self.before.state) if isinstance(states, dict) else None
        return state if isinstance(state, dict) else {}

    def _ending(self) -> Ending:
        if any(event.code.endswith("Completed") for event in self._events):
            return "completed"
        if self.last.intent is None:
            return "failed"
        return "caught" if isinstance(self.last.intent, machine.Continue) else "waits"

    def _error(self, ending: Ending) -> str | None:
        """The error that a catcher has stored: states that call nobody note none in the log."""
        if ending != "caught":
            return None
        for catcher in self.program.state(self.before.state).catchers:
            if catcher.next == self.last.cursor.state:
                found: JSON = self.last.cursor.data
                for step in catcher.result_path.steps:
                    found = found.get(str(step)) if isinstance(found, dict) else None
                name = found.get("Error") if isinstance(found, dict) else None
                return name if isinstance(name, str) else None
        return None

    def _way(self, fields: dict[str, JSON], ending: Ending, told: dict[str, JSON]) -> Transition | None:
        """Return the arrow by which the state was left."""
        if self.last.intent is None:
            return None
        ways = [way for way in transitions(fields) if way.target == self.last.cursor.state]
        if ending == "caught":
            caught = [way for way in ways if way.kind == "catch"]
            name = told.get("exception")
            return next((way for way in caught if _catches(way, name)), caught[0] if caught else None)
        rule = told.get("rule")
        if isinstance(rule, int):
            return next((way for way in ways if way.loc == ("Choices", rule, "Next")), None)
        kind = "default" if rule == "Default" else "next"
        return next((way for way in ways if way.kind == kind), None)


def _catches(way: Transition, name: JSON) -> bool:
    names = (way.source or {}).get("ErrorEquals")
    return isinstance(names, list) and (name in names or "States.ALL" in names)
