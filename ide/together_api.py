"""What the editor asks for when several people, or windows, work on one flow."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ide import documents, drafts, merging, presence
from ide.access import draft_for, draft_of_flow
from ide.api import PageView, _body, _flow, _id, _number, _user
from ide.drafts import Texts
from ide.merging import Meeting
from ide.models import Draft
from library.models import Flow, FlowRole
from library.publish import current_version
from wire.errors import BadRequest, NotFound


class MergeView(PageView):
    """Bring the page's texts together with what another window or person has made of them.

    With "before": what was saved of the draft since those texts; with "flow" and "base": what was published.
    """

    def post(self, request: Request) -> Response:
        mine, body = drafts.texts(_body(request)), _body(request)
        flow = _flow(request, FlowRole.ADMINISTRATOR)
        if "before" in body:
            return self._with_draft(request, mine, flow)
        if flow is None:
            raise BadRequest('Say with what to merge: "draft", or "flow" and "base".')
        current = current_version(flow)
        theirs = Texts(current.source, current.schema_source)
        who = f"{current.created_by.get_username()}, version {current.number}"
        meeting = Meeting(_version(flow, _number(request, "base") or 0), mine, theirs)
        found = merging.answer(meeting, who, body.get("choices"))
        return Response(found | {"base": current.number})

    def _with_draft(self, request: Request, mine: Texts, flow: Flow | None) -> Response:
        draft, before = _draft(request, flow), _body(request).get("before")
        if not isinstance(before, dict):
            raise BadRequest('"before" must hold the texts that this window last saw saved.')
        theirs = Texts(draft.source, draft.schema_source)
        by = draft.saved_by
        who = by.get_username() if by and by != _user(request) else "The other window"
        meeting = Meeting(drafts.texts(before), mine, theirs)
        found = merging.answer(meeting, who, _body(request).get("choices"))
        return Response(found | {"saved": documents.saved(draft), "base": draft.base})


def _draft(request: Request, flow: Flow | None) -> Draft:
    """The flow's draft, though the page may not know of it; without a flow the one that it names."""
    found = draft_of_flow(_user(request), flow) if flow else None
    if found is None and _body(request).get("draft"):
        found = draft_for(_user(request), _id(request, "draft"))
    if found is None:
        raise BadRequest('Say with what to merge: "draft", or "flow" and "base".')
    return found


def _version(flow: Flow, number: int) -> Texts:
    version = flow.versions.filter(number=number).first()
    if version is None:
        raise NotFound(f'The flow "{flow.title}" has no version {number}.')
    return Texts(version.source, version.schema_source)


class PresenceView(PageView):
    """I am here; who else is?"""

    def post(self, request: Request) -> Response:
        flow, user, body = _flow(request, FlowRole.ADMINISTRATOR), _user(request), _body(request)
        if flow is None:
            raise BadRequest('"flow" must say which flow is edited.')
        window: Any = str(body.get("window", ""))
        if body.get("leaving") is True:
            presence.left(flow, user, window)
            return Response({"others": [], "draft": None, "version": 0})
        presence.seen(flow, user, window, str(body.get("state") or ""))
        draft, version = draft_of_flow(user, flow), current_version(flow).number
        others = presence.others(flow, user, window)
        return Response({"others": others, "draft": draft and documents.saved(draft), "version": version})
