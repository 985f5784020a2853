"""What the run page asks for when it has no socket: the same answer, by polling."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access, live
from wire.errors import ApiError, envelope


@never_cache
@require_safe
def events(request: HttpRequest, run_id: str) -> HttpResponse:
    """Return {"type": "events", "run", "entries"} for the events after `?after=`, at most a page of them."""
    try:
        run = access.run_for(request.user, run_id)
        after = live.sequence_number(request.GET.get("after"))
    except ApiError as error:
        return JsonResponse(envelope(error.code, error.detail), status=error.status)
    held = access.roles_of(request.user, run)
    return HttpResponse(live.read(run.pk, after).message(held), content_type="application/json")
