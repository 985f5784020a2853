"""The editor's pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from ide import beginnings, documents, drafts, palette, reference
from ide.access import draft_for, draft_of_flow, drafts_of
from ide.beginnings import BLANK
from ide.drafts import Texts
from ide.exchange import ExchangeError
from ide.links import LinkError, shared
from ide.models import Draft
from ide.visitors import may_visit
from library.access import flow_for, is_administrator
from library.models import Flow
from library.publish import current_version
from wire.models import User

MOST_DRAFTS = 20
_ADDRESSES = (
    "check", "edits", "properties", "drafts", "publish", "scratch", "import", "code", "preview", "schema",
)  # fmt: skip


class SignedIn(HttpRequest):
    """The request that `login_required` lets through."""

    user: User


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Choose what a new flow begins with, which becomes a draft; or discard a draft."""
    error = ""
    if "discard" in request.POST:
        drafts.discard(draft_for(request.user, request.POST["discard"]), author=request.user)
        return redirect("ide:new")
    if request.method == "POST":
        try:
            draft = drafts.begin(request.user, _beginning(request))
        except ExchangeError as refused:
            error = str(refused)
        else:
            return redirect(documents.address(draft))
    context = {
        "starters": beginnings.starters(request.user),
        "drafts": drafts_of(request.user)[:MOST_DRAFTS],
        "pasted": request.POST.get("pasted", ""),
        "error": error,
    }
    return render(request, "ide/new.html", context, status=400 if error else 200)


def _beginning(request: SignedIn) -> Texts:
    if "pasted" in request.POST:
        return beginnings.pasted(request.POST["pasted"])
    template = request.POST.get("template", "")
    return beginnings.copied(request.user, template) if template else BLANK


@login_required
@require_GET
def edit(request: SignedIn, flow_id: UUID) -> HttpResponse:
    """Edit a flow; who may not change it edits a copy."""
    flow = flow_for(request.user, flow_id)
    source, schema_source = beginnings.visible_texts(request.user, flow)
    if not is_administrator(request.user, flow):
        copy = Texts(source, schema_source, f"Copy of {flow.title}"[: drafts.MAX_TITLE])
        return _editor(request, copy, {"original": flow})
    draft = draft_of_flow(request.user, flow)
    current = current_version(flow).number
    content = _texts_of(draft) if draft else Texts(source, schema_source)
    return _editor(request, content, {"flow": flow, "draft": draft, "current": current})


@login_required
@require_GET
def draft(request: SignedIn, draft_id: UUID) -> HttpResponse:
    """Go on with a flow that was never published."""
    found = draft_for(request.user, draft_id)
    if found.flow_id:
        return redirect("ide:edit", found.flow_id)
    return _editor(request, _texts_of(found), {"draft": found})


@require_GET
def scratch(request: HttpRequest) -> HttpResponse:
    """Try something out, or open a share link. Nothing is kept before the first change."""
    if not may_visit(request.user):
        return redirect_to_login(request.get_full_path())
    try:
        found = shared(request.GET.dict())
    except LinkError as refused:
        return _editor(request, BLANK, {"link_error": str(refused)}, status=400)
    if found is None:
        return _editor(request, BLANK, {})
    return _editor(request, Texts(found.definition, found.input_schema), {"is_shared": True})


def _texts_of(draft: Draft) -> Texts:
    return Texts(draft.source, draft.schema_source, draft.title)


def _lines(text: str) -> str:
    """Return a text with lines as the editor counts them: each ends in one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _editor(
    request: HttpRequest, content: Texts, about: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    flow: Flow | None = about.get("flow")
    draft: Draft | None = about.get("draft")
    definition, schema = _lines(content.definition), _lines(content.input_schema)
    page = {
        "definition": definition,
        "input_schema": schema,
        "title": flow.title if flow else content.title,
        "flow": str(flow.pk) if flow else None,
        "base": draft.base if draft else about.get("current", 0),
        "draft": documents.saved(draft) if draft else None,
        "isSignedIn": request.user.is_authenticated,
        "isShared": about.get("is_shared", False),
        "palette": palette.entries(),
        "answer": documents.answer(documents.checked(definition, schema)),
    }
    is_behind = bool(flow and draft and draft.base != about["current"])
    context = about | {
        "page": page,
        "addresses": {name: reverse(f"ide:{name}") for name in _ADDRESSES},
        "title": page["title"],
        "is_behind": is_behind,
        "next_number": about.get("current", 0) + 1,
        "state_types": reference.state_types(),
        "providers": reference.providers(),
    }
    return render(request, "ide/editor.html", context, status=status)
