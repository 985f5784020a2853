"""Schedules over the REST API. They are ours; their times are written as Globus Timers write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library.publish import refuse
from runs import clock, documents, metadata
from runs.access import visible_to
from runs.lists import listing
from runs.models import RunSchedule
from runs.scheduling import schedule_access, schedules
from runs.scheduling.schedule_access import MANAGER, OWNER, schedule_for
from runs.scheduling.schedule_documents import schedule_document, schedule_documents
from runs.scheduling.schedule_reading import read_plan
from wire import paging
from wire.models import User
from wire.parameters import choices, flag, uuids
from wire.timestamps import stamp

_STATUSES: Final = {
    RunSchedule.ACTIVE: Q(next_at__isnull=False),
    RunSchedule.PAUSED: Q(paused_at__isnull=False),
    RunSchedule.ENDED: Q(next_at__isnull=True, paused_at__isnull=True),
}


def _caller(request: Request) -> User:
    return cast("User", request.user)


def _asked(request: Request) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", request.data)


class Schedules(APIView):
    def get(self, request: Request) -> Response:
        """List: `?filter_flow_id=`, `?filter_status=ACTIVE,PAUSED,ENDED`, `?filter_mine=true`."""
        user, asked = _caller(request), paging.read(request)
        page = asked.page(found(user, asked), ["-created_at", "id"])
        return Response(page.document("schedules", schedule_documents(page.items, user)))

    def post(self, request: Request) -> Response:
        """Make a schedule of `flow_id` from `schedule`, `body` and what may be said about a run."""
        user, asked = _caller(request), _asked(request)
        flow_id, body = _flow_id(asked), _body(asked)
        plan, said = read_plan(asked.get("schedule"), clock.now()), metadata.read(asked)
        made = schedules.create(user, flow_id, plan, body, said)
        return Response(schedule_document(made, user), status=201)


def found(user: User, asked: paging.Listing) -> QuerySet[RunSchedule]:
    """Return the schedules that `user` may see and that pass the filters. Raises BadRequest."""
    rows = schedule_access.schedules_for(user)
    flow_ids = uuids(asked.query, "filter_flow_id")
    if flow_ids:
        rows = rows.filter(flow__in=flow_ids)
    if flag(asked.query, "filter_mine"):
        rows = rows.filter(owner=user)
    condition = Q()
    for status in choices(asked.query, "filter_status", _STATUSES):
        condition |= _STATUSES[status]
    return rows.filter(condition)


def _flow_id(asked: Mapping[str, Any]) -> UUID:
    try:
        return UUID(asked.get("flow_id"))
    except (TypeError, ValueError, AttributeError):
        refuse([_item("flow_id", "This must be the id of a flow.")])
        raise


def _body(asked: Mapping[str, Any]) -> dict[str, Any]:
    body = asked.get("body")
    if not isinstance(body, dict):
        refuse([_item("body", "This must be an object: the input of the flow.")])
    return cast("dict[str, Any]", body)


def _item(name: str, message: str) -> dict[str, Any]:
    return {"loc": [name], "msg": message, "type": "value_error"}


class SchedulePreview(APIView):
    def post(self, request: Request) -> Response:
        """Answer with the next times of a `schedule` that is not made yet."""
        plan = read_plan(_asked(request).get("schedule"), clock.now())
        return Response({"next_run_times": [stamp(each) for each in schedules.previewed(plan)]})


class OneSchedule(APIView):
    def get(self, request: Request, schedule_id: str) -> Response:
        user = _caller(request)
        return Response(schedule_document(schedule_for(user, schedule_id), user))

    def put(self, request: Request, schedule_id: str) -> Response:
        """Change what is given, and nothing else. New times start the count of runs anew."""
        user, asked = _caller(request), _asked(request)
        schedule = schedule_for(user, schedule_id, OWNER)
        said = metadata.read(asked)
        plan = read_plan(asked["schedule"], clock.now()) if asked.get("schedule") is not None else None
        body = _body(asked) if asked.get("body") is not None else None
        return Response(schedule_document(schedules.change(schedule, said, plan=plan, body=body), user))

    def delete(self, request: Request, schedule_id: str) -> Response:
        """Delete it. The runs that it has started stay."""
        user = _caller(request)
        schedule = schedule_for(user, schedule_id, MANAGER)
        document = schedule_document(schedule, user)
        schedule.delete()
        return Response(document)


class SchedulePause(APIView):
    def post(self, request: Request, schedule_id: str) -> Response:
        user = _caller(request)
        return Response(schedule_document(schedules.pause(schedule_for(user, schedule_id, MANAGER)), user))


class ScheduleResume(APIView):
    def post(self, request: Request, schedule_id: str) -> Response:
        user = _caller(request)
        return Response(schedule_document(schedules.resume(schedule_for(user, schedule_id, OWNER)), user))


class ScheduleRuns(APIView):
    def get(self, request: Request, schedule_id: str) -> Response:
        """List the runs that it has started, as far as the caller may see them."""
        user, asked = _caller(request), paging.read(request)
        schedule = schedule_for(user, schedule_id)
        runs = visible_to(user).filter(scheduled__schedule=schedule)
        page = asked.page(runs, listing.run_order(asked.query))
        return Response(page.document("runs", documents.run_documents(page.items, user)))
