"""The filters and orders of `GET /flows` (source: rest-api, GET /flows)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from library import access
from library.access import OWNER, ROLES, Person
from library.models import Flow, FlowRole
from wire.errors import BadRequest
from wire.parameters import choices, phrases, texts
from wire.principals import IDENTITY_PREFIX

# Clients write the singular, the published API description the plural.
_ROLE_NAMES: Final = {OWNER: OWNER} | {
    spelling: role for role in FlowRole.NAMES for spelling in (role, f"{role}s")
}
_ORDERS: Final = {
    "id": "id",
    "scope_string": "id",  # differs between flows by the id only
    "flow_owner": "owner_id",
    "flow_owners": "owner_id",
    "flow_administrators": "owner_id",  # the list is not everybody's to see; its first is the owner
    "title": "title",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
_TEXT_FILTERS: Final = ("title", "subtitle", "description", "keywords")
_SCOPE_ID: Final = re.compile(r"[0-9a-f][0-9a-f_-]{3,}")


def flows_for(user: Person, query: QueryDict) -> QuerySet[Flow]:
    """Return the flows that `user` may see and that pass the filters. Raises BadRequest."""
    flows = access.listed(access.alive()).filter(_by_role(user, query))
    for name in _TEXT_FILTERS:
        flows = flows.filter(_any(phrases(query, f"filter_{name}"), _holds(name)))
    flows = flows.filter(_any(phrases(query, "filter_scope_string"), _in_scope))
    return flows.filter(_any(phrases(query, "filter_fulltext"), lambda text: _anywhere(user, text)))


def _by_role(user: Person, query: QueryDict) -> Q:
    wanted = choices(query, "filter_roles", _ROLE_NAMES) or choices(query, "filter_role", _ROLE_NAMES)
    if wanted:
        return access.having(user, [_ROLE_NAMES[name] for name in wanted])
    # Nobody asked for roles: what is the caller's by name or group, not what is everybody's.
    return access.having(user, ROLES, personally=True)


def _any(values: Iterable[str], condition: Callable[[str], Q]) -> Q:
    """A row passes when one of the values fits; without values all pass."""
    return reduce(or_, [condition(value) for value in values], Q())


def _holds(field: str) -> Callable[[str], Q]:
    return lambda text: Q(**{f"{field}__icontains": text})


def _in_scope(text: str) -> Q:
    """A scope string is fixed but for the flow's id, so only that part can tell flows apart."""
    ids = _SCOPE_ID.findall(text.lower().rpartition("/scopes/")[2])
    return Q(id__icontains=ids[0].replace("_", "-").strip("-")) if ids else Q()


def _anywhere(user: Person, text: str) -> Q:
    name = text.lower().removeprefix(IDENTITY_PREFIX)
    found = reduce(or_, [_holds(field)(text) for field in ("title", "subtitle", "description")])
    named = FlowRole.objects.filter(
        flow=OuterRef("pk"), role=FlowRole.ADMINISTRATOR, principal__icontains=text
    )
    # Who administers a flow is no secret only to those who do.
    administrators = access.having(user, [FlowRole.ADMINISTRATOR]) & Q(Exists(named))
    return found | Q(id__icontains=name) | Q(owner__id__icontains=name) | administrators


def order_of(query: QueryDict) -> list[str]:
    """Return the order to list in, ending in a unique field. Raises BadRequest."""
    order = [_order(criterion) for criterion in texts(query, "orderby")] or ["-updated_at"]
    named = {field.removeprefix("-") for field in order}
    return order if "id" in named else [*order, "id"]


def _order(criterion: str) -> str:
    name, _, direction = criterion.partition(" ")
    if name not in _ORDERS or direction not in ("ASC", "DESC"):
        fields = ", ".join(_ORDERS)
        raise BadRequest(
            f'orderby: "{criterion[:80]}" is not a field, a blank, and ASC or DESC. Fields: {fields}.'
        )
    return ("-" if direction == "DESC" else "") + _ORDERS[name]
