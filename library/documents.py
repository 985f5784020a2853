"""Flows as the API shows them (source: rest-api, Flow): every key always, lists never null."""

from __future__ import annotations

from typing import Any

from library.access import LADDER, had_by, held_by
from library.metadata import ROLE_LISTS
from library.models import Flow, FlowRole, FlowVersion
from library.private import without_private
from library.scopes import custom_roles
from wire.principals import identity_urn
from wire.timestamps import stamp

_SCOPES = "https://auth.globus.org/scopes"
_API_ROLE = {FlowRole.RUN_MANAGER: "flow_run_manager", FlowRole.RUN_MONITOR: "flow_run_monitor"}


def scope_of(flow: Flow) -> str:
    """Return the scope of tokens that may start this flow."""
    return f"{_SCOPES}/{flow.pk}/flow_{str(flow.pk).replace('-', '_')}_user"


def flow_document(flow: Flow, version: FlowVersion, mine: frozenset[str], site: str) -> dict[str, Any]:
    """Return the flow as a caller may see it.

    version   what it does now
    mine      the caller's principals
    site      the address of this site, with a slash at its end
    """
    administers = FlowRole.ADMINISTRATOR in had_by(mine, flow)
    definition = version.definition
    identity = identity_urn(flow.pk)
    return {
        **_described(flow),
        "definition": definition if administers else without_private(definition),
        "input_schema": version.input_schema,
        "globus_auth_scopes_by_RunAs": custom_roles(definition),
        "globus_auth_username": f"{flow.pk}@clients.auth.globus.org",
        "principal_urn": identity,
        "flow_url": f"{site}api/flows/{flow.pk}",
        "action_url": f"{site}api/flows/{flow.pk}",
        "api_version": "1.0",
        "types": ["Action"],
        "synchronous": False,
        "log_supported": True,
        **{name: principals_in(flow, role) if administers else [] for name, (role, _) in ROLE_LISTS.items()},
        **_own_roles(flow, mine),
        "subscription_id": _text(flow.subscription_id),
        "authentication_policy_id": _text(flow.authentication_policy_id),
        "is_high_assurance": flow.authentication_policy_id is not None,
        "visible_to": [],
        "runnable_by": [],
        "administered_by": [],
    }


def listed_document(flow: Flow, version: FlowVersion, mine: frozenset[str], site: str) -> dict[str, Any]:
    """Return the flow as it stands in lists: those under a policy do not show what they do."""
    document = flow_document(flow, version, mine, site)
    hidden = {"definition": None, "input_schema": None} if flow.authentication_policy_id else {}
    return document | hidden


def deleted_document(flow: Flow, version: FlowVersion, mine: frozenset[str], site: str) -> dict[str, Any]:
    """Return the answer to a DELETE."""
    emptied: dict[str, Any] = {name: [] for name in ROLE_LISTS}
    gone: dict[str, Any] = {"DELETED": True, "deleted_at": stamp(flow.deleted_at), "input_schema": {}}
    return flow_document(flow, version, mine, site) | emptied | gone


def flow_description(flow: Flow) -> dict[str, Any]:
    """Return the flow as it is embedded in a run document (source: rest-api, flow_description)."""
    gone: dict[str, Any] = {"deleted_at": stamp(flow.deleted_at)} if flow.deleted_at else {}
    return _described(flow) | gone


def _described(flow: Flow) -> dict[str, Any]:
    return {
        "id": str(flow.pk),
        "title": flow.title,
        "subtitle": flow.subtitle,
        "description": flow.description,
        "keywords": flow.keywords,
        "globus_auth_scope": scope_of(flow),
        "created_at": stamp(flow.created_at),
        "updated_at": stamp(flow.updated_at),
        "created_by": identity_urn(flow.creator_id),
        "flow_owner": identity_urn(flow.owner_id),
    }


def principals_in(flow: Flow, role: str) -> list[str]:
    """Return one role list, in the order it was given."""
    return [entry.principal for entry in sorted(flow.roles.all(), key=_number) if entry.role == role]


def _number(entry: FlowRole) -> int:
    return int(entry.pk)


def _own_roles(flow: Flow, mine: frozenset[str]) -> dict[str, Any]:
    """The caller's roles: those on the ladder with all below them, the run roles as given."""
    given, all_roles = held_by(mine, flow), had_by(mine, flow)
    on_ladder = bool(given & set(LADDER))
    climbed = [role for role in LADDER if on_ladder and role in all_roles]
    beside = [role for role in (FlowRole.RUN_MANAGER, FlowRole.RUN_MONITOR) if role in given]
    strongest = [*climbed, *beside]
    return {
        "user_role": strongest[0] if strongest else FlowRole.VIEWER,
        "user_roles": [_API_ROLE.get(role, role) for role in strongest],
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
