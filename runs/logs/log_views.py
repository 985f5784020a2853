"""What the list of a run's entries asks for: pages of them, searches, and the log as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access, live
from runs.live_views import answer
from runs.logs import log_files, log_pages, log_search
from runs.models import Run
from wire.errors import BadRequest


@never_cache
@require_safe
def entries(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with the page of entries after `?after=`."""
    return answer(request, run_id, lambda run: log_pages.page(run, _after(request)))


@never_cache
@require_safe
def polls(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with {"seqs", "as_of"}: the numbers of the progress entries."""
    return answer(request, run_id, lambda run: {"seqs": log_pages.polls(run), "as_of": run.last_seq})


@never_cache
@require_safe
def search(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with where `?q=` is in the whole log, as seen from `?after=` (see `log_search.Hits`)."""

    def found(run: Run) -> log_search.Hits:
        return log_search.search(run, log_search.words(request.GET.get("q")), _after(request))

    return answer(request, run_id, found)


def _after(request: HttpRequest) -> int:
    return live.sequence_number(request.GET.get("after"))


@never_cache
@require_safe
def file(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """Answer with the log as a file: `?format=json` (the default), `csv` or `text`; `?q=`: what holds it."""
    run = access.run_for(request.user, run_id)
    wanted = request.GET.get("format", "json")
    if wanted not in log_files.FORMATS:
        known = ", ".join(log_files.FORMATS)
        return HttpResponse(f'There is no format "{wanted[:20]}"; take one of {known}.', "text/plain", 400)
    try:
        q = log_search.words(request.GET["q"]) if "q" in request.GET else None
    except BadRequest as error:
        return HttpResponse(error.detail, "text/plain", 400)
    return log_files.response(request, run, wanted, q)
