"""Consents: what a person lets actions do in their name, scope by scope; taken back and given again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.utils import timezone

from flowlang.problems import JSON
from providers.models import Consent
from wire.models import User
from wire.principals import Caller

LONGEST_SCOPE: Final = 500
CONSENT_REQUIRED: Final = "ConsentRequired"
_START, _END = "https://auth.globus.org/scopes/", "/data_access"


class ConsentNeeded(Exception):
    """The action waits until its caller has agreed; `details` is what its INACTIVE status then says."""

    def __init__(self, scope: str, description: str) -> None:
        super().__init__(description)
        self.details: dict[str, JSON] = {
            "code": CONSENT_REQUIRED,
            "description": description,
            "required_scope": scope,
        }


def is_given(caller: Caller, scope: str, *, usually: bool) -> bool:
    """Whether `caller` agrees to this scope; `usually` counts as long as they have said nothing.

    A flow's own identity acts in nobody's name.
    """
    if caller.user_id is None:
        return True
    said = Consent.objects.filter(user=caller.user_id, scope=scope).values_list("is_given", flat=True).first()
    return usually if said is None else said


def put(user: User, scope: str, *, is_given: bool) -> None:
    """Note what `user` says about a scope. Raises ValueError for one that is too long to be any."""
    if not 0 < len(scope) <= LONGEST_SCOPE:
        raise ValueError(f"A scope has 1 to {LONGEST_SCOPE} characters; this one has {len(scope):,}.")
    said = {"is_given": is_given, "changed_at": timezone.now()}
    Consent.objects.update_or_create(user=user, scope=scope, defaults=said)


def data_access(collection_id: UUID) -> str:
    """Return the scope of using a collection."""
    return f"{_START}{collection_id}{_END}"


def collection_id_of(scope: str) -> UUID | None:
    """Return which collection's use a scope is about; None when it is about something else."""
    if not (scope.startswith(_START) and scope.endswith(_END)):
        return None
    try:
        return UUID(scope.removeprefix(_START).removesuffix(_END))
    except ValueError:
        return None


def taken_back(user_id: UUID | None) -> set[UUID]:
    """Return the collections that this person does not let actions use."""
    scopes = Consent.objects.filter(user=user_id, is_given=False).values_list("scope", flat=True)
    return {found for scope in scopes if (found := collection_id_of(scope)) is not None}
