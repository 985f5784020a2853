"""Finding flows by words: SQLite's FTS5 or PostgreSQL's tsvector, behind one function.

Both indexes follow `FlowText` by themselves (library/migrations/0002_search.py).
"""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import QuerySet

from library.models import Flow, FlowText

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_NEWEST = ["-updated_at", "pk"]


def remember(flow: Flow) -> None:
    """Keep the words of `flow` findable; to be called in the transaction that changes them."""
    words = {
        "title": flow.title,
        "keywords": " ".join(flow.keywords),
        "description": f"{flow.subtitle} {flow.description}",
    }
    FlowText.objects.update_or_create(flow=flow, defaults=words)


def forget(flow: Flow) -> None:
    FlowText.objects.filter(flow=flow).delete()


def found(flows: QuerySet[Flow], text: str) -> QuerySet[Flow]:
    """Return those of `flows` that hold every word of `text` (as a beginning of a word), best first.

    A word in the title counts 10, in the keywords 5, in the description 1. Without words: newest first.
    """
    if not text.strip():
        return flows.order_by(*_NEWEST)
    words = _WORD.findall(text)[:_MOST_WORDS]
    if not words:
        return flows.none()
    return _matching(flows, words).extra(order_by=["relevance", *_NEWEST])


def _matching(flows: QuerySet[Flow], words: list[str]) -> QuerySet[Flow]:
    # extra(): the index is no model, and ranking needs it joined, which no expression of the ORM does.
    if connection.vendor == "sqlite":
        return flows.extra(
            tables=["library_flowtext", "flow_words"],
            where=[
                "library_flowtext.flow_id = library_flow.id",
                "flow_words.rowid = library_flowtext.id",
                "flow_words MATCH %s",
            ],
            params=[" ".join(f'"{word}"*' for word in words)],
            select={"relevance": "bm25(flow_words, 10.0, 5.0, 1.0)"},
        )
    pattern = " & ".join(f"'{word}':*" for word in words)
    return flows.extra(
        tables=["library_flowtext"],
        where=[
            "library_flowtext.flow_id = library_flow.id",
            "library_flowtext.words @@ to_tsquery('simple', %s)",
        ],
        params=[pattern],
        select={
            "relevance": "-ts_rank('{0, 0.1, 0.5, 1}', library_flowtext.words, to_tsquery('simple', %s))"
        },
        select_params=[pattern],
    )
