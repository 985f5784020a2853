"""The report of a run, to copy or to download."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access
from runs.report import report


@never_cache
@require_safe
def report_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with the report as Markdown; `?download=1`: as a file."""
    run = access.run_for(request.user, run_id)
    text = report(run, request.build_absolute_uri(reverse("runs:run", args=[run.pk])))
    answer = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    way = "attachment" if request.GET.get("download") else "inline"
    answer["Content-Disposition"] = f'{way}; filename="run-{run.pk}.md"'
    return answer
