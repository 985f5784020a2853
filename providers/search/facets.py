"""Narrowing what a search found by the values of its documents' fields."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict

from flowlang.problems import JSON
from providers.search.models import Entry

PREFIX: Final = "is."
MOST_COUNTED: Final = 2000  # of what was found, newest or best first
MOST_FACETS, MOST_VALUES, MOST_DISTINCT = 8, 8, 60
_LONGEST_VALUE: Final = 60
_MOST_CHOSEN: Final = 10


@dataclass(frozen=True, slots=True)
class Facet:
    """One field and how often it has which values: (value as text, count, is chosen)."""

    field: str
    values: list[tuple[str, int, bool]]


def chosen_values(query: QueryDict) -> dict[str, list[str]]:
    """Return what the reader of a page chose: {"hue": ["blue", "red"]} for `?is.hue=blue&is.hue=red`."""
    names = [name for name in query if name.startswith(PREFIX) and len(name) > len(PREFIX)][:_MOST_CHOSEN]
    return {name.removeprefix(PREFIX): query.getlist(name)[:_MOST_CHOSEN] for name in names}


def narrowed(entries: QuerySet[Entry], chosen: Mapping[str, list[str]]) -> QuerySet[Entry]:
    """Return the entries that have one of the chosen values in each field.

    The field's name comes from an address, so it is never part of an ORM look-up's name.
    """
    for number, (field, texts) in enumerate(chosen.items()):
        name = f"chosen_{number}"
        values = [value for text in texts for value in _readings(text)]
        entries = entries.alias(**{name: KeyTransform(field, "content")}).filter(**{f"{name}__in": values})
    return entries


def facets(contents: Iterable[JSON], chosen: Mapping[str, list[str]]) -> list[Facet]:
    """Return the fields of the documents that are worth narrowing by, those with most documents first.

    A field is worth it when some of its values are shared, or when one of them is chosen.
    """
    counts: dict[str, Counter[str]] = {}
    for content in contents:
        for field, value in content.items() if isinstance(content, dict) else ():
            text = text_of(value)
            if text is not None and field:
                counts.setdefault(field, Counter())[text] += 1
    worthy = [field for field in counts if field in chosen or _is_shared(counts[field])]
    worthy.sort(key=lambda field: (field not in chosen, -counts[field].total(), field))
    return [Facet(field, _values(counts[field], chosen.get(field, []))) for field in worthy[:MOST_FACETS]]


def text_of(value: JSON) -> str | None:
    """Return a short scalar as text; None for everything else."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_VALUE else None


def _is_shared(values: Counter[str]) -> bool:
    return len(values) <= MOST_DISTINCT and values.total() > len(values)


def _values(values: Counter[str], chosen: list[str]) -> list[tuple[str, int, bool]]:
    """The most frequent ones, and the chosen ones in any case."""
    common = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [(text, count, text in chosen) for text, count in common[:MOST_VALUES]]
    more = [
        (text, values[text], True)
        for text in chosen
        if text not in {shown_text for shown_text, _, _ in shown}
    ]
    return shown + more


def _readings(text: str) -> list[JSON]:
    """What a value in an address may mean: the text, or the number or truth value that it writes."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    is_scalar = isinstance(value, bool | int | float) and value == value
    return [text, value] if is_scalar else [text]
