"""The filters and orders of `GET /runs` and `GET /web_inputs` (source: rest-api, Endpoints 7.9 and 7.18)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict

from runs import access
from runs.access import Person
from runs.models import Run, WebInput, WebInputRole
from wire.errors import BadRequest
from wire.parameters import choices, phrases, text, texts, uuids

# Clients write the singular, the published API description the plural.
_ROLE_NAMES: Final = {spelling: role for role in access.ROLES for spelling in (role, f"{role}s")}
_CUMULATIVE: Final = [access.MONITOR, access.MANAGER, access.OWNER]
_STATUSES: Final = ("ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED", "ENDED")
_RUN_ORDERS: Final = {
    "id": "id",
    "start_time": "started_at",
    "completion_time": "completed_at",
    "status": "status",
    "label": "label",
}
_INPUT_ORDERS: Final = {
    "created_timestamp": "created_at",
    "edited_timestamp": "edited_at",
    "closed_timestamp": "closed_at",
}
_INPUT_ROLES: Final = (WebInputRole.VIEWER, WebInputRole.RESPONDENT)
_MOST_IDS: Final = 10


def runs_for(user: Person, query: QueryDict) -> QuerySet[Run]:
    """Return the runs that `user` may see and that pass the filters. Raises BadRequest."""
    runs = access.with_flow().filter(access.having(user, _wanted_roles(query)))
    flow_ids = uuids(query, "filter_flow_id")
    if flow_ids:
        runs = runs.filter(flow__in=flow_ids)
    statuses = choices(query, "filter_status", _STATUSES)
    if statuses:
        runs = runs.filter(status__in=statuses)
    for name, field in (("filter_label", "label"), ("filter_flow_title", "flow__title")):
        runs = runs.filter(_any(phrases(query, name), _holds(field)))
    for name, field in (("filter_start_time", "started_at"), ("filter_completion_time", "completed_at")):
        runs = runs.filter(_between(query, name, field))
    return runs


def _wanted_roles(query: QueryDict) -> list[str]:
    named = choices(query, "filter_roles", _ROLE_NAMES)
    if named:
        return [_ROLE_NAMES[name] for name in named]
    single = choices(query, "filter_role", _ROLE_NAMES)
    if not single:
        return access.ROLES
    role = _ROLE_NAMES[single[0]]
    return _CUMULATIVE[_CUMULATIVE.index(role) :] if role in _CUMULATIVE else [role]


def _any(values: Iterable[str], condition: Callable[[str], Q]) -> Q:
    return reduce(or_, [condition(value) for value in values], Q())


def _holds(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{field}__icontains": value})


def _between(query: QueryDict, name: str, field: str) -> Q:
    """A half-open range: "A,B", "A,", ",B", or "A", which is "A,"."""
    value = text(query, name)
    if value is None:
        return Q()
    first, _, last = value.partition(",")
    if "," in last or not (first.strip() or last.strip()):
        raise BadRequest(f'{name}: "{value[:80]}" is not a range. Write START,END; either may be left out.')
    condition = Q(**{f"{field}__gte": _instant(name, first)}) if first.strip() else Q()
    return condition & Q(**{f"{field}__lt": _instant(name, last)}) if last.strip() else condition


def _instant(name: str, value: str) -> datetime:
    # A "+" that was not escaped arrives as a blank.
    written = value.strip().replace(" ", "+") if "T" in value else value.strip()
    try:
        instant = datetime.fromisoformat(written)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        example = "2026-03-01T09:30:00+00:00"
        raise BadRequest(f'{name}: "{value[:80]}" is not a time. Write it like {example}.') from error


def run_order(query: QueryDict) -> list[str]:
    """Return the order of a list of runs, newest first by default, ending in a unique field."""
    order = [_order(criterion, _RUN_ORDERS) for criterion in texts(query, "orderby")] or ["-started_at"]
    return order if {"id", "-id"} & set(order) else [*order, "id"]


def _order(criterion: str, fields: dict[str, str]) -> str:
    name, _, direction = criterion.partition(" ")
    if name not in fields or direction not in ("", "ASC", "DESC"):
        raise BadRequest(
            f'orderby: "{criterion[:80]}" is not a field, a blank, and ASC or DESC. '
            f"Fields: {', '.join(fields)}."
        )
    return ("-" if direction == "DESC" else "") + fields[name]


def web_inputs_for(user: Person, query: QueryDict) -> QuerySet[WebInput]:
    """Return the web inputs that `user` may see and that pass the filters; open ones by default."""
    roles = choices(query, "filter_roles", _INPUT_ROLES) or list(_INPUT_ROLES)
    states = choices(query, "filter_states", (WebInput.OPEN, WebInput.CLOSED)) or [WebInput.OPEN]
    found = access.web_inputs_for(user, roles).filter(status__in=states)
    found = found.annotate(edited_at=Coalesce("closed_at", "created_at"))
    flow_ids = uuids(query, "filter_flow_ids", most=_MOST_IDS)
    run_ids = uuids(query, "filter_run_ids", most=_MOST_IDS)
    if flow_ids:
        found = found.filter(run__flow__in=flow_ids)
    return found.filter(run__in=run_ids) if run_ids else found


def web_input_order(query: QueryDict) -> list[str]:
    """Return the order of a list of web inputs, newest first by default."""
    order = [_order(criterion, _INPUT_ORDERS) for criterion in texts(query, "orderby")] or ["-created_at"]
    return [*dict.fromkeys(order), "id"]
