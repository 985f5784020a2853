"""Who may use a function or an endpoint. Views and the provider get them only from here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from providers.compute.models import Endpoint, Function
from providers.provider import ActionError
from wire.principals import Caller


class EndpointHealth(TypedDict):
    """How an endpoint is, for /readyz."""

    name: str
    is_alive: bool
    isolation: str


def functions_for(caller: Caller) -> QuerySet[Function]:
    """Return the functions that `caller` may see and run: own and public ones."""
    return Function.objects.filter(_usable(caller)).select_related("owner")


def endpoints_for(caller: Caller) -> QuerySet[Endpoint]:
    """Return the endpoints that `caller` may see and use: own and public ones."""
    return Endpoint.objects.filter(_usable(caller))


def function_for(caller: Caller, id: str | UUID) -> Function:
    """Return a function that `caller` may use. Raises ActionError("FunctionNotFound", 404)."""
    found = functions_for(caller).filter(pk=id).first()
    if found is None:
        raise _function_missing(str(id))
    return found


def functions_by_id(caller: Caller, ids: Iterable[str]) -> dict[str, Function]:
    """Return id -> function, for ids in any spelling. Raises ActionError for the first that is missing."""
    wanted = {id: UUID(id) for id in ids}
    found = functions_for(caller).in_bulk(wanted.values())
    for id, key in wanted.items():
        if key not in found:
            raise _function_missing(id)
    return {id: found[key] for id, key in wanted.items()}


def endpoints_by_id(caller: Caller, ids: Iterable[str]) -> dict[str, Endpoint]:
    """Return id -> endpoint, for ids in any spelling. Raises ActionError for the first that is missing."""
    wanted = {id: UUID(id) for id in ids}
    found = endpoints_for(caller).in_bulk(wanted.values())
    for id, key in wanted.items():
        if key not in found:
            raise ActionError(
                "EndpointNotFound",
                f"There is no compute endpoint {id} that you may use. Add it with: "
                f"python manage.py add_endpoint NAME --id {id}",
                status=404,
            )
    return {id: found[key] for id, key in wanted.items()}


def endpoint_health() -> list[EndpointHealth]:
    """Return each endpoint's health, by name."""
    now = timezone.now()
    return [
        {"name": endpoint.name, "is_alive": endpoint.is_alive(now), "isolation": endpoint.isolation}
        for endpoint in Endpoint.objects.order_by("name")
    ]


def _usable(caller: Caller) -> Q:
    own = Q(owner=caller.user_id) if caller.user_id else Q(pk__in=[])
    return own | Q(is_public=True)


def _function_missing(id: str) -> ActionError:
    return ActionError(
        "FunctionNotFound",
        f"There is no function {id} that you may run. Register it with: "
        f"python manage.py register_function FILE.py:NAME --id {id}",
        status=404,
    )
