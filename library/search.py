"""Finding flows by words: SQLite's FTS5 or PostgreSQL's tsvector, behind one function.

Both indexes follow `FlowText` by themselves (library/migrations/0002_search.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from library.models import Flow, FlowText

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_NEWEST = ["-updated_at", "pk"]
_STEPS = (200, 2_000)  # how many of the best are looked up at first, and then
_ALL = 1_000_000_000
_RANK = {
    "sqlite": "bm25(flow_words, 10.0, 5.0, 1.0)",
    "postgresql": "-ts_rank('{0, 0.1, 0.5, 1}', library_flowtext.words, pattern)",
}
_BEST = {
    "sqlite": f"""
        SELECT library_flowtext.flow_id FROM library_flowtext JOIN (
            SELECT rowid AS number, {_RANK["sqlite"]} AS relevance FROM flow_words
            WHERE flow_words MATCH %s ORDER BY relevance, rowid DESC LIMIT %s
        ) ON library_flowtext.id = number ORDER BY relevance, number DESC""",
    "postgresql": f"""
        SELECT flow_id FROM library_flowtext, to_tsquery('simple', %s) AS pattern
        WHERE library_flowtext.words @@ pattern ORDER BY {_RANK["postgresql"]}, id DESC LIMIT %s""",
}


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


def found(flows: QuerySet[Flow], text: str) -> QuerySet[Flow] | Ranked:
    """Return those of `flows` that hold every word of `text` (as a beginning of a word), best first.

    A word in the title counts 10, in the keywords 5, in the description 1. Without words: newest first.
    Of the answer only slices are read.
    """
    if not text.strip():
        return flows.order_by(*_NEWEST)
    words = _WORD.findall(text)[:_MOST_WORDS]
    return Ranked(flows, words) if words else flows.none()


@dataclass(frozen=True)
class Ranked:
    """The flows that hold all of `words`, best first; among equals the newest first.

    The index ranks quickly; looking up who may see what it found does not. So the best few are looked up
    first, and all of them only when too few of those may be seen.
    """

    flows: QuerySet[Flow]
    words: list[str]

    def __getitem__(self, place: slice) -> list[Flow]:
        start, stop = place.start or 0, place.stop
        for most in (*_STEPS, _ALL):
            best = self._best(most)
            looked_up = self.flows if most == _ALL else self.flows.filter(pk__in=best)
            seen = set(looked_up.order_by().values_list("pk", flat=True))
            chosen = [id for id in best if id in seen]
            if len(chosen) >= stop or len(best) < most:
                break
        return self._rows(chosen[start:stop])

    def _rows(self, ids: list[UUID]) -> list[Flow]:
        rows = self.flows.in_bulk(ids)
        return [rows[id] for id in ids if id in rows]

    def _best(self, most: int) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute(_BEST[connection.vendor], [_pattern(self.words), most])
            return [_as_uuid(row[0]) for row in cursor.fetchall()]


def _pattern(words: list[str]) -> str:
    if connection.vendor == "sqlite":
        return " ".join(f'"{word}"*' for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def _as_uuid(value: str | UUID) -> UUID:
    """SQLite keeps ids as text."""
    return value if isinstance(value, UUID) else UUID(value)
