"""The pages of batches: all of one's own, and how the rows of one come along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from flowlang.events import FLOW_FAILED
from library.publish import current_version
from runs.batching import batch_stop, batches
from runs.launching import prefill
from runs.lists.list_page import page_links
from runs.models import Batch, BatchRow, Run, RunEvent
from runs.run_page import status_of
from wire import paging
from wire.models import User

# A row's status -> word, in the order of the summary; the first five are names of `_status.html`.
WORDS: Final = {
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "needs-you": "Needs you",
    "running": "Running",
    "queued": "Waiting",
    "refused": "Not started",
    "left-out": "Left out",
    "gone": "Deleted",
}
_GOING: Final = ("needs-you", "running", "queued")
_SHOWN_AS: Final = {"refused": "timed-out", "left-out": "cancelled", "gone": "cancelled"}
_HEAVY: Final = ("input", "data", "context", "intent")
_LONGEST_REASON: Final = 300


@never_cache
@login_required
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """Show a page of one's own batches, newest first."""
    listing = paging.read(request)
    counts = {
        "all_rows": Count("rows"),
        "failed": Count("rows", filter=Q(rows__run__status=Run.FAILED)),
        "succeeded": Count("rows", filter=Q(rows__run__status=Run.SUCCEEDED)),
    }
    mine = Batch.objects.filter(owner=cast("User", request.user).pk).select_related("flow").annotate(**counts)
    page = listing.numbered(mine.order_by("-created_at", "pk"))
    context = {"batches": page.items, **page_links(request.GET, listing, page)}
    return render(request, "runs/batches.html", context)


@never_cache
@login_required
@require_safe
def batch_page(request: HttpRequest, batch_id: str) -> HttpResponse:
    batch = batches.batch_for(cast("User", request.user), batch_id)
    return render(request, "runs/batch.html", _context(batch))


@never_cache
@login_required
@require_safe
def live(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Answer with the part of the page that changes."""
    batch = batches.batch_for(cast("User", request.user), batch_id)
    return render(request, "runs/_batch_live.html", _context(batch))


def _acting(act: Callable[[Batch], int], done: str, nothing: str) -> Callable[..., HttpResponse]:
    """Return the view of a button.

    act    does it, and returns with how many rows or runs
    done   what is said then; {rows} or {runs} stands for how many
    """

    @login_required
    @require_POST
    def view(request: HttpRequest, batch_id: str) -> HttpResponse:
        batch = batches.batch_for(cast("User", request.user), batch_id)
        count = act(batch)
        words = {noun: f"{count} {noun if count > 1 else noun[:-1]}" for noun in ("rows", "runs")}
        messages.success(request, done.format(**words) if count else nothing)
        return redirect("runs:batch", batch_id=batch.pk)

    return view


retry = _acting(
    batches.retry_failed, "{rows} started again.", "No row has failed: there is nothing to start again."
)
stop = _acting(
    batch_stop.stop,
    "Stopped: {rows} left out. Runs that were started go on.",
    "No row waits any more: there is nothing to stop.",
)
go_on = _acting(
    batch_stop.go_on,
    "{rows} will be started after all.",
    "No row was left out: there is nothing to start.",
)
cancel = _acting(
    batch_stop.cancel,
    "{runs} under way will be cancelled.",
    "No run is under way: there is nothing to cancel.",
)


def _context(batch: Batch) -> dict[str, Any]:
    # The page asks every other second, and the input and data of a run may be 200 kB each.
    rows = batch.rows.order_by("number").select_related("run").defer(*(f"run__{name}" for name in _HEAVY))
    schema = current_version(batch.flow).input_schema
    reasons = _reasons([row.run_id for row in rows if row.run is not None and row.run.status == Run.FAILED])
    shown = [_shown(batch, schema, row) | {"reason": reasons.get(row.run_id, "")} for row in rows]
    counts = Counter(row["status"] for row in shown)
    going = sum(counts[status] for status in _GOING)
    return {
        "batch": batch,
        "rows": shown,
        "counts": [(_icon(status), word, counts[status]) for status, word in WORDS.items() if counts[status]],
        "total": len(shown),
        "ended": len(shown) - going,
        "is_going": going > 0,
        "failed": sum(row["may_retry"] for row in shown),
        "cancelled": counts["cancelled"],
        "queued": counts["queued"],
        "left_out": counts["left-out"],
        "under_way": counts["needs-you"] + counts["running"],
    }


def _reasons(run_ids: list[UUID | None]) -> dict[UUID | None, str]:
    """Return failed run -> why, from its last event."""
    found = RunEvent.objects.filter(run__in=run_ids, code=FLOW_FAILED).values_list(
        "run", "description", "details"
    )
    return {run_id: _reason(description, orjson.loads(details)) for run_id, description, details in found}


def _reason(description: str, details: dict[str, Any]) -> str:
    cause = details.get("cause")
    text = f"{description}: {cause}" if isinstance(cause, str) and cause else f"{description}."
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"


def _shown(batch: Batch, schema: Any, row: BatchRow) -> dict[str, Any]:
    status = _status(row)
    return {
        "row": row,
        "status": status,
        "icon": _icon(status),
        "word": WORDS[status],
        "may_retry": row.run is not None and row.run.status == Run.FAILED,
        "mend": _link(batch, schema, row) if status == "refused" else "",
    }


def _status(row: BatchRow) -> str:
    if row.run is not None:
        return status_of(row.run)
    if row.problem:
        return "left-out" if row.problem == batch_stop.LEFT_OUT else "refused"
    return "gone" if row.is_started else "queued"


def _icon(status: str) -> str:
    return _SHOWN_AS.get(status, status)


def _link(batch: Batch, schema: Any, row: BatchRow) -> str:
    """Return the form with the row's values, where somebody can mend them."""
    packed = prefill.link_input(schema, orjson.loads(row.input))
    start = reverse("runs:start", args=[batch.flow_id])
    return f"{start}?{urlencode({'input': packed})}" if packed else start
