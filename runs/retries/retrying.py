"""Retrying a run that failed: a new run that goes on from the failed state and keeps what was finished.

The new run refers to the events of the first one that stand for the finished part; it does not copy them.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from flowlang import events, graph
from flowlang.problems import JSON, FlowError
from flowlang.sizes import encode_within_limit
from library.access import flow_for
from library.models import FlowRole, FlowVersion
from runs import access, clock, programs, secrets, starting
from runs.models import Run, RunEvent, RunRetry, RunRole
from runs.retries import retry_points
from runs.retries.retry_points import BEGAN_WITH, Point
from runs.transactions import retried
from wire.errors import Forbidden, NotFound, StateConflict, Unprocessable
from wire.models import User
from wire.principals import identity_urn

MOST_SHOWN: Final = 20
WHOLE_ORDER: Final = ["run__started_at", "seq", "id"]


def retry(
    run: Run,
    user: User,
    *,
    state: str | None = None,
    data: dict[str, JSON] | None = None,
    definition: FlowVersion | None = None,
) -> Run:
    """Return a new run that takes `run` up at `state`, by default at the one that failed.

    data        run data to begin with; by default those before that state. Hidden members are kept
    definition  a version of the flow; by default the one that `run` was started with
    Raises      NotFound, Forbidden   who may neither manage the run nor start the flow
                StateConflict         the run has not failed, or is being retried already
                Unprocessable         no such state, or data that cannot be
    """
    _refuse_stranger(run, user)
    version = definition or run.version
    point = retry_points.point(run, state, data)
    _refuse_state(version, point.state)
    text = _encoded(point.data)
    new = starting.new_run(version, user, run.input, clock.now())
    new.state, new.data = point.state, text
    new.label, new.tags, new.notify_on = run.label, run.tags, run.notify_on
    _enter(new, run, point)
    return new


def _refuse_stranger(run: Run, user: User) -> None:
    """Also refuse a run that is not over, and secrets that are somebody else's."""
    access.run_for(user, run.pk, access.MANAGER)
    flow_for(user, run.flow_id, FlowRole.STARTER)
    retry_points.refuse_unless_over(run)
    if run.owner_id != user.pk and _has_secrets(run):
        raise Forbidden(
            f"Run {run.pk} carries private data of {run.owner.get_username()}, who started it: "
            "only they may retry it. Start the flow again with data of your own."
        )


def _has_secrets(run: Run) -> bool:
    return any(secrets.holds_secrets(retry_points.as_object(text)) for text in (run.data, run.input))


def _refuse_state(version: FlowVersion, name: str) -> None:
    state = version.definition.get("States", {}).get(name)
    message = ""
    if state is None:
        message = f'"{name}" is not a state of version {version.number} of the flow. Choose another state.'
    elif state.get("Type") == "AwaitWebInput":
        message = (
            f'State "{name}" waits for the answer to a question of the run that is over. '
            "Choose the state that asks it."
        )
    if message:
        raise Unprocessable([{"loc": ["state_name"], "msg": message, "type": "value_error"}], message)


def _encoded(data: dict[str, JSON]) -> str:
    try:
        return encode_within_limit(data).decode()
    except FlowError as error:
        item: dict[str, JSON] = {"loc": ["run_data"], "msg": error.cause, "type": "value_error"}
        raise Unprocessable([item], error.cause) from error


def _enter(new: Run, run: Run, point: Point) -> None:
    people: dict[str, list[str]] = {RunRole.MANAGER: [], RunRole.MONITOR: []}
    for role, principal in run.roles.values_list("role", "principal"):
        people[role].append(principal)
    if run.owner_id != new.owner_id:
        people[RunRole.MONITOR].append(identity_urn(run.owner_id))
    retried(lambda: _enter_once(new, run, people, point))


def _enter_once(new: Run, run: Run, people: dict[str, list[str]], point: Point) -> None:
    """Doing it again after a commit that broke off is harmless: the run is there, and it is ours."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)  # two people who retry at once are one after the other
        if RunRetry.objects.filter(run=new.pk).exists():
            return
        going = Run.objects.filter(retry__original=run.pk).exclude(status__in=Run.TERMINAL).first()
        if going is not None:
            raise StateConflict(f"Run {run.pk} is being retried already, by run {going.pk}.")
        starting.enter(new, people, _details(new, run, point))
        RunRetry.objects.create(run=new, original=run, events_before=point.events_before, state=point.state)


def _details(new: Run, run: Run, point: Point) -> dict[str, JSON]:
    shown = events.visible(retry_points.as_object(run.input))
    return {
        "input": shown,
        "retry_of": str(run.pk),
        "events_before": point.events_before,
        "state_name": point.state,
        "version": new.version.number,
        BEGAN_WITH: _shown(run, point),
    }


def _shown(run: Run, point: Point) -> JSON:
    return programs.program(run.flow_id, run.version_id).shown(point.data)


def preview(run: Run, user: User, state: str | None, version: FlowVersion) -> dict[str, Any]:
    """Return what a retry would do, for the API and the page. Raises what `retry` raises."""
    _refuse_stranger(run, user)
    point = retry_points.point(run, state)
    _refuse_state(version, point.state)
    arrows = graph.build(version.definition)
    targets = {name: arrows.targets(name) for name in arrows.states}
    ahead = graph.reachable(targets, [point.state])
    return {
        "run_id": str(run.pk),
        "state_name": point.state,
        "version": version.number,
        "run_data": _shown(run, point),
        "run_data_source": point.source,
        "has_private_data": secrets.holds_secrets(point.data),
        "events_before": point.events_before,
        "states_completed": retry_points.completed(run, point.events_before),
        "states_ahead": [name for name in arrows.states if name in ahead],
        "changes": _changes(run.version, version),
    }


def _changes(old: FlowVersion, new: FlowVersion) -> dict[str, list[str]]:
    """Return the names of the states that came, went and changed between two versions."""
    before, after = old.definition.get("States", {}), new.definition.get("States", {})
    return {
        "added": [name for name in after if name not in before],
        "removed": [name for name in before if name not in after],
        "changed": [name for name in after if name in before and after[name] != before[name]],
    }


def told(run: Run, user: access.Person) -> dict[str, Any]:
    """Return the run that `run` retries and the runs that retry it, as far as `user` may see them."""
    visible = access.visible_to(user)
    return {
        "of": visible.filter(retries__run=run.pk).first(),
        "by": list(visible.filter(retry__original=run.pk).order_by("started_at")[:MOST_SHOWN]),
    }


# --- the finished part, as the log of the new run shows it


def whole_log(run: Run, user: access.Person) -> QuerySet[RunEvent]:
    """Return the events of the run and those of earlier runs that stand for what it did not do again.

    Order them by WHOLE_ORDER. Earlier runs that `user` may not see are left out.
    """
    condition = Q(run=run.pk)
    for original, most_seq in retry_points.ancestry(run.pk):
        if not _is_visible(original, user):
            break
        condition |= Q(run=original, seq__lte=most_seq)
    return RunEvent.objects.filter(condition)


def _is_visible(run_id: UUID, user: access.Person) -> bool:
    try:
        access.run_for(user, run_id)
    except NotFound:
        return False
    return True
