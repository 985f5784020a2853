"""Criteria as conditions on what runs are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from library.models import Flow
from runs.access import Person
from runs.finding import grammar, values
from runs.finding.grammar import Criterion
from runs.finding.tables import RunValue
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
        one = _one(criterion, user)
        whole &= ~one if criterion.negated else one
    return whole


def asks_for_words(criteria: Iterable[Criterion]) -> bool:
    """Whether what `keeping` fills in is asked for."""
    return any(each.field in (grammar.WORDS, "label", "tag", "error", *grammar.SIDES) for each in criteria)


def _one(criterion: Criterion, user: Person) -> Q:
    if criterion.field in grammar.SIDES:
        return Q(
            pk__in=_holding(criterion)
            .filter(path=criterion.path, sides__in=_SIDES[criterion.field])
            .values("facts")
        )
    return _CONDITIONS[criterion.field](criterion, user)


def _holding(criterion: Criterion) -> QuerySet[RunValue]:
    """Return the values that are what is looked for, or begin so."""
    wanted = values.cut(criterion.value)
    if not criterion.begins:
        return RunValue.objects.filter(value=wanted)
    if connection.vendor == "postgresql":
        return RunValue.objects.filter(value__startswith=wanted)
    return RunValue.objects.filter(value__gte=wanted, value__lt=wanted + _PAST_ALL)


def _words(criterion: Criterion, user: Person) -> Q:
    text = values.folded(criterion.value)
    found = Q(label__contains=text) | Q(tags__contains=text) | Q(flow__in=_titled(criterion.value))
    found |= Q(pk__in=_holding(criterion).values("facts"))
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
    grammar.WORDS: _words,
    "status": _status,
    "flow": _flow,
    "label": _label,
    "tag": _tag,
    "by": _by,
    "error": _error,
    "since": _since,
    "until": _until,
}
