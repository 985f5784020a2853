"""The runs one may see, as one asks for them; and the questions that wait for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access, run_page
from runs.finding import asking, bars, conditions, examples, grammar, keeping, saved
from runs.finding.asking import Asked
from runs.finding.grammar import Fault
from runs.finding.over_time import over_time
from runs.finding.tables import RunFacts
from runs.models import Run
from wire import paging
from wire.errors import BadRequest
from wire.models import User
from wire.parameters import uuids

STATUSES: Final = [
    ("running", "Running"),
    ("needs-you", "Needs you"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
MOST_ROWS: Final = 100


@never_cache
@login_required
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Show a page of runs, the newest first if nothing else is asked for."""
    asked = asking.read(request.GET)
    listing = paging.read(request)
    shown = {} if asked.fault else _page(request, asked, listing)
    context = {
        "asked": asked,
        "chips": list(_chips(asked)),
        "quick": list(_quick(asked)),
        "orders": [(name, told, name == asked.order) for name, (told, _) in asking.ORDERS.items()],
        "views": saved.of(cast("User", request.user)),
        "examples": examples.shown(),
        "most_words": grammar.LONGEST,
        **shown,
    }
    return render(request, "runs/runs.html", context, status=400 if asked.fault else 200)


def _page(request: HttpRequest, asked: Asked, listing: paging.Listing) -> dict[str, Any]:
    facts = asking.found(asked, request.user)
    page = listing.numbered(asking.ordered(facts, asked).values_list("run_id", flat=True))
    return {
        "rows": rows(page.items),
        "is_first": not listing.offset,
        "per_page": listing.limit,
        "pending": _pending(request, asked),
        **page_links(request.GET, listing, page),
    }


def _pending(request: HttpRequest, asked: Asked) -> int:
    """Of how many runs the search does not know yet what it looks at."""
    if not conditions.asks_for_words(asked.criteria):
        return 0
    return keeping.pending(access.facts_visible_to(request.user)).count()


def rows(run_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return what the list shows of each run, in the order given."""
    ids = list(run_ids)
    found = access.with_flow().in_bulk(ids)
    return [_row(found[run_id]) for run_id in ids if run_id in found]


def _row(run: Run) -> dict[str, Any]:
    seconds = (run.completed_at - run.started_at).total_seconds() if run.completed_at else None
    status = run_page.status_of(run)
    version = "|".join([status, run.label, *map(str, run.tags), run.flow.title])
    return {"run": run, "status": status, "seconds": seconds, "version": version}


def _chips(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield each criterion as it was written, and the address without it."""
    for each in asked.criteria:
        yield asked.words[each.at : each.end], asked.address(grammar.without(asked.words, each))


def _quick(asked: Asked) -> Iterator[tuple[str, str, str, bool]]:
    """Yield the filters to press: icon, name, address, and whether it is in force."""
    given = [each for each in asked.criteria if each.field == "status"]
    rest = grammar.without(asked.words, *given)
    for status, name in STATUSES:
        is_on = any(each.statuses == (status,) and not each.negated for each in given)
        yield status, name, asked.address(rest if is_on else f"{rest} status:{status}".strip()), is_on
    mine = [each for each in asked.criteria if each.field == "by"]
    rest = grammar.without(asked.words, *mine)
    is_mine = any(each.value.lower() == "me" and not each.negated for each in mine)
    yield "user", "Started by me", asked.address(rest if is_mine else f"{rest} by:me".strip()), is_mine


@never_cache
@login_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with the rows as they are now; `shown` names runs that are on the page whether found or not."""
    asked, listing = asking.read(request.GET), paging.read(request)
    shown = uuids(request.GET, "shown", most=MOST_ROWS)
    matching = asking.ordered(found(request, asked), asked)
    first = list(matching.values_list("run_id", flat=True)[: listing.limit])
    gone = set(shown) - set(first)
    seen = access.facts_visible_to(request.user).filter(run__in=gone)
    others = rows(seen.values_list("run_id", flat=True)) if gone else []
    context = {"rows": rows(first), "others": others, "pending": _pending(request, asked)}
    return render(request, "runs/_live_rows.html", context)


@never_cache
@login_required
@require_safe
def when(request: HttpRequest) -> HttpResponse:
    """Answer with the bars: how many of the runs that are asked for were started when."""
    asked = asking.read(request.GET)
    counted = over_time(found(request, asked))
    return render(request, "runs/_over_time.html", bars.drawn(counted, asked, STATUSES))


def found(request: HttpRequest, asked: Asked) -> QuerySet[RunFacts]:
    """Return what is asked for, in no order. Raises BadRequest where that cannot be read."""
    try:
        return asking.found(asked, request.user)
    except Fault as fault:
        raise BadRequest(f"q: {fault.message} (Position {fault.position}.)") from fault


def page_links(query: QueryDict, listing: paging.Listing, page: paging.Page[Any]) -> dict[str, str | None]:
    """Return the links to the pages before and after this one, "previous" and "next", where there are any."""
    number = listing.offset // listing.limit
    return {
        "previous": page_link(query, number) if listing.offset else None,
        "next": page_link(query, number + 2) if page.marker else None,
    }


def page_link(query: QueryDict, page: int) -> str:
    """Return the same query for another page."""
    changed = query.copy()
    changed["page"] = str(page)
    changed.pop("marker", None)
    return f"?{changed.urlencode()}"
