"""Words in a run's log: looked for by the database in all of its events, however many a page shows."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from typing import Final

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from runs.models import Run, RunEvent
from wire.errors import BadRequest

MOST_CHARACTERS: Final = 200
_HEADING: Final = " – "  # as pages write a heading: "Copy – ActionStarted"


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that holds the words: its number, and the how many-th of all such events it is, from 1."""

    seq: int
    rank: int


@dataclass(frozen=True, slots=True)
class Hits:
    """Which events of a run hold the words, as seen from one of its events.

    total     how many there are in the whole log
    next      the first after that event; beyond the last, the first of all; None when there is none
    previous  the last before it; beyond the first, the last of all
    as_of     the number of the last event that was looked at
    """

    total: int
    next: Hit | None
    previous: Hit | None
    as_of: int


def words(text: str | None) -> str:
    """Return the words asked for. Raises BadRequest when there are none, or too many."""
    found = (text or "").strip()
    if not found:
        raise BadRequest("q: There are no words to look for; say some, as in ?q=denied.")
    if len(found) > MOST_CHARACTERS:
        raise BadRequest(f"q: {len(found)} characters are too many; at most {MOST_CHARACTERS} are allowed.")
    if "\0" in found:
        raise BadRequest("q: The character NUL is in no log; leave it out.")
    return found


def search(run: Run, q: str, after: int = 0) -> Hits:
    """Return where `q`, whatever its case, is in the log of the run, as seen from event `after`."""
    found = list(matching(run, q).values_list("seq", flat=True))
    if not found:
        return Hits(0, None, None, run.last_seq)
    later, earlier = bisect.bisect_right(found, after), bisect.bisect_left(found, after) - 1
    return Hits(len(found), _hit(found, later % len(found)), _hit(found, earlier % len(found)), run.last_seq)


def _hit(found: list[int], index: int) -> Hit:
    return Hit(found[index], index + 1)


def matching(run: Run, q: str) -> QuerySet[RunEvent]:
    """Return those events, oldest first."""
    rows = RunEvent.objects.filter(run=run.pk, seq__lte=run.last_seq).order_by("seq")
    return rows.filter(_condition(q))


def _condition(q: str) -> Q:
    condition = _holds("description", q)
    if q.isascii():  # as all codes are
        condition |= _holds("code", q)
    for needle in _needles(q):
        condition |= _holds("details", needle)
    state, is_heading, code = q.partition(_HEADING)
    if is_heading:
        condition |= _holds("details", f'"state_name":"{_in_json(state)}"') & _starts("code", code)
    return condition


def _needles(q: str) -> list[str]:
    """How the words may stand in compact JSON: inside a string, or as the page writes JSON, with spaces."""
    if '"' not in q:
        return [_in_json(q)]
    compact = re.sub(r'(?<=[":,\[{])\s+|\s+(?=[\]}])', "", q)
    return sorted({_in_json(q), compact})


def _in_json(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _holds(column: str, text: str) -> Q:
    # SQLite knows upper and lower case of English letters only; its regular expressions are Python's.
    if connection.vendor == "sqlite" and not text.isascii():
        return Q(**{f"{column}__iregex": re.escape(text)})
    return Q(**{f"{column}__icontains": text})


def _starts(column: str, text: str) -> Q:
    return Q(**{f"{column}__istartswith": text})
