"""The pages of schedules: all that one may see, one of them, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from flowlang.events import visible
from flowlang.forms import json_text
from library.models import FlowVersion
from runs import access
from runs.lists.list_page import page_links
from runs.metadata import Said
from runs.models import RunRole, RunSchedule
from runs.run_page import status_of
from runs.scheduling import schedule_access, schedule_documents, schedule_sheet, schedules
from runs.scheduling.schedule_access import MANAGER, OWNER, schedule_for
from runs.scheduling.schedule_sheet import When
from wire import paging
from wire.errors import ApiError
from wire.models import User
from wire.parameters import flag

STATUSES: Final = {
    RunSchedule.ACTIVE: ("waiting", "Active"),
    RunSchedule.PAUSED: ("queued", "Paused"),
    RunSchedule.ENDED: ("succeeded", "Ended"),
}
_MOST_RUNS: Final = 20


@login_required
@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    """Show a page of schedules, newest first; `?mine=1`, `?flow=`."""
    listing = paging.read(request)
    page = listing.numbered(_found(request).order_by("-created_at", "pk"))
    context = {
        "rows": [_row(schedule) for schedule in page.items],
        "mine": flag(request.GET, "mine"),
        "flow": request.GET.get("flow", ""),
        "is_narrowed": any(request.GET.get(name) for name in ("mine", "flow")),
        **page_links(request.GET, listing, page),
    }
    return render(request, "runs/schedules.html", context)


def _found(request: HttpRequest) -> QuerySet[RunSchedule]:
    found = schedule_access.schedules_for(request.user)
    if flag(request.GET, "mine"):
        found = found.filter(owner=request.user.pk)
    flow_id = request.GET.get("flow", "")
    try:
        return found.filter(flow=UUID(flow_id)) if flow_id else found
    except ValueError:
        return found.none()


def _row(schedule: RunSchedule) -> dict[str, Any]:
    status, word = STATUSES[schedule.status]
    if schedule.paused_at and schedule.reason:
        status = "needs-you"
    next_at = schedule_sheet.local(schedule.next_at, schedule.zone) if schedule.next_at else ""
    words = schedule_documents.in_words(schedule)
    return {"schedule": schedule, "status": status, "word": word, "words": words, "next": next_at}


@login_required
@never_cache
@require_safe
def schedule_page(request: HttpRequest, schedule_id: str) -> HttpResponse:
    """Show one schedule: when, with what, its next and its past runs."""
    schedule = schedule_for(request.user, schedule_id)
    return _page(request, schedule, schedule_sheet.of(schedule))


def _page(request: HttpRequest, schedule: RunSchedule, when: When, status: int = 200) -> HttpResponse:
    rights = schedule_access.rights_of(request.user, schedule)
    runs = access.visible_to(request.user).filter(scheduled__schedule=schedule).select_related("scheduled")
    context = {
        **_row(schedule),
        "times": schedule_sheet.shown(schedules.coming(schedule), schedule.zone),
        "when": when,
        "units": schedule_sheet.UNITS,
        "is_owner": OWNER in rights,
        "may_stop": MANAGER in rights,
        "input": json_text.write(visible(orjson.loads(schedule.input))),
        "runs": [
            {"run": run, "status": status_of(run), "due_at": run.scheduled.due_at}
            for run in runs.order_by("-started_at", "pk")[:_MOST_RUNS]
        ],
    }
    return render(request, "runs/schedule.html", context, status=status)


@login_required
@require_POST
def pause(request: HttpRequest, schedule_id: str) -> HttpResponse:
    schedule = schedule_for(request.user, schedule_id, MANAGER)
    return _do(request, schedule, schedules.pause, "The schedule is paused: it starts no runs.")


@login_required
@require_POST
def resume(request: HttpRequest, schedule_id: str) -> HttpResponse:
    schedule = schedule_for(request.user, schedule_id, OWNER)
    return _do(request, schedule, schedules.resume, "The schedule goes on at its next time.")


def _do(
    request: HttpRequest, schedule: RunSchedule, act: Callable[[RunSchedule], RunSchedule], done: str
) -> HttpResponse:
    try:
        act(schedule)
        messages.success(request, done)
    except ApiError as error:
        messages.error(request, str(error))
    return redirect("runs:schedule", schedule_id=schedule.pk)


@login_required
@require_POST
def delete(request: HttpRequest, schedule_id: str) -> HttpResponse:
    schedule_for(request.user, schedule_id, MANAGER).delete()
    messages.success(request, "The schedule is deleted. The runs that it started are still there.")
    return redirect("runs:schedules")


@login_required
@require_POST
def change_times(request: HttpRequest, schedule_id: str) -> HttpResponse:
    """Give the schedule other times, or show the page with what is wrong with them."""
    schedule = schedule_for(request.user, schedule_id, OWNER)
    when, plan = schedule_sheet.checked(schedule_sheet.posted(request.POST.dict()))
    if plan is None:
        return _page(request, schedule, when, status=422)
    change = partial(schedules.change, said=Said(), plan=plan)
    return _do(request, schedule, change, "The schedule has new times.")


@login_required
@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """Answer with the next times of what is filled in, or with what is wrong: a part of a page."""
    when = schedule_sheet.posted(request.GET.dict())
    is_begun = when.when == schedule_sheet.AT and not when.at  # nothing is wrong yet: the time comes next
    if not (when.is_now or is_begun):
        when, _ = schedule_sheet.checked(when)
    return render(request, "runs/_schedule_times.html", {"when": when})


def begin(
    request: HttpRequest, version: FlowVersion, when: When, body: dict[str, Any], said: dict[str, Any]
) -> tuple[When, HttpResponse | None]:
    """Make the schedule that was filled in on the start page; None, and what is wrong, when it cannot be.

    said    label, tags, managers, monitors and notify_on, as far as they are given
    Raises  FlowInputError, StateConflict
    """
    when, plan = schedule_sheet.checked(when)
    if plan is None:
        return when, None
    values: dict[str, Any] = {name: said[name] for name in ("label", "tags", "notify_on") if name in said}
    roles = {RunRole.MANAGER: said.get("managers", []), RunRole.MONITOR: said.get("monitors", [])}
    about = Said(values=values, roles=roles)
    made = schedules.create(cast("User", request.user), version.flow_id, plan, body, about)
    messages.success(request, "The schedule is made.")
    return when, redirect("runs:schedule", schedule_id=made.pk)
