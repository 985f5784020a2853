"""What can be put into a flow: types of states, calls of our providers, and a few states at once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from flowlang.editing_parts import Part, of_provider, of_states, of_type
from flowlang.rules import STATES
from ide import reference
from providers import registry
from wire.errors import BadRequest

_SNIPPETS: Final = Path(__file__).with_name("snippets")


def entries() -> list[dict[str, str]]:
    """Return each part as scripts show it: id, group, title and text."""
    types = [_entry(f"type:{name}", "Types", name, about.text) for name, about in STATES.items()]
    calls = [
        _entry(f"provider:{one['address']}", "Providers", one["title"], one["text"])
        for one in reference.providers()
    ]
    snippets = [
        _entry(f"snippet:{name}", "Several states", one["title"], one["text"])
        for name, one in _snippets().items()
    ]
    return types + calls + snippets


def part(part_id: str) -> Part:
    """Return the states that an entry stands for. Raises BadRequest."""
    kind, _, name = part_id.partition(":")
    if kind == "type" and name in STATES:
        return of_type(name)
    if kind == "provider" and (about := _provider(name)):
        return of_provider(name, about["title"], registry.schemas()[name])
    if kind == "snippet" and name in _snippets():
        return of_states(_snippets()[name]["states"], _snippets()[name]["last"])
    raise BadRequest(f"The palette has no part {part_id[:100]!r}. Load the page anew.")


def _entry(part_id: str, group: str, title: str, text: str) -> dict[str, str]:
    return {"id": part_id, "group": group, "title": title, "text": text}


def _provider(address: str) -> dict[str, str] | None:
    return next((one for one in reference.providers() if one["address"] == address), None)


@cache
def _snippets() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(_SNIPPETS.glob("*.json"))}
