"""What the editor's scripts ask for, in the session of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ide import documents, drafts, edits, properties, publishing, scenarios
from ide.access import draft_for, draft_of_flow
from ide.visitors import OpenView
from library.access import flow_for
from library.models import Flow, FlowRole
from wire.errors import BadRequest
from wire.models import User


class PageView(APIView):
    """Called by a page: signed in by its session, protected by its token against other sites."""

    authentication_classes = [SessionAuthentication]


class CheckView(OpenView):
    def post(self, request: Request) -> Response:
        content = drafts.texts(_body(request))
        result = documents.checked(content.definition, content.input_schema)
        return Response(documents.answer(result))


class EditsView(OpenView):
    def post(self, request: Request) -> Response:
        return Response(edits.answer(drafts.texts(_body(request)).definition, _body(request)))


class PropertiesView(OpenView):
    def post(self, request: Request) -> Response:
        return Response(properties.answer(drafts.texts(_body(request)), _body(request)))


class DraftsView(PageView):
    def post(self, request: Request) -> Response:
        flow = _flow(request, FlowRole.ADMINISTRATOR)
        user, content, base = _user(request), drafts.texts(_body(request)), _number(request, "base")
        there = draft_of_flow(user, flow) if flow and _body(request).get("force") is True else None
        if there:
            draft = drafts.save(there, content, author=user, revision=None, base=base or 0)
        else:
            draft = drafts.begin(user, content, flow, base or 0)
        return Response(documents.saved(draft), status=201)


class DraftView(PageView):
    def get(self, request: Request, draft_id: UUID) -> Response:
        return Response(documents.kept(draft_for(_user(request), draft_id)))

    def post(self, request: Request, draft_id: UUID) -> Response:
        user, content = _user(request), drafts.texts(_body(request))
        revision, base = _number(request, "revision"), _number(request, "base")
        draft = drafts.save(draft_for(user, draft_id), content, author=user, revision=revision, base=base)
        return Response(documents.saved(draft))

    def delete(self, request: Request, draft_id: UUID) -> Response:
        user = _user(request)
        drafts.discard(draft_for(user, draft_id), author=user, revision=_number(request, "revision"))
        return Response(status=204)


class PublishView(PageView):
    def post(self, request: Request) -> Response:
        user, content = _user(request), drafts.texts(_body(request))
        flow = _flow(request, FlowRole.ADMINISTRATOR)
        draft = draft_for(user, _id(request, "draft")) if _body(request).get("draft") else None
        result = documents.checked(content.definition, publishing.schema_of(content))
        if result.has_errors:
            return Response(documents.answer(result), status=422)
        if flow is None:
            flow, number = publishing.publish_new(user, content, _body(request)), 1
            if draft and draft.flow is None:
                scenarios.adopt(draft, flow)
                drafts.discard(draft, author=user)
        else:
            number = publishing.publish_version(flow, user, content, _body(request)).number
        drafts.published(flow, content, _number(request, "revision"))
        kept = scenarios.published(user, flow, content.definition)
        return Response(documents.published(flow, number) | {"scenarios": kept})


def _body(request: Request) -> Mapping[str, Any]:
    assert isinstance(request.data, dict), "the JSON parser gives objects only"
    return request.data


def _user(request: Request) -> User:
    assert isinstance(request.user, User), "PageView lets in only people who are signed in"
    return request.user


def _flow(request: Request, role: str) -> Flow | None:
    return flow_for(_user(request), _id(request, "flow"), role) if _body(request).get("flow") else None


def _id(request: Request, name: str) -> UUID:
    value = _body(request).get(name)
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadRequest(f'"{name}" must be an id such as "6b3f…"; it is {str(value)[:60]!r}.') from error


def _number(request: Request, name: str) -> int | None:
    value = _body(request).get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise BadRequest(f'"{name}" must be a whole number; it is {str(value)[:60]!r}.')
    return value
