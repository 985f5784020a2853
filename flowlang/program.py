"""A definition made ready to run: a state's paths, templates and rules, compiled when first entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from flowlang import choices, events, parameters, paths
from flowlang.intents import Timing
from flowlang.problems import JSON, FlowError

_ROOT: Final = paths.parse("$")
_COMPUTING: Final = ("Pass", "ExpressionEval")
_PATH_FIELDS: Final[tuple[str, ...]] = (
    "InputPath",
    "ResultPath",
    "SecondsPath",
    "TimestampPath",
    "ErrorPath",
    "CausePath",
)


@dataclass(frozen=True, slots=True)
class Catcher:
    """One entry of Catch."""

    names: frozenset[str]
    result_path: paths.Path
    next: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of Choices."""

    holds: choices.Test
    next: str


@dataclass(frozen=True, slots=True)
class State:
    """A compiled state.

    fields       its JSON, for what needs no compiling
    next         None where the state ends the flow (and in Choice and Fail)
    path_fields  the path fields that it has, by name
    template     its Parameters, if any
    """

    name: str
    type: str
    fields: dict[str, JSON]
    next: str | None
    result_path: paths.Path
    path_fields: dict[str, paths.Path]
    template: parameters.Template | None
    rules: tuple[Rule, ...]
    catchers: tuple[Catcher, ...]

    def read(self, data: JSON, context: JSON, seed: str) -> JSON | paths.Missing:
        """Return what the state takes in: its Parameters, else the value at InputPath, else MISSING.

        seed    fixes the random numbers in its expressions
        Raises  FlowError("States.Runtime") naming what cannot be read
        """
        if self.template is not None:
            return self.template.evaluate(data, context, seed)
        input_path = self.path_fields.get("InputPath")
        return paths.MISSING if input_path is None else paths.get(input_path, data, context)

    def mask(self, value: JSON) -> JSON:
        """Return what the state took in, fit for the log: private parameters hidden."""
        return value if self.template is None else self.template.mask(value)


@dataclass(frozen=True, slots=True)
class Program:
    """A definition that `advance` can run, from `compile_definition`. Keep it: states are compiled once.

    secrets  where in the run data private parameters are stored, for logs
    """

    definition: dict[str, JSON]
    timing: Timing
    secrets: parameters.Mask = field(default_factory=dict, repr=False, compare=False)
    _compiled: dict[str, State] = field(default_factory=dict, repr=False, compare=False)

    def shown(self, data: JSON) -> JSON:
        """Return run data as people may see it: without private members, and private parameters masked."""
        return parameters.masked(events.visible(data), self.secrets)

    def state(self, name: str) -> State:
        """Return the compiled state.

        Raises FlowError("States.Runtime") when there is no such state or it cannot be understood; the checker
               finds all of these beforehand
        """
        state = self._compiled.get(name)
        if state is None:
            state = self._compiled[name] = _compile(self.definition, name)
        return state


def compile_definition(definition: dict[str, JSON], timing: Timing | None = None) -> Program:
    """Return the program for `definition`; its states are compiled when first entered.

    timing  how actions are polled; default: after 1 s, doubling to 10 s
    """
    return Program(definition, timing or Timing(), _secrets(definition))


def _secrets(definition: dict[str, JSON]) -> parameters.Mask:
    """Return where in the run data the states that compute it store what they call private.

    Source  Flows documentation, "Protecting secrets": a run's log never has the values of private parameters
    """
    states = definition.get("States")
    found: parameters.Mask | None = {}
    for name, fields in states.items() if isinstance(states, dict) else ():
        if isinstance(fields, dict) and fields.get("Type") in _COMPUTING and _has_private(fields):
            found = parameters.joined(found, _stored_secrets(definition, name))
    return found or {}


def _has_private(value: JSON) -> bool:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict) and parameters.PRIVATE in each:
            return True
        pending.extend(each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
    return False


def _stored_secrets(definition: dict[str, JSON], name: str) -> parameters.Mask | None:
    try:
        state = _compile(definition, name)
    except FlowError:
        return {}  # It fails when it is entered, and stores nothing.
    mask: parameters.Mask | None = state.template.private if state.template else {}
    for step in reversed(state.result_path.steps):
        mask = {step: mask} if isinstance(step, (str, int)) else {}
    return mask


def _compile(definition: dict[str, JSON], name: str) -> State:
    states = definition.get("States")
    fields = states.get(name) if isinstance(states, dict) else None
    if not isinstance(fields, dict):
        raise FlowError("States.Runtime", f'"{name}" is not a state of this flow.')
    try:
        return _compile_state(name, fields)
    except ValueError as error:
        raise FlowError("States.Runtime", f'State "{name}" cannot be run: {error}') from error


def _compile_state(name: str, fields: dict[str, JSON]) -> State:
    type_name = _text(fields, "Type")
    compiled = {each: paths.parse(_text(fields, each)) for each in _PATH_FIELDS if each in fields}
    return State(
        name=name,
        type=type_name,
        fields=fields,
        next=_next(fields, type_name),
        result_path=compiled.get("ResultPath", _ROOT),
        path_fields=compiled,
        template=parameters.compile_template(fields["Parameters"]) if "Parameters" in fields else None,
        rules=tuple(
            Rule(choices.compile_rule(rule), _text(rule, "Next")) for rule in _list(fields, "Choices")
        ),
        catchers=tuple(_catcher(catcher) for catcher in _list(fields, "Catch")),
    )


def _next(fields: dict[str, JSON], type_name: str) -> str | None:
    if type_name in ("Choice", "Fail") or fields.get("End") is True:
        return None
    if "Next" not in fields:
        raise ValueError('it has neither "Next" nor "End": true.')
    return _text(fields, "Next")


def _catcher(fields: dict[str, JSON]) -> Catcher:
    names = fields.get("ErrorEquals")
    if not isinstance(names, list):
        raise ValueError("ErrorEquals must be an array of exception names.")
    result_path = paths.parse(_text(fields, "ResultPath")) if "ResultPath" in fields else _ROOT
    return Catcher(
        frozenset(name for name in names if isinstance(name, str)), result_path, _text(fields, "Next")
    )


def _list(fields: dict[str, JSON], name: str) -> list[dict[str, JSON]]:
    values = fields.get(name, [])
    if not isinstance(values, list):
        raise ValueError(f"{name} must be an array.")
    members = [value for value in values if isinstance(value, dict)]
    if len(members) < len(values):
        raise ValueError(f"{name} must hold objects only.")
    return members


def _text(fields: dict[str, JSON], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is missing." if value is None else f"{name} must be text.")
    return value
