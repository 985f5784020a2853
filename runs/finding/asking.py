"""What somebody asks of the list of runs: the words, the order; and the runs that answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone

from runs import access
from runs.access import Person
from runs.finding import conditions, grammar, keeping
from runs.finding.grammar import Criterion, Fault
from runs.finding.tables import RunFacts

# Name of the order in the address -> what it is called, and by what it goes; the number makes it complete.
ORDERS: Final[dict[str, tuple[str, list[Any]]]] = {
    "": ("Newest first", ["-number"]),
    "oldest": ("Oldest first", ["number"]),
    "longest": ("Longest first", [F("seconds").desc(nulls_last=True), "-number"]),
    "shortest": ("Shortest first", [F("seconds").asc(nulls_last=True), "-number"]),
    "ended": ("Last ended first", [F("ended_at").desc(nulls_last=True), "-number"]),
    "label": ("By label", ["label", "-number"]),
}
_TAKE_UP_SECONDS: Final = 0.05
# Filters of addresses that were kept before there was one box.
_STATUSES: Final = {
    "ACTIVE": "running,needs-you",
    "INACTIVE": "needs-you",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed,cancelled",
}


@dataclass(frozen=True)
class Asked:
    """A search; with `fault`, one that cannot be read."""

    words: str
    order: str
    criteria: list[Criterion] = field(default_factory=list)
    fault: Fault | None = None

    def address(self, words: str | None = None, order: str | None = None) -> str:
        """Return the query of an address, with other words or another order."""
        q, sort = self.words if words is None else words, self.order if order is None else order
        return "?" + urlencode({name: value for name, value in (("q", q), ("sort", sort)) if value})


def read(query: QueryDict) -> Asked:
    """Return what the address asks for."""
    words = " ".join(word for word in (query.get("q", "").strip(), *_kept_before(query)) if word)
    words = words.replace("\0", "")
    order = query.get("sort", "")
    order = order if order in ORDERS else ""
    try:
        return Asked(words, order, grammar.parse(words, timezone.now()))
    except Fault as fault:
        return Asked(words, order, fault=fault)


def _kept_before(query: QueryDict) -> list[str]:
    status, flow = query.get("status", ""), query.get("flow", "")
    return [
        f"status:{grammar.quoted(_STATUSES.get(status, status))}" if status else "",
        "by:me" if query.get("mine") in ("1", "true") else "",
        f"flow:{grammar.quoted(flow)}" if flow else "",
    ]


def found(asked: Asked, user: Person) -> QuerySet[RunFacts]:
    """Return what `user` may see of what is asked for, in no order. Raises Fault."""
    if asked.fault:
        raise asked.fault
    if conditions.asks_for_words(asked.criteria):
        keeping.take_up(_TAKE_UP_SECONDS)
    return access.facts_visible_to(user).filter(conditions.condition(asked.criteria, user))


def ordered(facts: QuerySet[RunFacts], asked: Asked) -> QuerySet[RunFacts]:
    return facts.order_by(*ORDERS[asked.order][1])
