"""The pages of compute: which endpoints and functions there are, registering a function, looking at one."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from providers.compute import access
from providers.compute.levels import DESCRIPTIONS
from providers.compute.models import Endpoint, Function, FunctionCall
from providers.compute.registering import Refused, register
from providers.provider import ActionError
from wire import paging
from wire.errors import NotFound
from wire.models import User
from wire.parameters import number, text
from wire.principals import Caller, caller_of

MOST_SEARCH_CHARACTERS = 200
ENDPOINTS_A_PAGE = 10
_MOST_PAGES = 100_000
_STATUSES = {"pending": "queued"}  # how the site calls where a call stands; the other words are the same
M = TypeVar("M", bound=Model)


def caller(request: HttpRequest) -> Caller:
    return caller_of(cast("User", request.user))


def words_of(request: HttpRequest) -> str:
    """Return what is searched for."""
    return (text(request.GET, "q") or "").replace("\0", "")[:MOST_SEARCH_CHARACTERS]


def matching(rows: QuerySet[M], words: str, *more: str) -> QuerySet[M]:
    """Return the rows whose name, or field in `more`, holds the words, or whose id they are."""
    found = Q(name__icontains=words)
    for name in more:
        found |= Q(**{f"{name}__icontains": words})
    try:
        return rows.filter(found | Q(pk=UUID(words)))
    except ValueError:
        return rows.filter(found)


@login_required
@require_GET
def compute(request: HttpRequest) -> HttpResponse:
    """The endpoints and functions that one may use."""
    me, words = caller(request), words_of(request)
    listing = paging.read(request)
    usable = matching(access.functions_for(me), words, "description")
    page = listing.numbered(usable.order_by("name", "pk"))
    place = listing.offset // listing.limit
    shown = {
        "q": words,
        "functions": page.items,
        "previous": _link(request.GET, page=place) if place else None,
        "next": _link(request.GET, page=place + 2) if page.marker else None,
        **_endpoints(request, me),
    }
    return render(request, "providers/compute/index.html", shown)


def _endpoints(request: HttpRequest, me: Caller) -> dict[str, Any]:
    page = number(request.GET, "endpoints", 1, most=_MOST_PAGES)
    first = (page - 1) * ENDPOINTS_A_PAGE
    found = list(access.endpoints_for(me).order_by("name")[first : first + ENDPOINTS_A_PAGE + 1])
    now = timezone.now()
    return {
        "endpoints": [(one, one.is_alive(now), _isolation(one)) for one in found[:ENDPOINTS_A_PAGE]],
        "endpoints_previous": _link(request.GET, endpoints=page - 1) if page > 1 else None,
        "endpoints_next": _link(request.GET, endpoints=page + 1) if len(found) > ENDPOINTS_A_PAGE else None,
    }


def _isolation(endpoint: Endpoint) -> dict[str, str]:
    words = DESCRIPTIONS.get(endpoint.isolation, "Known when its worker has started once.")
    return {"name": endpoint.isolation or "unknown", "words": words, "note": endpoint.isolation_note}


def _link(query: QueryDict, **changes: int) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = str(value)
    return f"?{changed.urlencode()}"


@login_required
@require_http_methods(["GET", "POST"])
def register_function(request: HttpRequest) -> HttpResponse:
    """A form that registers a function."""
    if request.method == "GET":
        return render(request, "providers/compute/register.html", {"form": {}})
    form = {name: request.POST.get(name, "") for name in ("name", "description", "source", "public")}
    source = form["source"].replace("\r\n", "\n")
    try:
        made = register(
            cast("User", request.user),
            form["name"].strip(),
            source,
            description=form["description"].strip() or None,
            is_public=bool(form["public"]),
        )
    except Refused as error:
        shown = {"form": form | {"source": source}, "problem": str(error), "problem_field": error.field}
        return render(request, "providers/compute/register.html", shown, status=400)
    messages.success(request, f"{made.name} is registered.")
    return redirect("providers:function", id=made.pk)


@login_required
@require_GET
def function(request: HttpRequest, id: UUID) -> HttpResponse:
    """One function: its source, how a flow calls it, and how the reader's last calls ended."""
    me = caller(request)
    try:
        found = access.function_for(me, id)
    except ActionError as error:
        raise NotFound(error.description) from error
    listing = paging.read(request)
    own = FunctionCall.objects.filter(function=found, action__creator=me.urn).select_related("endpoint")
    page = listing.numbered(own.order_by("-created_at", "pk"))
    place = listing.offset // listing.limit
    shown = {
        "function": found,
        "state": _state(me, found),
        "calls": [_call(each) for each in page.items],
        "previous": _link(request.GET, page=place) if place else None,
        "next": _link(request.GET, page=place + 2) if page.marker else None,
    }
    return render(request, "providers/compute/function.html", shown)


def _state(me: Caller, found: Function) -> str:
    """A state that calls the function, to be copied into a flow."""
    endpoint = access.endpoints_for(me).order_by("name").first()
    task = {"function_id": str(found.pk), "args": [], "kwargs": {}}
    state = {
        "Type": "Action",
        "ActionUrl": "https://compute.actions.globus.org/v3",
        "Parameters": {"endpoint_id": str(endpoint.pk) if endpoint else "ENDPOINT_ID", "tasks": [task]},
        "ResultPath": f"$.{found.name}",
        "End": True,
    }
    return json.dumps(state, indent=2)


def _call(call: FunctionCall) -> dict[str, Any]:
    error = json.loads(call.error) if call.error else {}
    seconds = None
    if call.started_at and call.completed_at:
        seconds = (call.completed_at - call.started_at).total_seconds()
    return {
        "call": call,
        "status": _STATUSES.get(call.status, call.status),
        "seconds": seconds,
        "error": error.get("description", ""),
        "exception": error.get("exception", ""),
    }
