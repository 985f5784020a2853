"""Several runs at once: which of them can be cancelled or run again, and why not the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from flowlang.forms.secret import without_secrets
from library.models import FlowVersion
from runs import access, run_page, starting, wishes
from runs.inputs import refuse_input
from runs.launching import prefill
from runs.models import Run
from runs.scheduling import schedules
from wire.errors import ApiError
from wire.models import User

MOST: Final = 100


@dataclass(frozen=True)
class Verdict:
    """What can be done with a run that was chosen, or was done with it.

    run      None when there is no such run for this person
    why_not  "" when it can be done
    new      the run that it became
    """

    run_id: UUID
    run: Run | None
    why_not: str = ""
    new: Run | None = None

    @property
    def status(self) -> str:
        return run_page.status_of(self.run) if self.run else ""


def cancellable(user: User, run_ids: Sequence[UUID]) -> list[Verdict]:
    """Return what cancelling these runs would do; nothing is done."""
    return _judged(user, run_ids, access.MANAGER, _why_not_cancelled)


def repeatable(user: User, run_ids: Sequence[UUID]) -> list[Verdict]:
    """Return what running these again would do; nothing is done."""
    return _judged(user, run_ids, access.MONITOR, lambda run: _why_not_again(user, run))


def cancel(user: User, run_ids: Sequence[UUID]) -> list[Verdict]:
    """Ask for each to be cancelled that can be."""
    return [_done(verdict, _cancelled) for verdict in cancellable(user, run_ids)]


def again(user: User, run_ids: Sequence[UUID], request_id: UUID) -> list[Verdict]:
    """Start each again that can be; the same request once more gives the same runs."""
    return [
        _done(verdict, lambda run: _started(user, run, request_id)) for verdict in repeatable(user, run_ids)
    ]


def _judged(user: User, run_ids: Sequence[UUID], role: str, why_not: Callable[[Run], str]) -> list[Verdict]:
    found = access.visible_to(user).in_bulk(run_ids)
    held = access.roles_of_all(user, found.values())
    return [_verdict(run_id, found.get(run_id), held, role, why_not) for run_id in run_ids]


def _verdict(
    run_id: UUID, run: Run | None, held: dict[UUID, set[str]], role: str, why_not: Callable[[Run], str]
) -> Verdict:
    if run is None:
        return Verdict(run_id, None, "There is no such run, or you may not see it.")
    if role not in access.rights(held[run_id]):
        return Verdict(run_id, run, "You may see this run, but not manage it.")
    return Verdict(run_id, run, why_not(run))


def _why_not_cancelled(run: Run) -> str:
    if run.status in Run.TERMINAL:
        return "It has ended already."
    return "It is being cancelled already." if run.cancel_requested else ""


def _why_not_again(user: User, run: Run) -> str:
    try:
        version, body = _request(user, run)
        refuse_input(version, body)
    except ApiError as error:
        return _told(error)
    if run.owner_id != user.pk and without_secrets(version.input_schema, body) != body:
        owner = run.owner.get_username()
        return f"Its input holds secrets of {owner}. Open the run and press Run again to fill in your own."
    return ""


def _request(user: User, run: Run) -> tuple[FlowVersion, dict[str, Any]]:
    """Return the flow's present version and the input of the run, whole. Raises ApiError."""
    version = schedules.startable(user, run.flow_id)
    return version, orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))


def _told(error: ApiError) -> str:
    first = error.detail[0] if isinstance(error.detail, list) and error.detail else None
    return f"{error} {'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)  # type: ignore[arg-type]


def _done(verdict: Verdict, do: Callable[[Run], Run | None]) -> Verdict:
    if verdict.run is None or verdict.why_not:
        return verdict
    try:
        return Verdict(verdict.run_id, verdict.run, new=do(verdict.run))
    except ApiError as error:  # it has ended meanwhile, or there are too many runs now
        return Verdict(verdict.run_id, verdict.run, _told(error))


def _cancelled(run: Run) -> None:
    wishes.cancel(run)


def _started(user: User, run: Run, request_id: UUID) -> Run:
    version, body = _request(user, run)
    notify_on = run.notify_on if run.owner_id == user.pk else [Run.INACTIVE]
    new = starting.start(
        version,
        user,
        body,
        label=run.label,
        tags=run.tags,
        notify_on=notify_on,
        request_id=f"again:{request_id}:{run.pk}",
    )
    prefill.link_runs(new, run)
    return new
