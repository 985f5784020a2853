"""People, groups and flows as JSON, for the fields of a form that let people pick them."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from library.access import visible_to
from library.search import found
from wire.models import GroupIdentity, User
from wire.principals import GROUP_PREFIX, IDENTITY_PREFIX, identity_urn

_MOST: Final = 20
_MOST_CHARACTERS: Final = 100


@login_required
@require_GET
def people(request: HttpRequest) -> JsonResponse:
    """Answer with the people and groups whose names hold `?q=`, or whose id or URN it is."""
    words = _words(request)
    id = _id_in(words.removeprefix(IDENTITY_PREFIX).removeprefix(GROUP_PREFIX))
    return JsonResponse({"principals": [*_people(words, id), *_groups(words, id)]})


def _people(words: str, id: UUID | None) -> list[dict[str, Any]]:
    names = Q(username__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words)
    users = User.objects.filter(is_active=True).filter(Q(pk=id) if id else names).order_by("username")
    return [
        {"id": identity_urn(user.pk), "display_name": user.username, "description": user.get_full_name()}
        for user in users[:_MOST]
    ]


def _groups(words: str, id: UUID | None) -> list[dict[str, Any]]:
    wanted = Q(pk=id) if id else Q(group__name__icontains=words)
    groups = GroupIdentity.objects.filter(wanted).select_related("group").order_by("group__name")
    return [
        {"id": f"{GROUP_PREFIX}{one.pk}", "display_name": one.group.name, "description": "Group"}
        for one in groups[:_MOST]
    ]


@login_required
@require_GET
def flows(request: HttpRequest) -> JsonResponse:
    """Answer with the flows that the caller may see and that hold the words `?q=`, or whose id it is."""
    words = _words(request)
    visible, id = visible_to(cast("User", request.user)), _id_in(words)
    rows = visible.filter(pk=id) if id else found(visible, words)
    documents = [
        {"id": str(flow.pk), "display_name": flow.title, "description": flow.subtitle}
        for flow in rows[:_MOST]
    ]
    return JsonResponse({"flows": documents})


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:_MOST_CHARACTERS]


def _id_in(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
