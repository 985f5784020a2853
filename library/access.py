"""Who may do what with a flow (source: rest-api, Roles and permissions). Views get flows only from here."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from library.models import Flow, FlowRole
from wire.errors import Forbidden, NotFound
from wire.models import User
from wire.principals import ALL_AUTHENTICATED, PUBLIC, identity_urn, principals_of

OWNER = "flow_owner"
LADDER = [OWNER, FlowRole.ADMINISTRATOR, FlowRole.STARTER, FlowRole.VIEWER]
ROLES = [*LADDER, FlowRole.RUN_MANAGER, FlowRole.RUN_MONITOR]

_IMPLIED = {
    OWNER: ROLES,
    FlowRole.ADMINISTRATOR: ROLES[1:],
    FlowRole.STARTER: [FlowRole.STARTER, FlowRole.VIEWER],
    FlowRole.VIEWER: [FlowRole.VIEWER],
    FlowRole.RUN_MANAGER: [FlowRole.RUN_MANAGER, FlowRole.RUN_MONITOR, FlowRole.VIEWER],
    FlowRole.RUN_MONITOR: [FlowRole.RUN_MONITOR, FlowRole.VIEWER],
}
_PERMISSION = {
    OWNER: "OWN",
    FlowRole.ADMINISTRATOR: "UPDATE",
    FlowRole.STARTER: "RUN",
    FlowRole.VIEWER: "VIEW",
    FlowRole.RUN_MANAGER: "MANAGE_RUNS",
    FlowRole.RUN_MONITOR: "MONITOR_RUNS",
}
Person = User | AnonymousUser
EVERYBODY = frozenset({PUBLIC, ALL_AUTHENTICATED})
_OPEN = {FlowRole.VIEWER, FlowRole.STARTER}  # the roles that everybody may be given


def principals(user: Person) -> frozenset[str]:
    """Return all principals that `user` is; a visitor who is not signed in is only "public"."""
    return principals_of(user) if isinstance(user, User) else frozenset({PUBLIC})


def held_by(mine: frozenset[str], flow: Flow) -> set[str]:
    """Return the roles that these principals were given, without what they imply."""
    held = {entry.role for entry in flow.roles.all() if entry.principal in mine}
    return held | ({OWNER} if identity_urn(flow.owner_id) in mine else set())


def had_by(mine: frozenset[str], flow: Flow) -> set[str]:
    """Return the roles that these principals have, implied ones too."""
    return {implied for held in held_by(mine, flow) for implied in _IMPLIED[held]}


def roles_of(user: Person, flow: Flow) -> set[str]:
    """Return every role that `user` has on `flow`, implied ones too: FlowRole.NAMES and "flow_owner"."""
    return had_by(principals(user), flow)


def is_administrator(user: Person, flow: Flow) -> bool:
    return FlowRole.ADMINISTRATOR in roles_of(user, flow)


def having(user: Person, roles: Iterable[str], *, personally: bool = False) -> Q:
    """Return the condition that `user` was given one of `roles`, or one that implies it on the ladder.

    personally   by name or through a group: what is open to everybody does not count
    """
    wanted = set(roles)
    given = {role for role in ROLES if wanted & set(_given_for(role))}
    mine = principals(user) - (EVERYBODY if personally else frozenset())
    entries = FlowRole.objects.filter(role__in=given, principal__in=mine)
    owned = Q(owner=user.pk) if OWNER in given and user.pk else Q(pk__in=[])
    if mine & EVERYBODY and given & _OPEN:
        return owned | Q(Exists(entries.filter(flow=OuterRef("pk"))))  # many flows: look each up
    return owned | Q(pk__in=entries.values("flow"))  # few: collect them first


def _given_for(role: str) -> list[str]:
    """The roles that the list filters count as had by whoever was given `role`."""
    return LADDER[LADDER.index(role) :] if role in LADDER else [role]


def visible_to(user: Person) -> QuerySet[Flow]:
    """Return the flows that `user` may see."""
    return alive().filter(having(user, ROLES))


def startable_by(user: Person) -> QuerySet[Flow]:
    return alive().filter(having(user, [FlowRole.STARTER]))


def administered_by(user: Person) -> QuerySet[Flow]:
    return alive().filter(having(user, [FlowRole.ADMINISTRATOR]))


def listed(flows: QuerySet[Flow]) -> QuerySet[Flow]:
    """Leave out the flows that `run_flow` made for a single run."""
    return flows.filter(is_listed=True)


def alive() -> QuerySet[Flow]:
    """Return all flows that are not deleted, whoever may see them."""
    return Flow.objects.filter(deleted_at=None).select_related("owner")


def flow_for(user: Person, flow_id: UUID | str, role: str = FlowRole.VIEWER) -> Flow:
    """Return the flow when `user` has `role` on it, given or implied.

    Raises  NotFound when there is no such flow or the user has no role at all; Forbidden without `role`
    """
    flow = _found(flow_id)
    mine = roles_of(user, flow) if flow else set()
    if flow is None or not mine:
        raise NotFound(f"No Flow exists with id value {flow_id}.")
    if role not in mine:
        raise Forbidden(
            f'You may see the flow "{flow.title}", but this needs the role {role}. '
            f"Ask one of its administrators. Missing permissions: {_PERMISSION[role]}."
        )
    return flow


def _found(flow_id: UUID | str) -> Flow | None:
    try:
        flow_id = UUID(str(flow_id))
    except ValueError:
        return None
    return alive().prefetch_related("roles").filter(pk=flow_id).first()
