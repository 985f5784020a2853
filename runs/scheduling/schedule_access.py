"""Who may do what with a schedule: its owner everything; who manages the flow's runs may see and stop it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from library.access import Person, principals
from library.models import FlowRole
from runs.models import RunSchedule
from wire.errors import Forbidden, NotFound

OWNER, MANAGER, MONITOR = "schedule_owner", "schedule_manager", "schedule_monitor"
_RIGHTS: Final = {OWNER: (OWNER, MANAGER, MONITOR), MANAGER: (MANAGER, MONITOR), MONITOR: (MONITOR,)}
_THROUGH: Final = {
    FlowRole.ADMINISTRATOR: MANAGER,
    FlowRole.RUN_MANAGER: MANAGER,
    FlowRole.RUN_MONITOR: MONITOR,
}


def schedules_for(user: Person) -> QuerySet[RunSchedule]:
    """Return the schedules that `user` may see."""
    roles = FlowRole.objects.filter(role__in=_THROUGH, principal__in=principals(user))
    condition = Q(owner=user.pk) | Q(flow__owner=user.pk) | Q(flow__in=roles.values("flow"))
    return RunSchedule.objects.filter(condition).select_related("flow", "owner", "last_run")


def rights_of(user: Person, schedule: RunSchedule) -> tuple[str, ...]:
    """Return the rights that `user` has on `schedule`, the strongest first."""
    return rights_of_all(user, [schedule])[schedule.pk]


def rights_of_all(user: Person, schedules: Sequence[RunSchedule]) -> dict[UUID, tuple[str, ...]]:
    """Return schedule id -> rights, for a page of schedules, in one query. Their flows must be at hand."""
    flows = {schedule.flow_id for schedule in schedules}
    through: dict[UUID, set[str]] = {}
    mine = FlowRole.objects.filter(flow__in=flows, role__in=_THROUGH, principal__in=principals(user))
    for flow_id, role in mine.values_list("flow_id", "role"):
        through.setdefault(flow_id, set()).add(_THROUGH[role])
    return {each.pk: _rights(user, each, through.get(each.flow_id, set())) for each in schedules}


def _rights(user: Person, schedule: RunSchedule, held: set[str]) -> tuple[str, ...]:
    if schedule.owner_id == user.pk:
        return _RIGHTS[OWNER]
    if schedule.flow.owner_id == user.pk or MANAGER in held:
        return _RIGHTS[MANAGER]
    return _RIGHTS[MONITOR] if MONITOR in held else ()


def schedule_for(user: Person, schedule_id: UUID | str, right: str = MONITOR) -> RunSchedule:
    """Return the schedule when `user` has `right` on it.

    Raises  NotFound when there is none or the user may not see it; Forbidden without `right`
    """
    schedule = _found(schedule_id)
    rights = rights_of(user, schedule) if schedule else ()
    if schedule is None or not rights:
        raise NotFound(f"No Schedule exists with id value {schedule_id}.")
    if right not in rights:
        who = "its owner" if right == OWNER else "its owner, and who manages the flow's runs,"
        raise Forbidden(f"You may see schedule {schedule_id}, but only {who} may do this.")
    return schedule


def _found(schedule_id: UUID | str) -> RunSchedule | None:
    try:
        wanted = UUID(str(schedule_id))
    except ValueError:
        return None
    return RunSchedule.objects.select_related("flow", "owner", "last_run").filter(pk=wanted).first()
