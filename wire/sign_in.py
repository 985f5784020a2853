"""One-time sign-in links."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from wire.models import SignInLink, User, digest, new_secret

LIFETIME = timedelta(hours=24)


def issue_link(user: User, *, asks_first: bool = True) -> str:
    """Return the secret of a new link. Links that are over or used are forgotten.

    asks_first   opening the link shows a button, so that a mail scanner cannot use it up
    """
    now = timezone.now()
    SignInLink.objects.filter(Q(expires_at__lt=now) | Q(used_at__lt=now - LIFETIME)).delete()
    secret = new_secret()
    SignInLink.objects.create(
        user=user, digest=digest(secret), asks_first=asks_first, expires_at=now + LIFETIME
    )
    return secret


def valid_link(secret: str) -> SignInLink | None:
    """Return the link if it can still be used."""
    return _usable(secret).select_related("user").first()


def use_link(secret: str) -> User | None:
    """Return whom the link signs in, and use it up; None when it was used, is over, or never was."""
    link = valid_link(secret)
    # The conditional update decides between two that open it at once.
    if link is None or not _usable(secret).update(used_at=timezone.now()):
        return None
    return link.user


def _usable(secret: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        digest=digest(secret), used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )
