"""What the editor's scripts ask about the place where the cursor is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from flowlang.problems import JSON
from ide import drafts, problem_pages, understanding
from ide.understanding_runs import LastRuns
from ide.visitors import OpenView
from library.access import flow_for
from wire.errors import BadRequest, NotFound
from wire.models import User


class UnderstandView(OpenView):
    """Open to all, as the check is; samples come only from runs that the person may see."""

    def post(self, request: Request) -> Response:
        assert isinstance(request.data, dict), "the JSON parser gives objects only"
        body: Mapping[str, Any] = request.data
        document, position = body.get("document", "definition"), body.get("position", 0)
        if document not in understanding.DOCUMENTS:
            raise BadRequest(f'"document" must be definition or input_schema; it is {str(document)[:40]!r}.')
        if not isinstance(position, int) or isinstance(position, bool) or position < 0:
            raise BadRequest(f'"position" must be a whole number; it is {str(position)[:40]!r}.')
        question = understanding.Question(
            drafts.texts(body), document, position, _samples(request, body.get("flow")), body
        )
        return Response({"answer": understanding.answer(str(body.get("ask")), question)})


class ProblemView(OpenView):
    def get(self, request: Request, code: str) -> Response:
        return Response(problem_pages.page(code))


def _samples(request: Request, flow: Any) -> Mapping[str, JSON]:
    """Return the data of the flow's last runs; none for a visitor or for a flow that one may not see."""
    if not flow or not isinstance(request.user, User):
        return {}
    try:
        return LastRuns(request.user, flow_for(request.user, UUID(str(flow))).pk)
    except (ValueError, NotFound):
        return {}
