"""What can be written where the cursor is, in a definition."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from flowlang.authoring import glossary, grammar, path_words, schema_words, words
from flowlang.authoring.cursor import Cursor
from flowlang.authoring.examples import of_schema, template
from flowlang.authoring.grammar import Spot, state_of, value_at
from flowlang.authoring.options import HOLE, Offer, Option, Site
from flowlang.check_templates import base
from flowlang.problems import JSON, Loc
from flowlang.rules import ERRORS, PROVIDERS, STATES, Field

__all__ = ["complete", "complete_schema"]


def complete(cursor: Cursor, site: Site) -> Offer | None:
    """Return what is offered at a cursor in the definition; None where nothing can be told.

    Names: the fields of the state's type, a provider's parameters. Values: states, paths that exist at the
    state, providers, errors, types; inside expressions names, functions and methods.
    """
    if cursor.role == "key":
        return _offer("key", cursor, _names(cursor, site))
    if cursor.role != "value":
        return None
    loc = cursor.loc
    # What is being typed there must not count as something that the flow reads.
    untyped = replace(site, definition=grammar.without(site.definition, loc))
    if grammar.holds_expression(loc):
        return words.complete(cursor, untyped) if cursor.is_quoted else None
    if grammar.holds_path(site.definition, loc):
        return path_words.complete(cursor, untyped)
    return _offer("value", cursor, _values(loc, site))


def complete_schema(cursor: Cursor, schema: JSON) -> Offer | None:
    """Return what is offered at a cursor in the input schema."""
    mode = "key" if cursor.role == "key" else "value"
    options = schema_words.names(cursor, schema) if mode == "key" else schema_words.values(cursor, schema)
    return _offer("key" if mode == "key" else "value", cursor, options) if cursor.role != "none" else None


def _offer(mode: str, cursor: Cursor, options: Iterator[Option]) -> Offer | None:
    found = list(options)
    named: Offer = Offer("key" if mode == "key" else "value", cursor.start, cursor.end, found)
    return named if found else None


# --- names of members


def _names(cursor: Cursor, site: Site) -> Iterator[Option]:
    container = cursor.loc[:-1]
    there = value_at(site.definition, container)
    given = set(there) - {cursor.text} if isinstance(there, dict) else set()
    spot = grammar.spot(site.definition, container, site.providers)
    if spot.kind == "template":
        yield from _parameters(spot, container, given)
        return
    if spot.kind == "states":
        yield from _missing_states(site.definition, given)
        return
    for name, field in spot.fields.items():
        if name not in given:
            yield _field(name, field, spot, given)


def _field(name: str, field: Field, spot: Spot, given: set[str]) -> Option:
    excluded = _excluded(name, spot, given)
    facts = (("Else", json.dumps(field.default)),) if field.default is not None else ()
    return Option(
        label=name,
        sort="field",
        insert=f'"{name}": {template(name, field, spot.state)}',
        detail="required" if field.required else _shape(field),
        text=field.text,
        facts=facts,
        reason=f"{excluded} is there already; only one of the two is allowed." if excluded else "",
        boost=-50 if excluded else 20 if field.required else -10 if grammar.is_operator(name) else 0,
    )


def _excluded(name: str, spot: Spot, given: set[str]) -> str:
    """Return the field that is there and forbids this one, or ""."""
    if spot.kind != "state":
        return ""
    if name in ("Next", "End"):
        return next(iter({"Next", "End"} & given), "")
    for kind in STATES.values():
        if kind.fields is spot.fields:
            groups = [group.names for group in kind.alternatives if name in group.names]
            return next((other for names in groups for other in names if other in given), "")
    return ""


def _shape(field: Field) -> str:
    return {"whole": "whole number", "any": ""}.get(field.shape, field.shape)


def _parameters(spot: Spot, container: Loc, given: set[str]) -> Iterator[Option]:
    known = spot.schema.get("properties") if isinstance(spot.schema, dict) else None
    required = spot.schema.get("required") if isinstance(spot.schema, dict) else None
    needed = set(map(str, required)) if isinstance(required, list) else set()
    have = {base(name) for name in given}
    for name, schema in known.items() if isinstance(known, dict) else ():
        if name in have:
            continue
        detail = "required" if name in needed else _kind(schema)
        text = _words(schema)
        boost = 20 if name in needed else 0
        yield Option(name, "field", f"{json.dumps(name)}: {of_schema(schema)}", detail, text, boost=boost)
        of_path = f'{json.dumps(name + ".$")}: "$.{HOLE}"'
        yield Option(f"{name}.$", "field", of_path, "from a path", text, boost=boost - 1)
        of_words = f'{json.dumps(name + ".=")}: "{HOLE}"'
        yield Option(f"{name}.=", "field", of_words, "from an expression", text, boost=boost - 30)
    if len(container) == 3 and "__Private_Parameters" not in given:
        private = f'"__Private_Parameters": ["{HOLE}"]'
        text = "Names of parameters that no log and no page shows."
        yield Option("__Private_Parameters", "field", private, "secrets", text, boost=-40)


def _kind(schema: JSON) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _words(schema: JSON) -> str:
    said = (schema.get("description") or schema.get("title") or "") if isinstance(schema, dict) else ""
    return said if isinstance(said, str) else ""


def _missing_states(definition: JSON, given: set[str]) -> Iterator[Option]:
    """Offer states that are named somewhere and are not there."""
    from_names = {name for name, _ in words.state_uses(definition)} - given
    for name in sorted(from_names):
        insert = f'{json.dumps(name, ensure_ascii=False)}: {{\n\t"Type": "{HOLE}"\n}}'
        yield Option(name, "state", insert, "named, but missing", "A state that others lead to.", boost=10)


# --- values


def _values(loc: Loc, site: Site) -> Iterator[Option]:
    key = loc[-1] if loc else ""
    if isinstance(key, int) and len(loc) > 1 and loc[-2] == "ErrorEquals":
        yield from _errors(site.definition, loc)
        return
    spot = grammar.spot(site.definition, loc[:-1], site.providers)
    if spot.kind == "template":
        yield from _constants(grammar.parameter_schema(spot.schema, (key,)))
    field = spot.fields.get(key) if isinstance(key, str) else None
    if field is None:
        return
    if key == "Type":
        yield from _types(spot)
    elif key == "RunAs":
        yield from _roles(site.definition)
    elif field.syntax == "result":
        yield from path_words.results(loc, site)
    elif field.syntax in _MAKERS:
        yield from _MAKERS[field.syntax](loc, site)
    elif field.shape == "boolean":
        yield from (Option(word, "value", word) for word in ("true", "false"))


def _types(spot: Spot) -> Iterator[Option]:
    if spot.kind == "provider":
        yield from (Option(name, "value", f'"{name}"') for name in PROVIDERS)
        return
    for name, kind in STATES.items():
        yield Option(name, "value", f'"{name}"', "", kind.text)


def _states(loc: Loc, site: Site) -> Iterator[Option]:
    states = value_at(site.definition, ("States",))
    own = state_of(loc)
    for name, state in states.items() if isinstance(states, dict) else ():
        kind = state.get("Type") if isinstance(state, dict) else None
        remark = state.get("Comment") if isinstance(state, dict) else None
        yield Option(
            label=name,
            sort="state",
            insert=json.dumps(name, ensure_ascii=False),
            detail=kind if isinstance(kind, str) else "",
            text=remark if isinstance(remark, str) else "",
            boost=-20 if name == own else 0,
        )


def _providers(loc: Loc, site: Site) -> Iterator[Option]:
    for address in site.offered:
        title, text = site.about.get(address, ("", ""))
        yield Option(address, "provider", json.dumps(address), title, text)


def _errors(definition: JSON, loc: Loc) -> Iterator[Option]:
    index = loc[-1]
    there = value_at(definition, loc[:-1])
    given = [name for at, name in enumerate(there) if at != index] if isinstance(there, list) else []
    for name in ERRORS:
        if name not in given:
            yield Option(name, "error", f'"{name}"', "", glossary.ERRORS.get(name, ""))


def _roles(definition: JSON) -> Iterator[Option]:
    yield Option("User", "value", '"User"', "", "Who started the run.", boost=2)
    yield Option("Flow", "value", '"Flow"', "", "The flow itself, by the rights given to it.", boost=1)
    states = value_at(definition, ("States",))
    found = {
        role
        for state in (states.values() if isinstance(states, dict) else ())
        if isinstance(state, dict) and isinstance(role := state.get("RunAs"), str)
    }
    for role in sorted(found - {"User", "Flow", ""}):
        yield Option(role, "value", json.dumps(role), "role of your own")


def _constants(schema: JSON) -> Iterator[Option]:
    if not isinstance(schema, dict):
        return
    choices = schema.get("enum")
    for value in choices if isinstance(choices, list) else ():
        text = json.dumps(value, ensure_ascii=False)
        yield Option(str(value) if isinstance(value, str) else text, "value", text)
    if "boolean" in (kind if isinstance(kind := schema.get("type"), list) else [kind]):
        yield from (Option(word, "value", word) for word in ("true", "false"))


_MAKERS: dict[str, Callable[[Loc, Site], Iterator[Option]]] = {"state": _states, "url": _providers}
