"""What the editor's scripts are told, as JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import reverse

from flowlang import diagram
from flowlang.check import Checked, check_text
from flowlang.definition import transitions
from flowlang.diagram import StateEntry
from flowlang.problems import JSON
from ide.models import Draft
from library.models import Flow
from providers import registry


@cache
def _providers() -> dict[str, JSON]:
    """The input schemas of our providers: fixed while the site runs, and asked for with every key."""
    return registry.schemas()


def checked(source: str, schema_source: str) -> Checked:
    """Return the checker's answer. An empty schema text is no schema, not a broken one."""
    return check_text(source, schema_source if schema_source.strip() else None, providers=_providers())


def answer(result: Checked) -> dict[str, Any]:
    """Return what the live check answers: problems, states, and the diagram while the text is JSON."""
    return result.to_json() | {"diagram": picture(result.definition.value)}


def picture(definition: JSON) -> dict[str, Any] | None:
    """Return {"dot", "states", "catches"} for the diagram; None without a definition to draw.

    catches  [from, to] of each way out by Catch: they are no part of the layout
    """
    if not isinstance(definition, dict):
        return None
    states = diagram.states(definition)
    return {"dot": diagram.to_dot(definition), "states": states, "catches": _catches(definition, states)}


def _catches(definition: dict[str, JSON], states: list[StateEntry]) -> list[list[int]]:
    found = definition.get("States")
    index = {state["name"]: state["index"] for state in states}
    pairs = {
        (index[name], index[arrow.target])
        for name, state in (found.items() if isinstance(found, dict) else ())
        for arrow in transitions(state)
        if arrow.kind == "catch" and name in index and arrow.target in index
    }
    return [list(pair) for pair in sorted(pairs)]


def saved(draft: Draft) -> dict[str, Any]:
    """Return what a page needs to go on saving a draft."""
    return {
        "id": str(draft.pk),
        "revision": draft.revision,
        "saved_at": draft.saved_at.isoformat(),
        "address": address(draft),
    }


def address(draft: Draft) -> str:
    """Return the page on which a draft is edited."""
    return (
        reverse("ide:edit", args=[draft.flow_id]) if draft.flow_id else reverse("ide:draft", args=[draft.pk])
    )


def published(flow: Flow, number: int) -> dict[str, Any]:
    """Return where a flow that was just published can be seen and started."""
    return {
        "flow": str(flow.pk),
        "number": number,
        "title": flow.title,
        "address": reverse("library:flow", args=[flow.pk]),
        "start": reverse("runs:start", args=[flow.pk]),
        "edit": reverse("ide:edit", args=[flow.pk]),
    }
