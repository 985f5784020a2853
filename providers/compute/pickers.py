"""Functions and endpoints as JSON, for the forms that let people pick them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from providers.compute import access
from providers.compute.views import caller, matching, words_of

MOST_FOUND = 20


@require_GET
def endpoints(request: HttpRequest) -> JsonResponse:
    """The endpoints whose name or id is asked for; all, without words."""
    if not request.user.is_authenticated:
        return _stranger()
    found = matching(access.endpoints_for(caller(request)), words_of(request)).order_by("name")[:MOST_FOUND]
    documents = [{"id": str(one.pk), "name": one.name, "seen_at": one.seen_at} for one in found]
    return JsonResponse({"endpoints": documents})


@require_GET
def functions(request: HttpRequest) -> JsonResponse:
    """The functions whose name, description or id is asked for; all, without words."""
    if not request.user.is_authenticated:
        return _stranger()
    usable = access.functions_for(caller(request))
    found = matching(usable, words_of(request), "description").order_by("name", "pk")[:MOST_FOUND]
    documents = [{"id": str(one.pk), "name": one.name, "description": one.description} for one in found]
    return JsonResponse({"functions": documents})


def _stranger() -> JsonResponse:
    return JsonResponse({"error": "Sign in first."}, status=401)
