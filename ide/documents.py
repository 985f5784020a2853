"""What the editor's scripts are told, as JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import reverse

from flowlang import diagram
from flowlang.check import Checked, check_text
from flowlang.problems import JSON
from ide.models import Draft
from library.models import Flow
from providers import registry


@cache
def _providers() -> tuple[dict[str, JSON], dict[str, JSON]]:
    """What our providers take and answer: fixed while the site runs, and asked for with every key."""
    return registry.schemas(), registry.results()


def checked(source: str, schema_source: str) -> Checked:
    """Return the checker's answer. An empty schema text is no schema, not a broken one."""
    return check_text(source, schema_source if schema_source.strip() else None, *_providers())


def answer(result: Checked) -> dict[str, Any]:
    """Return what the live check answers: problems, states, and the diagram while the text is JSON."""
    return result.to_json() | {"diagram": picture(result.definition.value)}


def picture(definition: JSON) -> dict[str, Any] | None:
    """Return {"dot", "states"} for the diagram; None without a definition to draw."""
    if not isinstance(definition, dict):
        return None
    return {"dot": diagram.to_dot(definition), "states": diagram.states(definition)}


def saved(draft: Draft) -> dict[str, Any]:
    """Return what a page needs to go on saving a draft."""
    return {
        "id": str(draft.pk),
        "revision": draft.revision,
        "base": draft.base,
        "saved_at": draft.saved_at.isoformat(),
        "address": address(draft),
    }


def kept(draft: Draft) -> dict[str, Any]:
    """Return a draft with its texts, and who saved them."""
    texts = {"definition": draft.source, "input_schema": draft.schema_source}
    return saved(draft) | texts | {"by": draft.saved_by.get_username() if draft.saved_by else ""}


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
