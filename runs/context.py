"""Who a run acts for: what `$._context` reads, and the caller behind each RunAs."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from django.db.models import Q

from flowlang.problems import JSON, FlowError
from runs import clock
from runs.lease import Hold
from runs.models import Run
from wire.models import ApiToken, User, digest
from wire.principals import Caller, caller_of, flow_caller, identity_urn

_TOKEN_SECONDS: Final = 172_800


def context_of(run_id: UUID, flow_id: UUID, owner: User, now: datetime) -> dict[str, JSON]:
    """Return what `$._context` reads in a run (source: Flows documentation, Authoring Flows, Context)."""
    urn, second = identity_urn(owner.pk), int(now.timestamp())
    return {
        "flow_id": str(flow_id),
        "run_id": str(run_id),
        "action_id": str(run_id),
        "username": owner.get_username(),
        "email": owner.email,
        "user_id": urn,
        "identities": [urn],
        "token_info": {"exp": second + _TOKEN_SECONDS, "iat": second, "nbf": second},
    }


def caller(hold: Hold, run_as: str) -> Caller:
    """Return on whose behalf an action acts. Raises FlowError("NoTokenException") when nobody may."""
    if run_as not in hold.callers:
        hold.callers[run_as] = _caller(hold.run, run_as)
    return hold.callers[run_as]


def _caller(run: Run, run_as: str) -> Caller:
    if run_as == "Flow":
        return flow_caller(run.flow_id)
    if run_as == "User":
        return caller_of(_active_owner(run))
    return caller_of(_bearer(run, run_as))


def identities(run: Run) -> set[str]:
    """Return the URNs of all in whose names the actions of a run act."""
    told = Run.objects.filter(pk=run.pk, input__contains='"_tokens"').values_list("input", flat=True).first()
    tokens = orjson.loads(told).get("_tokens") if told else None
    secrets = tokens.values() if isinstance(tokens, dict) else ()
    digests = [digest(secret) for secret in secrets if isinstance(secret, str)]
    holders = ApiToken.objects.filter(digest__in=digests).values_list("user", flat=True) if digests else ()
    return {identity_urn(id) for id in (run.owner_id, run.flow_id, *holders)}


def _active_owner(run: Run) -> User:
    owner = User.objects.get(pk=run.owner_id)
    if not owner.is_active:
        raise FlowError(
            "NoTokenException",
            f"{owner.get_username()}, who started the run, has been deactivated. "
            "An administrator can make the account active again.",
        )
    return owner


def _bearer(run: Run, role: str) -> User:
    """Whose API token the run's input holds for a role of its own."""
    body = orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))
    tokens = body.get("_tokens")
    secret = tokens.get(role) if isinstance(tokens, dict) else None
    if not isinstance(secret, str) or not secret:
        raise FlowError(
            "NoTokenException",
            f'RunAs "{role}": the run\'s input has no token for it. Put an API token at "_tokens.{role}".',
        )
    now = clock.now()
    alive = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    known = ApiToken.objects.select_related("user").filter(alive, digest=digest(secret), user__is_active=True)
    token = known.first()
    if token is None:
        raise FlowError(
            "NoTokenException",
            f'RunAs "{role}": the token at "_tokens.{role}" is not a valid API token of this site.',
        )
    return token.user
