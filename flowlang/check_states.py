"""Checks of a definition's shape: its fields, its states' names, types and fields, what excludes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any, Final

from flowlang import check_catchers, check_choices, check_templates, told
from flowlang.check_fields import fields, has_shape
from flowlang.definition import transitions
from flowlang.findings import Put, Remedy, Remove, Rename, Site, quote
from flowlang.parts import NO_PARTS, Parts
from flowlang.problems import JSON
from flowlang.rules import (
    DEFINITION,
    FOREIGN_TYPES,
    LONG_NAME,
    MAX_NAME,
    MAX_STATES,
    PROVIDERS,
    STATES,
    Alternatives,
    StateType,
    Syntax,
)

_FIRST_AID: Final[Mapping[str, tuple[str, JSON]]] = {
    "Parameters": ('Add "Parameters": {}', {}),
    "Seconds": ('Add "Seconds": 60', 60),
}
# Fields that only one type of state has.
_TELLING: Final[Mapping[str, str]] = {
    "ActionUrl": "Action", "Handler": "Action", "Choices": "Choice", "Seconds": "Wait", "Timestamp": "Wait",
    "SecondsPath": "Wait", "TimestampPath": "Wait", "Error": "Fail", "Cause": "Fail", "Result": "Pass",
}  # fmt: skip
_MAX_RENAMED: Final = 200
_HANDLE: Final = "urn:globus:flows:handle:"


def definition(site: Site, value: JSON, parts: Parts = NO_PARTS) -> None:
    """Check everything about a definition that can be seen in one state at a time."""
    if not isinstance(value, dict):
        message = f"A definition is an object with StartAt and States, not {quote(value)}."
        site.error("definition-type", message, type="type_error.dict")
        return
    fields(site, value, DEFINITION)
    states = value.get("States")
    if not isinstance(states, dict):
        return
    if not states:
        message = "States is empty. Add a state, and name it in StartAt."
        site.at("States").error("states-empty", message, *_first_state(value))
    if len(states) > MAX_STATES:
        message = f"There are {len(states):,} states; at most {MAX_STATES:,} are allowed. Split the flow."
        site.at("States").error("states-many", message, on_key=True)
    followers = dict(pairwise(states))
    for name, state in states.items():
        here, follower = site.at("States", name), followers.get(name)
        _name(here, name, value)
        about = follower, site.findings.addresses
        told.once(site.findings, parts.get(name), "state", about, partial(_state, here, state, follower))


def _first_state(definition: Mapping[str, JSON]) -> tuple[Remedy, ...]:
    """Offer a state of the name that StartAt gives."""
    start = definition.get("StartAt")
    if not isinstance(start, str) or not start:
        return ()
    change = Put(("States", start), {"Type": "Pass", "End": True})
    return (Remedy(f"Add a state {quote(start)}", change),)


def _name(site: Site, name: str, definition: Mapping[str, JSON]) -> None:
    if not name:
        site.error("state-name", "A state needs a name; it is empty.", on_key=True)
    elif len(name) > MAX_NAME:
        site.error(
            "state-name", f"The name has {len(name)} characters; at most {MAX_NAME} are allowed.", on_key=True
        )
    elif len(name) > LONG_NAME:
        message = f"The name has {len(name)} characters. Names above {LONG_NAME} are hard to read."
        site.warn("state-name-long", message, on_key=True)
    elif not name.isprintable() or name != name.strip():
        message = "The name has blanks at its ends, or invisible characters. Take them out."
        site.warn("state-name-blank", message, *_cleaned(definition, name), on_key=True)


def _cleaned(definition: Mapping[str, JSON], name: str) -> tuple[Remedy, ...]:
    """Offer the name without what cannot be seen, here and wherever the state is named."""
    states = definition["States"]
    better = "".join(character for character in name if character.isprintable()).strip()
    if not isinstance(states, dict) or not better or better in states or len(states) > _MAX_RENAMED:
        return ()
    arrows = [
        ("States", other, *arrow.loc)
        for other, state in states.items()
        for arrow in transitions(state)
        if arrow.target == name
    ]
    places = [*arrows, ("StartAt",)] if definition.get("StartAt") == name else arrows
    rename = Rename(("States", name), better)
    return (Remedy(f"Rename to {quote(better)}", rename, tuple(Put(loc, better) for loc in places)),)


def _state(site: Site, state: JSON, follower: str | None) -> None:
    if not isinstance(state, dict):
        message = f"A state is an object with a Type, not {quote(state)}."
        wanted: JSON = {"Type": "Pass", "End": True}
        remedies = (Remedy("Write it as an object", Put(site.loc, wanted)),) if state == "Pass" else ()
        site.error("state-type", message, *remedies, type="type_error.dict")
        return
    kind = _type(site, state)
    if kind is None:
        return
    fields(site, state, kind.fields)
    for alternatives in kind.alternatives:
        _exclude(site, state, alternatives)
    if kind.has_exit:
        _exit(site, state, follower)
    for key, value in state.items():
        field = kind.fields.get(key)
        check = _PARTS.get(field.syntax) if field else None
        if check and field and has_shape(value, field.shape):
            check(site, key, value)


def _type(site: Site, state: Mapping[str, JSON]) -> StateType | None:
    kind = state.get("Type")
    if kind is None and "Type" not in state:
        message = f"Type is missing. It is one of {', '.join(STATES)}."
        code = "value_error.discriminated_union.missing_discriminator"
        guess = next((kind for field, kind in _TELLING.items() if field in state), None)
        change = Put(site.at("Type").loc, guess, is_first=True)
        remedies = (Remedy(f'Add "Type": "{guess}"', change),) if guess else ()
        site.error("state-type-missing", message, *remedies, type=code, on_key=True)
        return None
    if isinstance(kind, str) and kind in STATES:
        return STATES[kind]
    foreign = FOREIGN_TYPES.get(kind) if isinstance(kind, str) else None
    close = foreign[0] if foreign else site.findings.closest(kind, STATES) if isinstance(kind, str) else None
    known = f"The types are {', '.join(STATES)}."
    advice = foreign[1] if foreign else f'Did you mean "{close}"?' if close else known
    end = (Put(site.at("End").loc, True),) if kind == "Succeed" and not {"Next", "End"} & state.keys() else ()
    remedies = (Remedy(f'Write "{close}"', Put(site.at("Type").loc, close), end),) if close else ()
    message = f"Type is {quote(kind)}, which is not a type of state. {advice}"
    code = "value_error.discriminated_union.invalid_discriminator"
    site.at("Type").error("state-type-unknown", message, *remedies, type=code)
    return None


def _exclude(site: Site, state: Mapping[str, JSON], alternatives: Alternatives) -> None:
    there = [name for name in alternatives.names if name in state]
    names = alternatives.names
    if len(there) > 1:
        message = f"{' and '.join(there)} exclude each other. Keep one of them."
        remedies = [Remedy(f"Remove {name}", Remove(site.at(name).loc)) for name in reversed(there)]
        site.at(there[1]).error(f"{alternatives.code}-several", message, *remedies, on_key=True)
    elif not there and alternatives.required:
        message = f"One of {', '.join(names[:-1])} and {names[-1]} is needed."
        remedies = [
            Remedy(title, Put(site.at(name).loc, value))
            for name, (title, value) in _FIRST_AID.items()
            if name in names
        ]
        site.error(f"{alternatives.code}-missing", message, *remedies, on_key=True)


def _exit(site: Site, state: Mapping[str, JSON], follower: str | None) -> None:
    if ("Next" in state) is not ("End" in state) and state.get("End") is not False:
        return
    end = Remedy('Add "End": true', Put(site.at("End").loc, True))
    no_end = Remedy("Remove End", Remove(site.at("End").loc))
    if "Next" in state and state.get("End") is True:
        message = 'Next and "End": true exclude each other. Keep Next to go on, or End to stop here.'
        no_next = Remedy("Remove Next", Remove(site.at("Next").loc))
        site.at("End").error("exit-several", message, no_end, no_next, on_key=True)
    elif "Next" in state and state.get("End") is False:
        message = '"End": false says nothing beside Next. Remove it.'
        site.at("End").warn("exit-end-false", message, no_end, on_key=True)
    elif "Next" not in state and state.get("End") is False:
        message = '"End": false leaves no way on. Write "End": true, or name the following state in Next.'
        remedy = Remedy('Write "End": true', end.change)
        site.error("exit-missing", message, remedy, on_key=True)
    elif "Next" not in state and "End" not in state:
        message = 'There is neither Next nor "End": true. Name the state that follows, or end the run here.'
        site.error("exit-missing", message, end, *_onward(site, follower), on_key=True)


def _onward(site: Site, follower: str | None) -> tuple[Remedy, ...]:
    """Offer to go on to the state that follows in the text."""
    if follower is None:
        return ()
    return (Remedy(f'Add "Next": {quote(follower)}', Put(site.at("Next").loc, follower)),)


def _provider(site: Site, key: str, value: JSON) -> None:
    here = site.at(key)
    if isinstance(value, str):
        if not value.startswith(_HANDLE):
            here.warn("handler-unknown", f"{key} {quote(value)} is not a handle that starts with {_HANDLE}.")
    elif isinstance(value, dict):
        kind = value.get("Type")
        if isinstance(kind, str) and kind in PROVIDERS:
            fields(here, value, PROVIDERS[kind])
        else:
            message = f"Type of {key} is {quote(kind)}; it is one of {', '.join(PROVIDERS)}."
            fitting = [
                name for name, known in PROVIDERS.items() if {"Type", *value} == {"Type", *known.required}
            ]
            changes = [(name, Put(here.at("Type").loc, name, is_first=True)) for name in fitting]
            remedies = [Remedy(f'Write "{name}"', change) for name, change in changes]
            here.at("Type").error("handler-type", message, *remedies)
    else:
        message = f"{key} is {quote(value)}; it must be an object, or a handle as text."
        here.error("field-type", message, type="type_error.dict")


def _verbatim(site: Site, key: str, value: JSON) -> None:
    """Warn of templates in a Result, which are not evaluated."""
    remedies: tuple[Remedy, ...] = ()
    if check_templates.is_sound(value):
        remedies = (Remedy("Rename Result to Parameters", Rename(site.at(key).loc, "Parameters")),)
    stack: list[tuple[Site, JSON]] = [(site.at(key), value)]
    while stack:
        here, inner = stack.pop()
        members = (
            inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        )
        for step, member in members:
            if isinstance(step, str) and step.endswith(check_templates.SUFFIXES):
                message = f'"{step}" is not evaluated in Result, which is taken word by word. Use Parameters.'
                here.at(step).warn("result-verbatim", message, *remedies, on_key=True)
            elif isinstance(member, dict | list):
                stack.append((here.at(step), member))


_PARTS: Final[Mapping[Syntax, Callable[[Site, str, Any], None]]] = {
    "template": check_templates.template,
    "rules": check_choices.rules,
    "catchers": check_catchers.catchers,
    "provider": _provider,
    "verbatim": _verbatim,
}
