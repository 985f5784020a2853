"""The editor for people without an account: whether they may use it, and how often they may ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from wire.models import User


def may_visit(user: Any) -> bool:
    """Whether this person may use the scratch editor."""
    return bool(settings.EDITOR_FOR_VISITORS) or isinstance(user, User)


class MayVisit(BasePermission):
    message = "Sign in first: this site keeps its editor for people who have an account."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may_visit(request.user)


class VisitorThrottle(SimpleRateThrottle):
    """So many questions a minute from one address; people who are signed in are not counted."""

    scope = "visitor"

    def get_rate(self) -> str:
        return f"{settings.VISITOR_QUESTIONS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if isinstance(request.user, User):
            return None
        # Not what X-Forwarded-For says: anybody may write that. The web server reads it where it trusts it.
        return f"visitor:{request.META.get('REMOTE_ADDR', '')}"


class OpenView(APIView):
    """Called by the editor's page, also without an account: keeps nothing, shows nothing that was not sent.

    Signed in by the page's session, protected by its token against other sites.
    """

    authentication_classes = [SessionAuthentication]
    permission_classes = [MayVisit]
    throttle_classes = [VisitorThrottle]
