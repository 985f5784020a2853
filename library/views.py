"""The library's pages: finding a flow, looking at one, sharing it, deleting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from flowlang import diagram
from flowlang.problems import JSON
from library import access, search, sharing
from library.models import Flow, FlowRole, FlowVersion
from library.private import without_private
from library.publish import current_version, current_versions, delete, text_of
from library.snippets import snippets
from wire import paging
from wire.parameters import flag, number, text

FILTERS = {
    "provided": "Provided",
    "administered": "Administered by me",
    "runnable": "Runnable by me",
}
_MOST_SEARCH_CHARACTERS = 200
_MOST_VERSIONS = 1_000_000


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """The flows that one may see, found by words and filters."""
    words = (text(request.GET, "q") or "")[:_MOST_SEARCH_CHARACTERS]
    chosen = {name for name in FILTERS if flag(request.GET, name)}
    listing = paging.read(request)
    page = listing.numbered(search.found(_filtered(request, chosen), words))
    shown = {
        "q": words,
        "filters": [(name, title, name in chosen) for name, title in FILTERS.items()],
        "is_narrowed": bool(words or chosen),
        "rows": _rows(request, page.items),
        "previous": _page_link(request.GET, listing.offset // listing.limit) if listing.offset else None,
        "next": _page_link(request.GET, listing.offset // listing.limit + 2) if page.marker else None,
    }
    return render(request, "library/library.html", shown)


def _filtered(request: HttpRequest, chosen: set[str]) -> QuerySet[Flow]:
    flows = access.listed(access.visible_to(request.user))
    if "provided" in chosen:
        flows = flows.filter(starter__gt="")
    if "administered" in chosen:
        flows = flows.filter(access.having(request.user, [FlowRole.ADMINISTRATOR]))
    if "runnable" in chosen:
        flows = flows.filter(access.having(request.user, [FlowRole.STARTER]))
    return flows


def _rows(request: HttpRequest, flows: list[Flow]) -> list[dict[str, Any]]:
    versions = current_versions(flows)
    ids = [flow.pk for flow in flows]
    startable = set(access.startable_by(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        {"flow": flow, "version": versions[flow.pk], "is_startable": flow.pk in startable} for flow in flows
    ]


def _page_link(query: QueryDict, page: int) -> str:
    changed = query.copy()
    changed["page"] = str(page)
    changed.pop("marker", None)
    return f"?{changed.urlencode()}"


@require_GET
def flow(request: HttpRequest, flow_id: str) -> HttpResponse:
    """One flow: what it does, who may what, how it came to be."""
    found = access.flow_for(request.user, flow_id)
    return render(request, "library/flow.html", _flow_context(request, found))


def _flow_context(request: HttpRequest, found: Flow, **more: Any) -> dict[str, Any]:
    roles = access.roles_of(request.user, found)
    administers = FlowRole.ADMINISTRATOR in roles
    version = _asked_version(request, found)
    definition = version.definition if administers else without_private(version.definition)
    states = diagram.states(definition)
    return {
        "flow": found,
        "version": version,
        "current": current_version(found),
        "administers": administers,
        "may_start": FlowRole.STARTER in roles,
        "roles": [role for role in access.ROLES if role in access.held_by(_mine(request), found)],
        "states": states,
        "drawing": {"dot": diagram.to_dot(definition), "states": states},
        "source": _source(version, definition),
        "versions": paging.read(request, default=10).page(
            found.versions.select_related("created_by"), ["-number"]
        ),
        "role_lists": sharing.role_lists(found) if administers else [],
        "snippets": _snippets(request, found),
        **more,
    }


def _mine(request: HttpRequest) -> frozenset[str]:
    return access.principals(request.user)


def _asked_version(request: HttpRequest, found: Flow) -> FlowVersion:
    wanted = number(request.GET, "version", 0, most=_MOST_VERSIONS)
    if not wanted:
        return current_version(found)
    return get_object_or_404(found.versions.select_related("created_by"), number=wanted)


def _source(version: FlowVersion, definition: JSON) -> str:
    """The author's own text, unless something must be left out of it."""
    return version.source if definition == version.definition else text_of(definition)


def _snippets(request: HttpRequest, found: Flow) -> list[Any]:
    body: JSON = found.sample_input if found.sample_input is not None else {}
    return snippets(str(found.pk), body, request.build_absolute_uri("/api/"))


@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Add somebody to a role list, or take them off; the form itself is on the flow's page."""
    found = access.flow_for(request.user, flow_id, FlowRole.ADMINISTRATOR)
    if request.method != "POST":
        return redirect(_sharing(found))
    name, who = request.POST.get("role", ""), request.POST.get("who", "")
    if request.POST.get("remove"):
        sharing.remove(found, name, request.POST["remove"])
        messages.success(request, "Taken off the list.")
        return redirect(_sharing(found))
    fault = sharing.add(found, name, who) if who.strip() else "Say with whom."
    if fault:
        shown = _flow_context(request, found, fault=fault, who=who, role=name)
        return render(request, "library/flow.html", shown, status=422)
    messages.success(request, "Shared.")
    return redirect(_sharing(found))


def _sharing(found: Flow) -> str:
    return reverse("library:flow", args=[found.pk]) + "#sharing"


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Delete a flow, after asking."""
    found = access.flow_for(request.user, flow_id, FlowRole.ADMINISTRATOR)
    if request.method != "POST":
        return render(request, "library/delete.html", {"flow": found})
    delete(found)
    messages.success(request, f'"{found.title}" is deleted. Its runs are kept.')
    return redirect("library:library")
