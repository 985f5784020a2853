"""The start form of an input schema that is being written, filled in to see what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from flowlang import forms
from flowlang.definition import parse
from flowlang.forms import Draft, Field, State, UnusableSchema, json_text
from flowlang.problems import JSON
from ide import properties

NO_FORM = "The schema does not ask for an object, and a run's input is one. So there is no form."


def answer(schema_source: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with what was typed into it, the input that this is, and what is wrong with that.

    body    {"pairs": what the form holds, or None to begin with, "action": of its buttons}
    Shape   {"html", "shape", "input", "errors": {id: message}, "told": [message]}, or {"fault": why there is
            no form}; another shape than before says that the form must be drawn anew
    Raises  BadRequest for what no form of ours sends
    """
    schema, fault = _schema(schema_source)
    if fault:
        return {"fault": fault}
    try:
        forms.check_schema(schema)
        return _filled(schema, _draft(schema, body))
    except UnusableSchema as error:
        return {"fault": f"This schema cannot be used yet: {error}"}


def _schema(source: str) -> tuple[JSON, str]:
    """Return the schema, or why there is none. An empty text is no schema: it takes any input."""
    if not source.strip():
        return {}, ""
    document = parse(source)
    if not document.is_json:
        first = document.problems[0]
        line, _ = document.position(first.start)
        return None, f"The input schema is not sound JSON (line {line}): {first.message}"
    return document.value, "" if forms.is_object(document.value) else NO_FORM


def _draft(schema: JSON, body: Mapping[str, Any]) -> Draft:
    if body.get("pairs") is None:
        return Draft(forms.defaults(schema), State(), [])
    pairs, fresh = forms.apply(properties.posted(body), str(body.get("action", "")))
    return forms.read_draft(schema, pairs, fresh)


def _filled(schema: JSON, draft: Draft) -> dict[str, Any]:
    problems = forms.explain(schema, draft)
    calm = forms.draw(schema, draft.value, draft.problems, draft.state)
    checked = forms.draw(schema, draft.value, problems, draft.state)
    shape = forms.shape(calm)
    context = {"root": calm, "here": "", "shape": shape}
    return {
        "html": render_to_string("ide/_preview_form.html", context),
        "shape": shape,
        "input": json_text.write(draft.body),
        "errors": {one.id: " ".join(one.errors) for one in forms.walk((checked,)) if one.errors},
        "told": _told(checked),
    }


def _told(root: Field) -> list[str]:
    """Return all that is wrong, each with the title of its field."""
    wrong = [one for one in forms.walk((root,)) if one.errors]
    return [f"{one.title}: {message}" if one.title else message for one in wrong for message in one.errors]
