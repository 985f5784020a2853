"""What runs are found by: label, tags, error and values are taken up a moment after they changed.

The database's triggers raise `pending` with each change; whoever takes it up writes only when it is still
what it was, so that two may do it at once and no change is missed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from flowlang.events import FLOW_FAILED, FLOW_SUCCEEDED, visible
from flowlang.forms.secret import without_secrets
from library.models import FlowVersion
from runs import clock
from runs.finding.tables import RunFacts, RunValue
from runs.finding.values import MOST_VISITED, Pair, folded, pairs
from runs.models import Run, RunEvent
from runs.transactions import retried

AT_ONCE: Final = 50
_YOUNG: Final = timedelta(seconds=2)
_LONGEST_ERROR: Final = 500
_ROWS_A_STATEMENT: Final = 200
_TEXTS: Final = ("label", "tags", "error")
_SETTLE: Final = (
    f"UPDATE runs_runfacts SET pending = 0, {', '.join(f'{name} = %s' for name in _TEXTS)}"
    " WHERE number = %s AND pending = %s"
)
_SHORTEST_SECRET: Final = 4  # of shorter ones, such as true, most are no secrets elsewhere


@dataclass(frozen=True)
class _Taken:
    """What a run is found by, as it was when `pending` was `seen`."""

    number: int
    seen: int
    texts: dict[str, str]
    values: dict[Pair, int]


def take_up(seconds: float, *, even_young: bool = True) -> int:
    """Take up what is pending, the newest runs first, for about so long; return how many runs it was.

    even_young   also runs that have just begun; many of them are about to end, and would be taken up twice
    """
    until, count = time.monotonic() + seconds, 0
    waiting = pending(RunFacts.objects.all())
    if not even_young:
        waiting = waiting.filter(Q(ended_at__isnull=False) | Q(started_at__lt=clock.now() - _YOUNG))
    while True:
        found = _read(waiting.order_by("-number")[:AT_ONCE])
        if found:
            retried(partial(_write, found))
        count += len(found)
        if len(found) < AT_ONCE or time.monotonic() > until:
            return count


def pending(facts: QuerySet[RunFacts]) -> QuerySet[RunFacts]:
    """Return those of which label, tags, error or values are not found yet as they are now."""
    return facts.filter(pending__gt=0)


def _read(waiting: QuerySet[RunFacts]) -> list[_Taken]:
    seen = {
        run_id: (number, count)
        for number, run_id, count in waiting.values_list("number", "run_id", "pending")
    }
    runs = Run.objects.filter(pk__in=seen).only("label", "tags", "status", "input", "flow_id", "version_id")
    ends = _ends(run.pk for run in runs if run.status in Run.TERMINAL)
    return [_taken(run, *seen[run.pk], ends.get(run.pk)) for run in runs]


def _ends(run_ids: Iterable[UUID]) -> dict[UUID, RunEvent]:
    last = RunEvent.objects.filter(run__in=list(run_ids), seq=F("run__last_seq"))
    return {event.run_id: event for event in last}


def _taken(run: Run, number: int, seen: int, end: RunEvent | None) -> _Taken:
    details = orjson.loads(end.details) if end else {}
    failed = end is not None and end.code == FLOW_FAILED
    output = details.get("output") if end is not None and end.code == FLOW_SUCCEEDED else None
    texts = {
        "label": folded(run.label),
        "tags": "".join(f"\t{folded(str(tag))}\t" for tag in run.tags),
        "error": _error(details) if failed else "",
    }
    return _Taken(number, seen, texts, _values(run, output))


def _error(details: dict[str, Any]) -> str:
    said = (str(details[name]) for name in ("exception", "cause", "state_name") if details.get(name))
    return folded(" ".join(text[:_LONGEST_ERROR] for text in said))[:_LONGEST_ERROR]


def _values(run: Run, output: Any) -> dict[Pair, int]:
    schema, given = _schema(run.flow_id, run.version_id), orjson.loads(run.input)
    public = _public(schema, given)
    went_in, hidden = pairs(public), _hidden(given, public)
    came_out = {pair for pair in pairs(_public(schema, output)) if pair[1] not in hidden}
    sides = dict.fromkeys(went_in, RunValue.INPUT) | dict.fromkeys(came_out, RunValue.OUTPUT)
    return sides | dict.fromkeys(went_in & came_out, RunValue.BOTH)


def _hidden(given: Any, public: Any) -> set[str]:
    """The texts that the input holds as secrets only: nobody finds them, wherever a state has put them."""
    if public == given:
        return set()
    shown = {value for _, value in pairs(public, MOST_VISITED)}
    texts = {value for _, value in pairs(given, MOST_VISITED)} - shown
    return {text for text in texts if len(text) >= _SHORTEST_SECRET}


def _public(schema: Any, document: Any) -> Any:
    """A document without what is hidden from people, and without what may be a secret."""
    try:
        shown = visible(document)
        return without_secrets(schema, shown) if isinstance(shown, dict) else shown
    except RecursionError:  # nested deeper than anybody looks for it: nothing of it is found
        return None


@lru_cache(maxsize=256)
def _schema(flow_id: UUID, version_id: int) -> Any:
    return FlowVersion.objects.only("schema_source").get(pk=version_id, flow_id=flow_id).input_schema


@transaction.atomic
def _write(found: Sequence[_Taken]) -> None:
    mine = [each for each in found if _is_mine(each)]
    RunValue.objects.filter(facts__in=[each.number for each in mine])._raw_delete("default")
    _insert([(each.number, *pair, sides) for each in mine for pair, sides in each.values.items()])


def _is_mine(taken: _Taken) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [*(taken.texts[name] for name in _TEXTS), taken.number, taken.seen])
        return bool(cursor.rowcount)


def _insert(rows: Sequence[tuple[int, str, str, int]]) -> None:
    """Insert values. The ORM would cost several times as much."""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            some = rows[start : start + _ROWS_A_STATEMENT]
            places = ", ".join(["(%s, %s, %s, %s)"] * len(some))
            fields = [field for row in some for field in row]
            cursor.execute(
                f"INSERT INTO runs_runvalue (facts_id, path, value, sides) VALUES {places}", fields
            )
