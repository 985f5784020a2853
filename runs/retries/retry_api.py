"""Retrying a run over the REST API: what it would do, doing it, and the log with what was finished before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library.models import FlowVersion
from library.publish import current_version, refuse
from runs import access, documents
from runs.access import MANAGER
from runs.models import Run
from runs.retries import retrying
from wire.models import User
from wire.paging import Listing
from wire.parameters import choices, flag, text

SAME, NEWEST = "same", "newest"
DEFINITIONS: Final = (SAME, NEWEST)


class Retry(APIView):
    def get(self, request: Request, run_id: str) -> Response:
        """Answer with what a retry would do: `?state_name=`, `?definition=same` (the default) or `newest`."""
        user = cast("User", request.user)
        run = access.run_for(user, run_id, MANAGER)
        wanted = choices(request.GET, "definition", DEFINITIONS) or [SAME]
        version = version_of(run, wanted[0])
        told = retrying.preview(run, user, text(request.GET, "state_name"), version)
        return Response({**told, "definition": wanted[0], "newest_version": current_version(run.flow).number})

    def post(self, request: Request, run_id: str) -> Response:
        """Start a run that goes on from `state_name` with `run_data`; `definition` is "same" or "newest"."""
        user = cast("User", request.user)
        run = access.run_for(user, run_id, MANAGER)
        asked = cast("dict[str, Any]", request.data)
        state, data, wanted = _read(asked)
        new = retrying.retry(run, user, state=state, data=data, definition=version_of(run, wanted))
        return Response(documents.run_document(access.run_for(user, new.pk), user), status=201)


def _read(asked: Mapping[str, Any]) -> tuple[str | None, dict[str, Any] | None, str]:
    state, data, wanted = asked.get("state_name"), asked.get("run_data"), asked.get("definition")
    items = []
    if state is not None and (not isinstance(state, str) or not state):
        items.append(_item("state_name", "This must be the name of a state."))
    if data is not None and not isinstance(data, dict):
        items.append(_item("run_data", "This must be an object: the run data to begin with."))
    if wanted not in (None, *DEFINITIONS):
        items.append(_item("definition", f"This must be one of {', '.join(DEFINITIONS)}."))
    refuse(items)
    return state, data, wanted or SAME


def _item(name: str, message: str) -> dict[str, Any]:
    return {"loc": [name], "msg": message, "type": "value_error"}


def version_of(run: Run, wanted: str) -> FlowVersion:
    return current_version(run.flow) if wanted == NEWEST else run.version


def whole_log(run: Run, user: User, asked: Listing) -> dict[str, Any]:
    """Return a page of the log with the entries of earlier runs, each of which says from which run it is."""
    order = retrying.WHOLE_ORDER
    if flag(asked.query, "reverse_order"):
        order = [f"-{name}" for name in order]
    page = asked.page(retrying.whole_log(run, user).select_related("run"), order)
    entries = [
        documents.log_entry(event) | ({"from_run": str(event.run_id)} if event.run_id != run.pk else {})
        for event in page.items
    ]
    return page.document("entries", entries)
