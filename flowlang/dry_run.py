"""A flow gone through without doing anything: stand-ins answer for providers and people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from flowlang import machine
from flowlang.definition import transitions
from flowlang.intents import (
    ActionRefused,
    ActionReported,
    Answered,
    AwaitInput,
    Intent,
    OpenInput,
    Outcome,
    Raised,
    Sleep,
    Woken,
)
from flowlang.problems import JSON, Loc
from flowlang.program import compile_definition
from flowlang.visit import ASKING, Step, Visit

MAX_STEPS: Final = 300
Kind: TypeAlias = Literal["succeeded", "failed", "refused", "timeout"]
KINDS: Final[tuple[Kind, ...]] = ("succeeded", "failed", "refused", "timeout")
_NOBODY: Final = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What comes of an action or a question instead of asking for it.

    kind      succeeded and failed end an action; refused: it never starts; timeout: its WaitTime is over
    details   the action's details; of a question the whole answer
    document  further members of the action status document, as a past run had them
    """

    kind: Kind
    details: JSON = None
    document: Mapping[str, JSON] = field(default_factory=dict)


StandIns: TypeAlias = Mapping[str, Sequence[StandIn]]
"""State -> what comes of its visits, in order; the last one stands for all visits after it."""
Arrow: TypeAlias = tuple[str, Loc]
"""A state, and the loc from it on of the name that one of its arrows gives."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What happened.

    status     SUCCEEDED or FAILED; ACTIVE when it stopped before an end
    waits_for  the state that has no stand-in, if that is why
    """

    steps: list[Step]
    status: str
    waits_for: str | None = None

    @property
    def path(self) -> list[str]:
        """Return the names of the visited states, in order."""
        return [step.state for step in self.steps]

    @property
    def arrows(self) -> list[Arrow]:
        """Return the arrows that were taken."""
        return [(step.state, step.way.loc) for step in self.steps if step.way]


def dry_run(
    definition: dict[str, JSON],
    input: JSON,
    stand_ins: StandIns,
    now: datetime,
    context: dict[str, JSON] | None = None,
    *,
    goes_on: Callable[[], bool] = lambda: True,
) -> DryRun:
    """Return what a run of `definition` would do, at most MAX_STEPS visits of it.

    now      when it begins; waiting takes no time, the clock is put on
    context  what `$._context` reads
    goes_on  asked before each visit; False ends the dry run there
    Never raises for what a definition says: that ends in a catcher or in FAILED.
    """
    program = compile_definition(definition)
    cursor = machine.begin(definition, input, context or {})
    steps: list[Step] = []
    visits: dict[str, int] = {}
    while len(steps) < MAX_STEPS and goes_on():
        number = visits[cursor.state] = visits.get(cursor.state, -1) + 1
        visit = Visit(program, cursor, now)
        now = _answered(visit, _nth(stand_ins.get(cursor.state, ()), number), now)
        steps.append(visit.step())
        if steps[-1].ending == "waits":
            return DryRun(steps, "ACTIVE", cursor.state)
        if visit.intent is None:
            return DryRun(steps, visit.last.status)
        cursor = visit.last.cursor
    return DryRun(steps, "ACTIVE")


def coverage(definition: JSON, taken: set[Arrow]) -> tuple[int, int]:
    """Return (how many arrows of `definition` are among `taken`, how many it has)."""
    states = definition.get("States") if isinstance(definition, dict) else None
    named = states if isinstance(states, dict) else {}
    every = {
        (name, way.loc) for name, state in named.items() for way in transitions(state) if way.target in named
    }
    return len(every & taken), len(every)


def _nth(stand_ins: Sequence[StandIn], number: int) -> StandIn | None:
    return stand_ins[min(number, len(stand_ins) - 1)] if stand_ins else None


def _answered(visit: Visit, stand_in: StandIn | None, now: datetime) -> datetime:
    """Let what the state waits for come about, and return when it has."""
    intent = visit.intent
    if isinstance(intent, Sleep):
        visit.deliver(Woken(), intent.due_at)
        return intent.due_at
    if isinstance(intent, ASKING) and stand_in is not None:
        visit.deliver(_outcome(intent, stand_in, now), now)
    return now


def _outcome(intent: Intent, stand_in: StandIn, now: datetime) -> Outcome:
    if isinstance(intent, (OpenInput, AwaitInput)):
        return _answer(intent, stand_in)
    if stand_in.kind == "timeout":
        return Raised("ActionTimeout", "The dry run lets the WaitTime of this state be over.")
    if stand_in.kind == "refused":
        return ActionRefused("The dry run lets the provider refuse this call.", stand_in.details)
    word, at = "SUCCEEDED" if stand_in.kind == "succeeded" else "FAILED", now.isoformat()
    document: dict[str, JSON] = {
        "action_id": _NOBODY, "display_status": word, "start_time": at, "completion_time": at, "label": None,
        "release_after": "P30D", **stand_in.document, "status": word, "details": stand_in.details,
    }  # fmt: skip
    return ActionReported(document, is_first=True)


def _answer(intent: OpenInput | AwaitInput, stand_in: StandIn) -> Outcome:
    if stand_in.kind != "succeeded":
        if isinstance(intent, AwaitInput):
            return Raised("Flows.WebInputExpired", "The dry run lets nobody answer.")
        return Raised("States.Runtime", "The dry run lets the question not be opened.")
    told = stand_in.details if isinstance(stand_in.details, dict) else {"response": stand_in.details}
    if isinstance(intent, AwaitInput):
        return Answered({"web_input_id": intent.web_input_id, **told})
    return Answered({"web_input_id": _NOBODY, "status": "open", **told})
