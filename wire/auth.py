"""Bearer tokens: how programs say who they are."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from wire.errors import AuthenticationRequired
from wire.models import ApiToken, User, digest, new_secret

_SEEN_EVERY = timedelta(minutes=1)


def issue_token(user: User, name: str = "token") -> str:
    """Return a new API token's secret. Only its digest is stored, so this is the only time it can be read."""
    secret = new_secret()
    ApiToken.objects.create(user=user, name=name, digest=digest(secret))
    return secret


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken]:
        """Return (user, token). Raises AuthenticationRequired (401) when there is none or it is not valid."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise AuthenticationRequired(
                "Send an API token: Authorization: Bearer TOKEN (make one under /account/)."
            )
        token = _valid_token(secret.strip())
        if token is None:
            raise AuthenticationRequired("Expired or invalid Bearer token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _valid_token(secret: str) -> ApiToken | None:
    now = timezone.now()
    alive = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    found = ApiToken.objects.select_related("user").filter(alive, digest=digest(secret), user__is_active=True)
    token = found.first()
    if token and (token.last_used_at is None or now - token.last_used_at > _SEEN_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
