"""The property form of a state: what it shows, and the edits of the text that a change in it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.template.loader import render_to_string

from flowlang import editing_rows, forms
from flowlang.authoring.places import known_at
from flowlang.definition import parse
from flowlang.editing_form import schema
from flowlang.forms import Draft, State
from flowlang.forms.validation import problem
from flowlang.problems import JSON
from ide import edits
from ide.drafts import Texts
from providers import registry
from wire.errors import BadRequest, Unprocessable

_MOST_PAIRS: Final = 2_000
_MOST_PATHS: Final = 200
_READING: Final = ("Choice", "Pass", "Wait", "Fail")
_NOTHING: Final[dict[str, Any]] = {"edits": [], "stops": []}


def answer(texts: Texts, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"html", "shape", "edits", "stops"}: the form, after what was posted was put into the text.

    shape   another one than before says that other fields are asked for: the form must be drawn anew
    body    {"state": its name, "pairs": what the form holds, or None to begin with, "action": of its buttons}
    Raises  BadRequest for what no form of ours sends, Unprocessable where there is no such state to change
    """
    name = str(body.get("state"))
    definition, found = _state(texts.definition, body.get("state"))
    about = schema(found, list(definition["States"]), _paths(definition, found, name, texts))
    fields: Any = about["properties"]
    if body.get("pairs") is None:
        given = editing_rows.shown(found)
        draft = Draft({key: value for key, value in given.items() if key in fields}, State(), [])
        return _drawn(name, found, about, draft) | _NOTHING
    pairs, fresh = forms.apply(posted(body), str(body.get("action", "")))
    draft = forms.read_draft(about, pairs, fresh)
    try:
        said = editing_rows.stated(draft.body, found)
    except editing_rows.RowError as refused:
        told = [*draft.problems, problem(refused.loc, str(refused))]
        return _drawn(name, found, about, replace(draft, problems=told)) | _NOTHING
    drawn = _drawn(name, found, about, draft)
    if draft.problems:
        return drawn | _NOTHING
    known = frozenset(fields)
    return drawn | edits.changed(texts.definition, lambda flow: flow.set_fields(name, said, known))


def _drawn(name: str, state: Mapping[str, JSON], about: dict[str, JSON], draft: Draft) -> dict[str, str]:
    root = forms.draw(about, draft.value, draft.problems, draft.state)
    context = {"name": name, "type": state.get("Type"), "root": root, "here": ""}
    return {"html": render_to_string("ide/_properties.html", context), "shape": forms.shape(root)}


def _paths(definition: JSON, state: Mapping[str, JSON], name: str, texts: Texts) -> list[str]:
    """Return the paths that a state can read, where its form asks for one."""
    if state.get("Type") not in _READING:
        return []
    schema = parse(texts.input_schema).value if texts.input_schema.strip() else None
    known = known_at(definition, schema, name, registry.results())
    return [one.place.path for one in known if not one.reason][:_MOST_PATHS]


def _state(text: str, name: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the definition and the state. Raises Unprocessable."""
    document = parse(text)
    value: Any = document.value if not document.problems else None
    states = value.get("States") if isinstance(value, dict) else None
    if not isinstance(states, dict):
        raise Unprocessable("The properties show again once the text is sound JSON.")
    found = states.get(name) if isinstance(name, str) else None
    if not isinstance(found, dict):
        raise Unprocessable(f"There is no state {str(name)[:100]!r} in the text any more.")
    return value, found


def posted(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the names and texts of a posted form's controls. Raises BadRequest."""
    pairs = body.get("pairs")
    is_list = isinstance(pairs, list) and len(pairs) <= _MOST_PAIRS
    if not is_list or not all(_is_pair(pair) for pair in pairs or ()):
        raise BadRequest(f'"pairs" must be an array of at most {_MOST_PAIRS} pairs of texts.')
    return [(pair[0], pair[1]) for pair in pairs or ()]


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
