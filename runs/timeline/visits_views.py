"""What the run page asks for about the states that a run was in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from flowlang import captions
from runs import live
from runs.live_views import answer
from runs.models import Run
from runs.timeline import visits, visits_detail, visits_kept, visits_usual
from runs.timeline.visits import Summary, Visit


@never_cache
@require_safe
def visits_json(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with the run's visits, as of its last event or of event `?as_of=`."""

    def made(run: Run) -> Any:
        as_of = _as_of(request)
        return document(run, visits_kept.summary_of(run) if as_of is None else visits.summary_of(run, as_of))

    return answer(request, run_id, made)


@never_cache
@require_safe
def visit_json(request: HttpRequest, run_id: str, first: int) -> HttpResponse:
    """Answer with all of the visit that event `first` began, as of event `?as_of=`."""

    def made(run: Run) -> Any:
        return visits_detail.detail(run, request.user, first, _as_of(request))

    return answer(request, run_id, made)


@never_cache
@require_safe
def usual_json(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with how long the flow and its states usually take."""
    return answer(request, run_id, visits_usual.usual)


def _as_of(request: HttpRequest) -> int | None:
    asked = request.GET.get("as_of")
    return live.sequence_number(asked, "as_of") if asked else None


def document(run: Run, summary: Summary) -> dict[str, Any]:
    """Return the visits as scripts get them; times are milliseconds since 1970.

    states  [[name, type, provider], ...]
    visits  [[number of the state, first, last, entered, ended, status, polls, misses, ticks,
            notches, pauses], ...]
    """
    states: dict[tuple[str, str], int] = {}
    rows = [(states.setdefault((one.state, one.type), len(states)), *_row(one)) for one in summary.visits]
    return {
        "as_of": summary.as_of,
        "last_seq": run.last_seq,
        "started": summary.started,
        "ended": summary.ended,
        "end": summary.end,
        "states": [[name, kind, provider_of(run, name)] for name, kind in states],
        "visits": rows,
    }


def _row(visit: Visit) -> tuple[Any, ...]:
    span = (visit.first, visit.last, visit.entered, visit.ended, visit.status)
    return *span, visit.polls, visit.misses, visit.ticks, visit.notches, visit.pauses


def provider_of(run: Run, state: str) -> str:
    """Return the short name of what a state calls, e.g. "transfer ls"; "" where it calls nothing."""
    return captions.provider(run.version.definition.get("States", {}).get(state))
