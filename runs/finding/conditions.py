"""Criteria as conditions on what runs are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from library.models import Flow
from runs.access import Person
from runs.finding import grammar, values
from runs.finding.grammar import Criterion
from runs.finding.tables import RunFacts, RunValue
from wire.models import User

_PAST_ALL: Final = "\U0010ffff"
_SIDES: Final = {
    "input": (RunValue.INPUT, RunValue.BOTH),
    "output": (RunValue.OUTPUT, RunValue.BOTH),
}


def condition(criteria: Iterable[Criterion], user: Person) -> Q:
    """Return the condition on RunFacts that all criteria hold; `user` is whom "me" means."""
    whole = Q()
    for criterion in criteria:
        whole &= _one(criterion, user)
    return whole


def asks_for_words(criteria: Iterable[Criterion]) -> bool:
    """Whether what `keeping` fills in is asked for."""
    return any(each.field in (grammar.WORDS, "label", "tag", "error", *grammar.SIDES) for each in criteria)


def _one(criterion: Criterion, user: Person) -> Q:
    if criterion.field in _CONDITIONS:
        found = _CONDITIONS[criterion.field](criterion, user)
        return ~found if criterion.negated else found
    holding = _holding(criterion)
    if criterion.field in grammar.SIDES:
        holding = holding.filter(path=criterion.path, sides__in=_SIDES[criterion.field])
        return _lacks(holding) if criterion.negated else Q(pk__in=holding.values("facts"))
    said = _said(criterion)
    return ~said & _lacks(holding) if criterion.negated else _said_or_held(said, holding)


def _holding(criterion: Criterion) -> QuerySet[RunValue]:
    """Return the values that are what is looked for, or begin so."""
    wanted = values.cut(criterion.value)
    if not criterion.begins:
        return RunValue.objects.filter(value=wanted)
    if _is_postgresql():
        return RunValue.objects.filter(value__startswith=wanted)
    return RunValue.objects.filter(value__gte=wanted, value__lt=wanted + _PAST_ALL)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _lacks(holding: QuerySet[RunValue]) -> Q:
    # PostgreSQL goes through the whole of a large NOT IN for each run, and through that of an OR.
    if _is_postgresql():
        return ~Q(Exists(holding.filter(facts=OuterRef("pk"))))
    return ~Q(pk__in=holding.values("facts"))


def _said_or_held(said: Q, holding: QuerySet[RunValue]) -> Q:
    held = holding.values("facts")
    if _is_postgresql():
        return Q(pk__in=RunFacts.objects.filter(said).values("pk").union(held))
    return said | Q(pk__in=held)


def _said(criterion: Criterion) -> Q:
    """Words that stand in a label, a tag or a flow's title; or the id of a run."""
    text = values.folded(criterion.value)
    found = Q(label__contains=text) | Q(tags__contains=text) | Q(flow__in=_titled(criterion.value))
    run_id = _uuid(criterion.value)
    return found | Q(run=run_id) if run_id else found


def _titled(text: str) -> Any:
    return Flow.objects.filter(title__icontains=text).values("pk")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _status(criterion: Criterion, user: Person) -> Q:
    return Q(status__in=criterion.statuses)


def _flow(criterion: Criterion, user: Person) -> Q:
    flow_id = _uuid(criterion.value)
    return Q(flow=flow_id) if flow_id else Q(flow__in=_titled(criterion.value))


def _label(criterion: Criterion, user: Person) -> Q:
    return _text("label", criterion)


def _error(criterion: Criterion, user: Person) -> Q:
    return _text("error", criterion)


def _text(column: str, criterion: Criterion) -> Q:
    """A text that is somewhere in the column; "*" alone: any text at all."""
    text = values.folded(criterion.value)
    return Q(**{f"{column}__contains": text}) if text else ~Q(**{column: ""})


def _tag(criterion: Criterion, user: Person) -> Q:
    text = values.folded(criterion.value)
    return Q(tags__contains=f"\t{text}" if criterion.begins else f"\t{text}\t")


def _by(criterion: Criterion, user: Person) -> Q:
    if criterion.value.lower() == "me" and user.pk:
        return Q(owner=user.pk)
    how = "istartswith" if criterion.begins else "iexact"
    named = User.objects.filter(**{f"username__{how}": criterion.value})
    return Q(owner__in=named.values("pk"))


def _since(criterion: Criterion, user: Person) -> Q:
    return Q(started_at__gte=criterion.instant)


def _until(criterion: Criterion, user: Person) -> Q:
    return Q(started_at__lt=criterion.instant)


_CONDITIONS: Final[dict[str, Callable[[Criterion, Person], Q]]] = {
    "status": _status,
    "flow": _flow,
    "label": _label,
    "tag": _tag,
    "by": _by,
    "error": _error,
    "since": _since,
    "until": _until,
}
