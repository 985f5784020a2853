"""Who may do what with a schedule: its owner everything; who manages the flow's runs may see and stop it."""

from __future__ import annotations

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
    if schedule.owner_id == user.pk:
        return _RIGHTS[OWNER]
    if schedule.flow.owner_id == user.pk:
        return _RIGHTS[MANAGER]
    mine = FlowRole.objects.filter(
        flow=schedule.flow_id, role__in=_THROUGH, principal__in=principals(user)
    ).values_list("role", flat=True)
    held = {_THROUGH[role] for role in mine}
    strongest = next((right for right in (MANAGER, MONITOR) if right in held), None)
    return _RIGHTS[strongest] if strongest else ()


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
