"""People and groups by name; the administrator whom the site itself needs."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import Group

from wire.models import GroupIdentity, User
from wire.principals import ALL_AUTHENTICATED, GROUP_PREFIX, IDENTITY_PREFIX, PUBLIC, identity_urn, is_urn

ADMINISTRATOR = "admin"


def first_administrator() -> User:
    """Return the oldest superuser; when there is none, user "admin" is made one (it signs in by a link)."""
    found = User.objects.filter(is_superuser=True, is_active=True).order_by("date_joined", "pk").first()
    return found or _make_administrator()


def _make_administrator() -> User:
    user, _ = User.objects.get_or_create(username=ADMINISTRATOR)
    if not user.password:
        user.set_unusable_password()
    user.is_superuser = user.is_staff = user.is_active = True
    user.save(update_fields=["password", "is_superuser", "is_staff", "is_active"])
    return user


def names_of(urns: Iterable[str]) -> dict[str, str]:
    """Return principal -> the name that people know it by, for identities and groups of this site."""
    wanted = set(urns)
    people = User.objects.filter(pk__in=_ids(wanted, IDENTITY_PREFIX)).values_list("pk", "username")
    groups = GroupIdentity.objects.filter(pk__in=_ids(wanted, GROUP_PREFIX)).values_list("pk", "group__name")
    return (
        {PUBLIC: "Everybody, also without signing in", ALL_AUTHENTICATED: "Everybody who is signed in"}
        | {identity_urn(pk): name for pk, name in people}
        | {f"{GROUP_PREFIX}{pk}": f"Group {name}" for pk, name in groups}
    )


def principal_of(text: str) -> str | None:
    """Return the principal that somebody typed: a URN, "public", a user's or a group's name; else None."""
    text = text.strip()
    if is_urn(text):
        return text.lower()
    if text.lower() in (PUBLIC, ALL_AUTHENTICATED):
        return text.lower()
    user = User.objects.filter(username=text).first()
    return identity_urn(user.pk) if user else _group(text)


def _group(name: str) -> str | None:
    group = Group.objects.filter(name=name).first()
    if group is None:
        return None
    identity, _ = GroupIdentity.objects.get_or_create(group=group)
    return f"{GROUP_PREFIX}{identity.pk}"


def _ids(urns: set[str], prefix: str) -> list[UUID]:
    return [UUID(urn.removeprefix(prefix)) for urn in urns if is_urn(urn) and urn.startswith(prefix)]
