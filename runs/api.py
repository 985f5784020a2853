"""Runs over the REST API (source: rest-api, Endpoints 7.7 to 7.16)."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library import access as library_access
from library.models import FlowRole, FlowVersion
from library.publish import current_version
from runs import access, documents, engine, metadata, removal
from runs.access import MANAGER, OWNER
from runs.inputs import refuse_input
from runs.lists import listing
from runs.models import Run, RunRole
from runs.retries import retry_api
from runs.transactions import retried
from wire import paging
from wire.errors import StateConflict, Unprocessable
from wire.models import User
from wire.parameters import flag

_DELETABLE = ("ENDED", Run.SUCCEEDED, Run.FAILED)


def _caller(request: Request) -> User:
    return cast("User", request.user)


def _startable(request: Request, flow_id: str) -> tuple[FlowVersion, dict[str, Any], metadata.Said]:
    """Return what a start needs, checked in the order that clients rely on: rights, input, the rest."""
    flow = library_access.flow_for(_caller(request), flow_id, FlowRole.STARTER)
    version = current_version(flow)
    asked = cast("dict[str, Any]", request.data)
    body = asked.get("body")
    if not isinstance(body, dict):
        item: dict[str, Any] = {
            "loc": ["body"],
            "msg": "This must be an object: the input of the flow.",
            "type": "value_error",
        }
        raise Unprocessable([item])
    refuse_input(version, body)
    return version, body, metadata.read(asked)


class Start(APIView):
    def post(self, request: Request, flow_id: str) -> Response:
        version, body, said = _startable(request, flow_id)
        user = _caller(request)
        managers, monitors = said.roles.get(RunRole.MANAGER, []), said.roles.get(RunRole.MONITOR, [])
        asked = cast("dict[str, Any]", request.data)
        request_id = metadata.request_id(request.headers.get("Idempotency-Key"), asked)
        said.values["request_id"] = request_id
        run = engine.start(version, user, body, managers=managers, monitors=monitors, **said.values)
        # The run is there: a client that is told of a failure now would start another one.
        return Response(retried(lambda: documents.run_document(run, user)), status=201)


class StartValidation(APIView):
    def post(self, request: Request, flow_id: str) -> Response:
        _startable(request, flow_id)
        return Response({"message": "validation successful"})


class Runs(APIView):
    def get(self, request: Request) -> Response:
        user, page_asked = _caller(request), paging.read(request)
        query = page_asked.query
        page = page_asked.page(listing.runs_for(user, query), listing.run_order(query))
        return Response(page.document("runs", documents.run_documents(page.items, user)))


class OneRun(APIView):
    def get(self, request: Request, run_id: str) -> Response:
        user = _caller(request)
        run = access.run_for(user, run_id)
        with_flow = flag(request.GET, "include_flow_description")
        return Response(documents.run_document(run, user, with_flow=with_flow))

    def put(self, request: Request, run_id: str) -> Response:
        """Change what is given, and nothing else."""
        user = _caller(request)
        run = access.run_for(user, run_id, MANAGER)
        said = metadata.read(cast("dict[str, Any]", request.data))
        metadata.store(run, said)
        return Response(documents.run_document(run, user))


class Cancel(APIView):
    def post(self, request: Request, run_id: str) -> Response:
        user = _caller(request)
        engine.cancel(access.run_for(user, run_id, MANAGER))
        return Response(documents.run_document(access.run_for(user, run_id), user), status=202)


class Release(APIView):
    def post(self, request: Request, run_id: str) -> Response:
        """Delete a run that has ended."""
        user = _caller(request)
        run = access.run_for(user, run_id, MANAGER)
        document = documents.run_document(run, user)
        if run.status not in Run.TERMINAL:
            raise StateConflict(
                f"Run {run.pk} has status '{run.status}' but must have status in "
                f"{{{', '.join(map(repr, _DELETABLE))}}} for requested operation"
            )
        removal.remove(run.pk)
        return Response(document)


class Resume(APIView):
    def post(self, request: Request, run_id: str) -> Response:
        user = _caller(request)
        engine.resume(access.run_for(user, run_id, OWNER))
        return Response(documents.run_document(access.run_for(user, run_id), user))


class Definition(APIView):
    def get(self, request: Request, run_id: str) -> Response:
        user = _caller(request)
        run = access.run_for(user, run_id)
        administers = library_access.is_administrator(user, run.flow)
        version = FlowVersion.objects.get(pk=run.version_id)
        return Response(documents.definition_document(run, version, to_administrator=administers))


class Log(APIView):
    def get(self, request: Request, run_id: str) -> Response:
        user = _caller(request)
        run = access.run_for(user, run_id)
        asked = paging.read(request, size="limit", default=10)
        if flag(asked.query, "include_earlier"):
            return Response(retry_api.whole_log(run, user, asked))
        order = ["-seq"] if flag(asked.query, "reverse_order") else ["seq"]
        page = asked.page(run.events.all(), order)
        return Response(page.document("entries", [documents.log_entry(event) for event in page.items]))
