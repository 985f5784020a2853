"""Which rules hold at a place of a definition: what kind of object it is, and which fields it may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from flowlang.check_providers import key as provider_key
from flowlang.check_templates import SUFFIXES, base
from flowlang.problems import JSON, Loc
from flowlang.rules import (
    CATCHER,
    CONNECTIVES,
    DEFINITION,
    OPERATORS,
    PROVIDERS,
    RULE,
    STATES,
    Field,
    Fields,
)

Kind = Literal["definition", "states", "state", "catcher", "rule", "provider", "template", "list", "other"]
_TEMPLATES: Final = ("Parameters",)


class Spot(NamedTuple):
    """An object or array of a definition.

    kind     what it is; "template": Parameters or something in them
    fields   the fields that it may have, by name
    state    the state that it belongs to, "" for none
    schema   of a template, the JSON schema of the provider for it, where that is known
    """

    kind: Kind
    fields: Mapping[str, Field] = {}
    state: str = ""
    schema: JSON = None


def value_at(document: JSON, loc: Loc) -> JSON:
    """Return the value at `loc`; None where there is none."""
    value = document
    for step in loc:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def without(document: JSON, loc: Loc) -> JSON:
    """Return `document` with null at `loc`, where something is; nothing is changed."""
    if not loc:
        return None
    step, rest = loc[0], loc[1:]
    if isinstance(document, dict) and isinstance(step, str) and step in document:
        return {**document, step: without(document[step], rest)}
    if isinstance(document, list) and isinstance(step, int) and 0 <= step < len(document):
        return [*document[:step], without(document[step], rest), *document[step + 1 :]]
    return document


def state_of(loc: Loc) -> str:
    """Return the state that a loc leads into, or ""."""
    return loc[1] if len(loc) > 1 and loc[0] == "States" and isinstance(loc[1], str) else ""


def spot(definition: JSON, loc: Loc, providers: Mapping[str, JSON]) -> Spot:
    """Return what the object or array at `loc` is."""
    name = state_of(loc)
    if not loc:
        return Spot("definition", DEFINITION)
    if loc == ("States",):
        return Spot("states")
    if not name:
        return Spot("other")
    state, inside = value_at(definition, ("States", name)), loc[2:]
    fields = fields_of(state)
    if not inside:
        return Spot("state", fields, name)
    if inside[0] == "Catch":
        return Spot("catcher" if len(inside) == 2 else "list", CATCHER if len(inside) == 2 else {}, name)
    if inside[0] == "Choices":
        return _rule(inside, name)
    if inside[0] == "Handler" and len(inside) == 1:
        return Spot("provider", _provider(value_at(definition, loc)), name)
    if inside[0] in _TEMPLATES:
        return Spot("template", {}, name, parameter_schema(schema_of(state, providers), inside[1:]))
    return Spot("other", state=name)


def fields_of(state: JSON) -> Mapping[str, Field]:
    """Return the fields that a state may have: those of all types, while it has none."""
    kind = state.get("Type") if isinstance(state, dict) else None
    if isinstance(kind, str) and kind in STATES:
        return STATES[kind].fields
    every: dict[str, Field] = {}
    for each in STATES.values():
        every |= {name: field._replace(required=name == "Type") for name, field in each.fields.items()}
    return every


def _rule(inside: Loc, name: str) -> Spot:
    last = inside[-1]
    if len(inside) == 2:
        return Spot("rule", RULE, name)
    if last == "Not" or (isinstance(last, int) and inside[-2] in CONNECTIVES):
        nested = {key: field for key, field in RULE.items() if key != "Next"}
        return Spot("rule", nested, name)
    return Spot("list", state=name)


def _provider(handler: JSON) -> Fields:
    kind = handler.get("Type") if isinstance(handler, dict) else None
    if isinstance(kind, str) and kind in PROVIDERS:
        return PROVIDERS[kind]
    return Fields({key: field for fields in PROVIDERS.values() for key, field in fields.items()})


def address_of(state: JSON) -> str:
    """Return the address of the provider that a state calls, as `providers` has it, or ""."""
    if not isinstance(state, dict):
        return ""
    handler = state.get("Handler")
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
    return provider_key(url) if isinstance(url, str) else ""


def schema_of(state: JSON, providers: Mapping[str, JSON]) -> JSON:
    """Return the JSON schema of what a state's provider takes, or None."""
    return providers.get(address_of(state))


def parameter_schema(schema: JSON, inside: Loc) -> JSON:
    """Return the schema of what stands `inside` a template, whose names may end in .$ or .=; or None."""
    for step in inside:
        if not isinstance(schema, dict):
            return None
        if isinstance(step, int):
            schema = schema.get("items")
        else:
            known = schema.get("properties")
            schema = known.get(base(step)) if isinstance(known, dict) else None
    return schema


def field_at(definition: JSON, loc: Loc, providers: Mapping[str, JSON]) -> Field | None:
    """Return the field whose name or value is at `loc`, where the rules have one."""
    if not loc or not isinstance(loc[-1], str):
        return None
    return spot(definition, loc[:-1], providers).fields.get(loc[-1])


def is_operator(name: str) -> bool:
    """Whether a member of a rule compares something."""
    return name in OPERATORS


def holds_path(definition: JSON, loc: Loc) -> bool:
    """Whether the text at `loc` is a path that is read."""
    return _syntax(definition, loc) == "path" or _ends(loc, ".$")


def holds_expression(loc: Loc) -> bool:
    """Whether the text at `loc` is an expression."""
    return _ends(loc, ".=")


def _ends(loc: Loc, suffix: str) -> bool:
    assert suffix in SUFFIXES, "templates know these two only"
    key = loc[-1] if loc else ""
    return len(loc) > 3 and loc[2] in _TEMPLATES and isinstance(key, str) and key.endswith(suffix)


def _syntax(definition: JSON, loc: Loc) -> str:
    field = field_at(definition, loc, {})
    return field.syntax if field else ""
