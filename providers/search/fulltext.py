"""Finding entries by words: SQLite's FTS5 or PostgreSQL's tsvector, behind one function.

Both indexes follow `Entry.text` by themselves (migrations/0002_words.py).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from flowlang.problems import JSON
from providers.search.models import Entry

LONGEST_TEXT: Final = 200_000
_WORD: Final = re.compile(r"\w+")
_MOST_WORDS: Final = 12
_NEWEST: Final = ["-ingested_at", "pk"]


def found(entries: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Return those of `entries` that hold every word of `text` (as a beginning of a word), best first.

    Without words: newest first.
    """
    if not text.strip():
        return entries.order_by(*_NEWEST)
    words = _WORD.findall(_folded(text))[:_MOST_WORDS]
    if not words:
        return entries.none()
    # extra(): the index is no model, and ranking needs it joined, which no expression of the ORM does.
    if connection.vendor == "sqlite":
        return entries.extra(
            tables=["entry_words"],
            where=["entry_words.rowid = search_entry.id", "entry_words MATCH %s"],
            params=[" ".join(f'"{word}"*' for word in words)],
            select={"relevance": "bm25(entry_words)"},
            order_by=["relevance", *_NEWEST],
        )
    pattern = " & ".join(f"'{word}':*" for word in words)
    return entries.extra(
        where=["search_entry.words @@ to_tsquery('simple', %s)"],
        params=[pattern],
        select={"relevance": "-ts_rank(search_entry.words, to_tsquery('simple', %s))"},
        select_params=[pattern],
        order_by=["relevance", *_NEWEST],
    )


def words_of(subject: str, content: JSON) -> str:
    """Return the text under which an entry is found: its subject, and every name and value in its content."""
    words = [subject]
    waiting: list[JSON] = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend([*item, *item.values()])
        elif isinstance(item, list):
            waiting.extend(item)
        elif item is not None and not isinstance(item, bool):
            words.append(str(item))
    return _folded(" ".join(words)[:LONGEST_TEXT])


def _folded(text: str) -> str:
    """The text without accents, which people leave out when they search; PostgreSQL does not do it itself."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
