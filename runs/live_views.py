"""What the run page asks for by itself: answers in JSON, with the rights of an ordinary read."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access, live
from runs.models import Run
from wire.errors import ApiError, envelope


def answer(request: HttpRequest, run_id: str, made: Callable[[Run], Any]) -> HttpResponse:
    """Answer with the JSON that is made of the run, or with what is wrong with the question."""
    try:
        body = made(access.run_for(request.user, run_id))
    except ApiError as error:
        return JsonResponse(envelope(error.code, error.detail), status=error.status)
    return HttpResponse(orjson.dumps(body), content_type="application/json")


@never_cache
@require_safe
def events(request: HttpRequest, run_id: str) -> HttpResponse:
    """Return {"type": "events", "run", "entries"} for the events after `?after=`, at most a page of them.

    It is what a page without a socket asks for, and the same as the socket would say.
    """

    def made(run: Run) -> orjson.Fragment:
        after = live.sequence_number(request.GET.get("after"))
        return orjson.Fragment(live.read(run.pk, after).message(access.roles_of(request.user, run)))

    return answer(request, run_id, made)
