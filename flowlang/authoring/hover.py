"""What can be said about what stands at a place of a definition or an input schema."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from flowlang import graph
from flowlang.authoring import glossary, grammar, path_words, references
from flowlang.authoring.cursor import Cursor
from flowlang.authoring.grammar import Spot, state_of, value_at
from flowlang.authoring.options import Site
from flowlang.authoring.places import Known, known_at, shown
from flowlang.authoring.schema_words import is_schema
from flowlang.check_templates import base
from flowlang.expressions import ExpressionSyntaxError, evaluate
from flowlang.expressions import parse as parse_expression
from flowlang.path_syntax import PathSyntaxError, Step, read_steps
from flowlang.problems import JSON, FlowError, Loc
from flowlang.rules import STATES, Field

_MOST_NAMES = 8
_WORD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class Card(NamedTuple):
    """What is said of one thing.

    title  what it is called; badge: what it is, in a word or two
    text   a sentence or two; facts: (what, value) pairs
    """

    title: str
    badge: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def card(cursor: Cursor, site: Site) -> Card | None:
    """Return what is known about what a cursor in the definition points at; None where nothing is."""
    loc, state = cursor.loc, state_of(cursor.loc)
    if not cursor.is_in_token or not loc:
        return None
    if cursor.role == "key":
        return _of_name(loc, site)
    if grammar.holds_expression(loc):
        return _of_expression(cursor, site)
    field = grammar.field_at(site.definition, loc, site.providers)
    syntax = field.syntax if field else ""
    if grammar.holds_path(site.definition, loc) or syntax == "result":
        return of_place(cursor.text, state, site)
    if any(here == loc for _, here in references.to_states(site.definition)):
        return of_state(cursor.text, site.definition)
    if syntax == "url":
        return of_provider(cursor.text, site)
    return _of_word(loc, cursor.text)


def of_field(name: str, field: Field) -> Card:
    """Return what is said of a field of a state."""
    facts = (("Else", json.dumps(field.default)),) if field.default is not None else ()
    return Card(name, "required" if field.required else "", field.text, facts)


def _of_name(loc: Loc, site: Site) -> Card | None:
    spot = grammar.spot(site.definition, loc[:-1], site.providers)
    name = str(loc[-1])
    if spot.kind == "states":
        return of_state(name, site.definition)
    if spot.kind == "template":
        return _of_parameter(name, spot)
    field = spot.fields.get(name)
    return of_field(name, field) if field else None


def _of_parameter(name: str, spot: Spot) -> Card | None:
    schema = grammar.parameter_schema(spot.schema, (name,))
    ending = {".$": "Its value is a path.", ".=": "Its value is an expression."}.get(name[-2:], "")
    if not isinstance(schema, dict):
        return Card(base(name), "parameter", ending) if ending else None
    said = schema.get("description") or schema.get("title") or ""
    required = spot.schema.get("required") if isinstance(spot.schema, dict) else None
    is_required = isinstance(required, list) and base(name) in required
    facts = tuple(
        (label, shown(schema[key]))
        for label, key in (("Type", "type"), ("Format", "format"), ("One of", "enum"), ("Else", "default"))
        if key in schema
    )
    badge = "required parameter" if is_required else "parameter"
    return Card(base(name), badge, f"{said} {ending}".strip(), facts)


def of_state(name: str, definition: JSON) -> Card | None:
    """Return what is said of a state: its type, its remark, from where and where to it leads."""
    built = graph.build(definition)
    state = built.states.get(name)
    if not isinstance(state, dict):
        return None
    kind, remark = str(state.get("Type") or ""), state.get("Comment")
    text = remark if isinstance(remark, str) else STATES[kind].text if kind in STATES else ""
    before = [other for other in built.states if name in built.targets(other)]
    facts = [("Provider", url)] if (url := grammar.address_of(state)) else []
    facts += [("Comes from", _listed(before))] if before else []
    if built.start == name:
        facts.append(("Begins", "the flow starts here"))
    after = list(dict.fromkeys(built.targets(name)))
    facts.append(("Leads to", _listed(after)) if after else ("Ends", "the run ends here"))
    return Card(name, kind, text, tuple(facts))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def of_place(path: str, state: str, site: Site) -> Card | None:
    """Return what is said of a place of the run data, as the state sees it."""
    try:
        steps = read_steps(path)
    except PathSyntaxError:
        return None
    known = known_at(site.definition, site.schema, state, site.results, f"{path}.")
    return _place(path, steps, known, site, state)


def _place(path: str, steps: tuple[Step, ...], known: list[Known], site: Site, state: str) -> Card:
    found = next((each for each in known if each.steps == steps), None)
    data = site.samples.get(state)
    said = path_words.facts(found, data) if found else ()
    built = graph.build(site.definition)
    named = [use for use in references.to_places(built) if references.overlap(use.steps, steps)]
    readers = list(dict.fromkeys(use.state for use in named if not use.writes))
    writers = list(dict.fromkeys(use.state for use in named if use.writes))
    facts = [fact for fact in said if fact[0] != "Written by" or not writers]
    if writers and steps:
        inputs = [path_words.writer(name) for name in found.place.writers if name == "input"] if found else []
        facts.insert(0, ("Written by", _listed(inputs + writers)))
    if readers:
        facts.append(("Read by", _listed(readers)))
    badge = path_words.types(found.place) if found else "all run data" if not steps else "not known here"
    if not steps and data is not None:
        facts.append(("Last run", shown(data)))
    return Card(path, badge, found.reason if found else "", tuple(facts))


def _of_expression(cursor: Cursor, site: Site) -> Card | None:
    state, at = state_of(cursor.loc), len(cursor.before)
    word = next((match for match in _WORD.finditer(cursor.text) if match.start() <= at <= match.end()), None)
    value = _value(cursor.text, site.samples.get(state))
    facts = (("The whole gave in the last run", value),) if value is not None else ()
    name = word[0] if word else ""
    if name in glossary.FUNCTIONS:
        function = glossary.FUNCTIONS[name]
        return Card(function.call, "function", function.text, (("Example", function.example), *facts))
    quotes = cursor.text[: word.start() if word else 0].count("'")
    if word and name not in glossary.WORDS and quotes % 2 == 0:
        steps: tuple[Step, ...] = tuple(name.split("."))
        known = known_at(site.definition, site.schema, state, site.results, f"{name}.")
        while len(steps) > 1 and not any(each.steps == steps for each in known):
            steps = steps[:-1]
        if any(each.steps == steps for each in known):
            place = _place(".".join(map(str, steps)), steps, known, site, state)
            return place._replace(facts=(*place.facts, *facts))
    return Card("Expression", "", "", facts) if facts else None


def _value(text: str, data: JSON) -> str | None:
    """Return what an expression gave with the data of the last run, or None where that is not known."""
    if data is None:
        return None
    try:
        parsed = parse_expression(text)
        if "_context" in text or parsed.functions & {"rand", "randint"}:
            return None
        return shown(evaluate(parsed, data, None))
    except (ExpressionSyntaxError, FlowError):
        return None


def of_provider(address: str, site: Site) -> Card | None:
    """Return what is said of the provider at an address."""
    found = site.about.get(address.rstrip("/"))
    if found is None:
        return None
    schema = site.providers.get(address.rstrip("/"))
    required = schema.get("required") if isinstance(schema, dict) else None
    needs = (("Needs", ", ".join(map(str, required))),) if isinstance(required, list) and required else ()
    return Card(found[0], "provider", found[1], needs)


def _of_word(loc: Loc, text: str) -> Card | None:
    if loc[-1] == "Type" and text in STATES:
        return Card(text, "type of state", STATES[text].text)
    if "ErrorEquals" in loc and text in glossary.ERRORS:
        return Card(text, "error", glossary.ERRORS[text])
    return None


def schema_card(cursor: Cursor) -> Card | None:
    """Return what is known about what a cursor in the input schema points at."""
    loc = cursor.loc
    if not cursor.is_in_token or not loc:
        return None
    if cursor.role == "key" and is_schema(loc[:-1]) and cursor.text in glossary.KEYWORDS:
        return Card(cursor.text, "keyword", glossary.KEYWORDS[cursor.text])
    if loc[-1] == "format" and cursor.text in glossary.FORMATS:
        return Card(cursor.text, "format", glossary.FORMATS[cursor.text])
    if cursor.role == "key" and loc[-2:-1] == ("properties",):
        return Card(cursor.text, "field", f"The flow reads it as $.{'.'.join(map(str, loc[1::2]))}.")
    return None


def definition_of(cursor: Cursor, site: Site) -> Loc | None:
    """Return the loc of what the text at a cursor names: a state, or what writes a place; else None."""
    loc, state = cursor.loc, state_of(cursor.loc)
    states = value_at(site.definition, ("States",))
    if cursor.role == "value" and any(here == loc for _, here in references.to_states(site.definition)):
        return ("States", cursor.text) if isinstance(states, dict) and cursor.text in states else None
    built = graph.build(site.definition)
    uses = [use for use in references.to_places(built) if use.loc == loc]
    at = len(cursor.before)
    use = next((use for use in uses if use.start <= at <= use.end), uses[0] if uses else None)
    if use is None:
        return None
    known = known_at(site.definition, site.schema, state)
    place = next((each.place for each in known if each.steps == use.steps[:1]), None)
    by = place.writers if place else ()
    writers = [other for other in references.to_places(built) if other.writes and other.state in by]
    for other in writers:
        if other.steps[0] == use.steps[0] and other.loc != loc:
            return other.loc
    return None
