"""What the editor's reference shows: the types of states with their fields, and the providers here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flowlang.rules import STATES, StateType
from providers import registry


def state_types() -> Mapping[str, StateType]:
    return STATES


@cache
def providers() -> list[dict[str, str]]:
    """Return each of our providers once, with the first hosted address that means it."""
    found: dict[str, dict[str, str]] = {}
    for address in registry.schemas():
        provider = registry.resolve(address)
        described = provider.introspect()
        entry = {
            "address": address,
            "title": str(described["title"]),
            "text": str(described["subtitle"] or ""),
        }
        found.setdefault(provider.path, entry)
    return sorted(found.values(), key=lambda entry: entry["address"])
