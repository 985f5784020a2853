"""Changing an index: entries are put in, replaced and removed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from flowlang.problems import JSON
from providers.search.fulltext import found, words_of
from providers.search.models import Entry, EntryReader, SearchIndex


def ingest(index: SearchIndex, document: Mapping[str, Any], creator: str) -> Entry:
    """Put one document into an index, in place of the one of the same subject and id.

    document  {"subject", "content", "visible_to", "id"?}; to be called in a transaction
    """
    entry_id = document.get("id") or ""
    fields = {
        "subject": document["subject"],
        "entry_id": entry_id,
        "content": document["content"],
        "text": words_of(document["subject"], document["content"]),
        "creator": creator,
        "ingested_at": timezone.now(),
    }
    entry, _ = Entry.objects.update_or_create(
        index=index, key=_key(document["subject"], entry_id), defaults=fields
    )
    EntryReader.objects.filter(entry=entry).delete()
    readers = dict.fromkeys(document["visible_to"])
    EntryReader.objects.bulk_create(EntryReader(entry=entry, principal=name) for name in readers)
    return entry


def remove(index: SearchIndex, wanted: Mapping[str, Any]) -> int:
    """Delete entries by "entry", "subject" or "query"; return how many."""
    entries = Entry.objects.filter(index=index)
    if wanted["delete_by"] == "entry":
        key = _key(wanted.get("subject", ""), wanted.get("entry_id") or "")
        ids: Iterable[int] = entries.filter(key=key).values_list("pk", flat=True)
    elif wanted["delete_by"] == "subject":
        ids = entries.filter(subject=wanted.get("subject", "")).values_list("pk", flat=True)
    else:
        filters = wanted.get("filters") or []
        hits = found(entries, wanted.get("q") or "")
        ids = [entry.pk for entry in hits if matches(entry.content, filters)]
    count = 0
    for pk in list(ids):
        count += Entry.objects.filter(pk=pk).delete()[1].get("search.Entry", 0)
    return count


def matches(content: JSON, filters: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a document passes all filters (source: Globus Search, filters).

    filters  {"type": "match_any" | "match_all", "field_name": "a.b", "values": [...]} or
             {"type": "range", "field_name": "a.b", "values": [{"from": 1, "to": "*"}]}
    """
    return all(_passes(_values(content, rule["field_name"]), rule) for rule in filters)


def _passes(values: list[JSON], rule: Mapping[str, Any]) -> bool:
    if rule["type"] == "range":
        return any(_is_within(value, limits) for value in values for limits in rule["values"])
    present = [wanted in values for wanted in rule["values"]]
    return all(present) if rule["type"] == "match_all" else any(present)


def _is_within(value: JSON, limits: Mapping[str, Any]) -> bool:
    low, high = limits.get("from", "*"), limits.get("to", "*")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    kinds = (int, float) if is_number else str
    if not is_number and not isinstance(value, str):
        return False
    if any(limit != "*" and not isinstance(limit, kinds) for limit in (low, high)):
        return False
    comparable: Any = value
    return bool((low == "*" or comparable >= low) and (high == "*" or comparable <= high))


def _values(content: JSON, field_name: str) -> list[JSON]:
    """What a document has under a dotted name; the members of a list count each."""
    value: JSON = content
    for name in field_name.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, list) else [] if value is None else [value]


def _key(subject: str, entry_id: str) -> str:
    return hashlib.sha256(f"{subject}\0{entry_id}".encode("utf-8", "surrogatepass")).hexdigest()
