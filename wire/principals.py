"""Principals: the names by which people, groups and flows are given rights."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from wire.models import GroupIdentity, User

PUBLIC: Final = "public"
ALL_AUTHENTICATED: Final = "all_authenticated_users"
IDENTITY_PREFIX: Final = "urn:globus:auth:identity:"
GROUP_PREFIX: Final = "urn:globus:groups:id:"
_URN: Final = re.compile(
    r"urn:globus:(auth:identity|groups:id):[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: in a request, or in an action on behalf of a run.

    urn          the acting identity, e.g. "urn:globus:auth:identity:<uuid>"
    principals   every principal the caller is: that urn, its groups, ALL_AUTHENTICATED and PUBLIC
    user_id      the Django user behind it; None for a flow's own identity
    """

    urn: str
    username: str = ""
    email: str = ""
    principals: frozenset[str] = field(default_factory=frozenset)
    user_id: UUID | None = None
    is_superuser: bool = False


def identity_urn(identity_id: UUID | str) -> str:
    """Return the URN of a person's or a flow's identity."""
    return f"{IDENTITY_PREFIX}{identity_id}"


def is_urn(text: str) -> bool:
    """Whether `text` is an identity or group URN (source: rest-api, Principals)."""
    return _URN.fullmatch(text) is not None


def principals_of(user: User) -> frozenset[str]:
    """Return all principals that `user` is."""
    groups = GroupIdentity.objects.filter(group__user=user).values_list("id", flat=True)
    return frozenset(
        {identity_urn(user.pk), ALL_AUTHENTICATED, PUBLIC, *(f"{GROUP_PREFIX}{id}" for id in groups)}
    )


def caller_of(user: User) -> Caller:
    """Return the caller that `user` is."""
    return Caller(
        urn=identity_urn(user.pk),
        username=user.get_username(),
        email=user.email,
        principals=principals_of(user),
        user_id=user.pk,
        is_superuser=user.is_superuser,
    )


def flow_caller(flow_id: UUID | str) -> Caller:
    """Return the flow's own identity, under which `"RunAs": "Flow"` acts."""
    urn = identity_urn(flow_id)
    name = f"{flow_id}@clients.auth.globus.org"
    return Caller(urn=urn, username=name, principals=frozenset({urn, ALL_AUTHENTICATED, PUBLIC}))
