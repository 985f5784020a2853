"""Who may do what with a run or a web input (source: rest-api, Roles and permissions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from library.access import principals
from library.models import Flow, FlowRole
from runs.finding.tables import RunFacts
from runs.models import Run, RunRole, WebInput, WebInputRole
from wire.errors import Forbidden, NotFound
from wire.models import User

OWNER: Final = "run_owner"
MANAGER, MONITOR = RunRole.MANAGER, RunRole.MONITOR
FLOW_MANAGER, FLOW_MONITOR = "flow_run_manager", "flow_run_monitor"
# The account that owns the runs which came from bundles: they are to look at, and in no list of runs.
BUNDLES_ID: Final = UUID("b0d1e5a0-0000-4000-8000-000000000001")
# From the strongest to the weakest; `user_role` is the first that is held.
ROLES: Final = [OWNER, MANAGER, FLOW_MANAGER, FLOW_MONITOR, MONITOR]

# What a role lets its holder be. Only who started a run has the rights with which it goes on.
_RIGHTS: Final = {
    OWNER: {OWNER, MANAGER, MONITOR},
    MANAGER: {MANAGER, MONITOR},
    FLOW_MANAGER: {MANAGER, MONITOR},
    FLOW_MONITOR: {MONITOR},
    MONITOR: {MONITOR},
}
_PERMISSION: Final = {OWNER: "RESUME", MANAGER: "MANAGE", MONITOR: "VIEW"}
# Roles on the flow that make one a manager or monitor of all its runs.
_FLOW_ROLES: Final = {
    FlowRole.ADMINISTRATOR: FLOW_MANAGER,
    FlowRole.RUN_MANAGER: FLOW_MANAGER,
    FlowRole.RUN_MONITOR: FLOW_MONITOR,
}
Person = User | AnonymousUser


def roles_of(user: Person, run: Run) -> set[str]:
    """Return the roles that `user` holds on `run`, by name, through a group, or through its flow."""
    return roles_of_all(user, [run])[run.pk]


def roles_of_all(user: Person, runs: Iterable[Run]) -> dict[UUID, set[str]]:
    """Return run id -> held roles, for a page of runs, in two queries. Their flows must be at hand."""
    found: dict[UUID, set[str]] = {}
    by_flow: dict[UUID, list[UUID]] = {}
    for run in runs:
        found[run.pk] = {OWNER} if run.owner_id == user.pk else set()
        by_flow.setdefault(run.flow_id, []).append(run.pk)
        if run.flow.owner_id == user.pk:
            found[run.pk].add(FLOW_MANAGER)
    mine = principals(user)
    own = RunRole.objects.filter(run__in=found, principal__in=mine)
    for run_id, role in own.values_list("run_id", "role"):
        found[run_id].add(role)
    through = FlowRole.objects.filter(flow__in=by_flow, role__in=_FLOW_ROLES, principal__in=mine)
    for flow_id, role in through.values_list("flow_id", "role"):
        for run_id in by_flow[flow_id]:
            found[run_id].add(_FLOW_ROLES[role])
    return found


def rights(roles: Iterable[str]) -> set[str]:
    """Return what the held roles amount to: run_owner, run_manager, run_monitor."""
    return {right for role in roles for right in _RIGHTS[role]}


def having(user: Person, roles: Iterable[str]) -> Q:
    """Return the condition that `user` holds one of `roles` on a run; not of those that ran elsewhere."""
    wanted, mine = set(roles), principals(user)
    condition = Q(owner=user.pk) if OWNER in wanted and user.pk else Q(pk__in=[])
    named = RunRole.objects.filter(run=OuterRef("pk"), role__in=wanted, principal__in=mine)
    condition |= Q(Exists(named))
    if FLOW_MANAGER in wanted and user.pk:
        condition |= Q(flow__owner=user.pk)
    flow_roles = [role for role, makes in _FLOW_ROLES.items() if makes in wanted]
    through = FlowRole.objects.filter(flow=OuterRef("flow"), role__in=flow_roles, principal__in=mine)
    return (condition | Q(Exists(through))) & ~Q(owner=BUNDLES_ID)


def visible_to(user: Person) -> QuerySet[Run]:
    """Return the runs that `user` may see."""
    return with_flow().filter(having(user, ROLES))


def facts_visible_to(user: Person) -> QuerySet[RunFacts]:
    """Return what the runs are found by that `user` may see: the same runs as `visible_to`.

    For lists that read through all runs: roles are collected first instead of being looked up for each run.
    """
    mine = principals(user)
    owned = Flow.objects.filter(owner=user.pk) if user.pk else Flow.objects.none()
    through = FlowRole.objects.filter(role__in=_FLOW_ROLES, principal__in=mine)
    condition = Q(flow__in=owned.values("pk")) | Q(flow__in=through.values("flow"))
    condition |= _named(RunRole.objects.filter(principal__in=mine))
    condition |= Q(owner=user.pk) if user.pk else Q()
    return RunFacts.objects.filter(condition).exclude(owner=BUNDLES_ID)


def _named(roles: QuerySet[RunRole]) -> Q:
    """PostgreSQL goes through the whole of a long list for each run, SQLite looks into it."""
    if connection.vendor == "postgresql":
        return Q(Exists(roles.filter(run=OuterRef("run"))))
    return Q(run__in=roles.values("run"))


def with_flow() -> QuerySet[Run]:
    """Return all runs, whoever may see them, without what only the engine reads."""
    return Run.objects.select_related("flow", "owner").defer("input", "data", "context")


def run_for(user: Person, run_id: UUID | str, role: str = MONITOR) -> Run:
    """Return the run when `user` has the right `role` on it: run_monitor, run_manager or run_owner.

    Raises  NotFound when there is no such run or the user has no role at all; Forbidden without `role`
    """
    run = _found(run_id)
    mine = rights(roles_of(user, run)) if run else set()
    if run is None or not mine:
        raise NotFound(f"No Run exists with id value {run_id}.")
    if role not in mine:
        raise Forbidden(
            f"You may see run {run_id}, but this needs the role {role}. "
            f"Missing permissions: {_PERMISSION[role]}."
        )
    return run


def _found(run_id: UUID | str) -> Run | None:
    try:
        run_id = UUID(str(run_id))
    except ValueError:
        return None
    return with_flow().filter(pk=run_id).first()


# --- web inputs


def web_inputs_for(
    user: Person, roles: Iterable[str] = (WebInputRole.RESPONDENT, WebInputRole.VIEWER)
) -> QuerySet[WebInput]:
    """Return the web inputs in which `user` has one of `roles`."""
    named = WebInputRole.objects.filter(
        web_input=OuterRef("pk"), role__in=roles, principal__in=principals(user)
    )
    found = WebInput.objects.filter(Exists(named)).select_related("run", "run__flow")
    return found.prefetch_related("roles")


def web_input_for(user: Person, web_input_id: UUID | str, *, to_answer: bool = False) -> WebInput:
    """Return the web input. Raises NotFound without a role; Forbidden to answer without being asked."""
    try:
        wanted = UUID(str(web_input_id))
    except ValueError:
        wanted = None
    web_input = web_inputs_for(user).filter(pk=wanted).first() if wanted else None
    if web_input is None:
        raise NotFound(f"No Web Input exists with id value {web_input_id}.")
    if to_answer and WebInputRole.RESPONDENT not in web_input_roles(user, web_input):
        raise Forbidden(f"You may see web input {web_input_id}, but you are not among those who are asked.")
    return web_input


def web_input_roles(user: Person, web_input: WebInput) -> list[str]:
    """Return the roles of `user`, "respondent" before "viewer"."""
    mine = principals(user)
    return sorted({entry.role for entry in web_input.roles.all() if entry.principal in mine})
