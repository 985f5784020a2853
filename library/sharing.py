"""Who may do what with a flow, in words, and the form that changes it."""

from __future__ import annotations

from dataclasses import dataclass

from library.documents import principals_in
from library.metadata import MOST_PRINCIPALS, ROLE_LISTS, principal_fault
from library.models import Flow, FlowRole
from library.publish import touch
from wire.people import names_of, principal_of
from wire.principals import ALL_AUTHENTICATED, PUBLIC

_WORDS = {
    "flow_viewers": ("See it", "may look at the flow"),
    "flow_starters": ("Start it", "may also start runs"),
    "flow_administrators": ("Administer it", "may also change, share and delete it, and manage its runs"),
    "run_managers": ("Manage its runs", "may see, cancel and remove every run of it"),
    "run_monitors": ("Watch its runs", "may see every run of it"),
}


@dataclass(frozen=True)
class RoleList:
    """One role list as the page shows it. entries: (principal, name)."""

    name: str
    title: str
    meaning: str
    entries: list[tuple[str, str]]


def role_lists(flow: Flow) -> list[RoleList]:
    """Return all role lists of a flow, with names."""
    listed = {name: principals_in(flow, role) for name, (role, _) in ROLE_LISTS.items()}
    names = names_of(principal for principals in listed.values() for principal in principals)
    return [
        RoleList(
            name, *_WORDS[name], [(principal, names.get(principal, principal)) for principal in principals]
        )
        for name, principals in listed.items()
    ]


def add(flow: Flow, name: str, who: str) -> str | None:
    """Add somebody to a role list. Returns what is wrong, None when it is done."""
    if name not in ROLE_LISTS:
        return "Choose what they may do."
    principal = _everybody(name, who) or principal_of(who)
    if principal is None:
        return f'There is no user or group "{who[:80]}" here. A principal URN may be given instead.'
    role = ROLE_LISTS[name][0]
    present = principals_in(flow, role)
    fault = principal_fault(name, principal)
    if fault is None and principal not in present and len(present) >= MOST_PRINCIPALS:
        fault = f"A role list holds at most {MOST_PRINCIPALS} entries. Use a group."
    if fault is None:
        FlowRole.objects.get_or_create(flow=flow, role=role, principal=principal)
        touch(flow)
    return fault


def remove(flow: Flow, name: str, principal: str) -> None:
    """Take somebody off a role list."""
    if name in ROLE_LISTS:
        FlowRole.objects.filter(flow=flow, role=ROLE_LISTS[name][0], principal=principal).delete()
        touch(flow)


def _everybody(name: str, who: str) -> str | None:
    """Each list has its own word for everybody: who asks for either means the one that fits."""
    if who.strip().lower() in ("everybody", "everyone"):
        return {"flow_viewers": PUBLIC, "flow_starters": ALL_AUTHENTICATED}.get(name)
    return None
