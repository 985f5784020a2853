"""Batches: each row of a table becomes a run, once, however often it is asked for and whoever dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from library.models import FlowVersion
from runs import clock, failpoints, starting
from runs.batching.batch_due import put_off
from runs.batching.bulk_table import Row
from runs.inputs import refuse_input
from runs.launching import prefill
from runs.metadata import LONGEST_LABEL
from runs.models import Batch, BatchRow, Run
from runs.scheduling import schedules
from runs.transactions import retried
from wire.errors import ApiError, NotFound
from wire.models import User

SHARE_SECONDS: Final = 0.5  # of the sweeper's time, at once
_PASSING: Final = frozenset({409, 429, 503})  # too many runs at present, say: not the row's fault
_LONGEST_PROBLEM: Final = 500
_AT_ONCE: Final = 50
_AT_ONCE_SECONDS: Final = 1.0  # of the time of whoever has asked for it


def create(
    user: User, version: FlowVersion, rows: Sequence[Row], about: dict[str, Any], request_id: str
) -> Batch:
    """Return a new batch of the rows; the same request once more gives the same batch.

    about   label, tags, managers, monitors and notify_on of its runs
    """
    earlier = Batch.objects.filter(owner=user, request_id=request_id).first()
    if earlier is not None:
        return earlier
    batch = Batch(
        flow_id=version.flow_id,
        owner=user,
        request_id=request_id,
        next_at=clock.now(),
        created_at=clock.now(),
    )
    for name, value in about.items():
        setattr(batch, name, value)
    try:
        retried(lambda: _insert(batch, rows))
    except IntegrityError:
        return Batch.objects.get(owner=user, request_id=request_id)
    return batch


@transaction.atomic
def _insert(batch: Batch, rows: Sequence[Row]) -> None:
    batch.save(force_insert=True)
    BatchRow.objects.bulk_create(
        BatchRow(
            batch=batch,
            number=row.number,
            label=_label(batch, row),
            input=orjson.dumps(row.body).decode(),
            problem=row.told.replace("\x00", "\ufffd")[:_LONGEST_PROBLEM],
        )
        for row in rows
    )


def _label(batch: Batch, row: Row) -> str:
    mark = f", row {row.number}"
    named = f"{batch.label[: LONGEST_LABEL - len(mark)]}{mark}" if batch.label else f"Row {row.number}"
    return row.label.replace("\x00", "")[:LONGEST_LABEL] or named


def batch_for(user: User, batch_id: UUID | str) -> Batch:
    """Return the batch; only who made it sees it. Raises NotFound."""
    batch = Batch.objects.select_related("flow", "owner").filter(pk=batch_id, owner=user.pk).first()
    if batch is None:
        raise NotFound(f"No Batch exists with id value {batch_id}.")
    return batch


def waiting(batch: Batch) -> QuerySet[BatchRow]:
    """Return the rows that are still to be started."""
    return batch.rows.filter(is_started=False, problem="").order_by("number")


def start_waiting(batch_id: UUID, seconds: float = SHARE_SECONDS) -> None:
    """Start the rows that wait, for so many seconds; the sweeper goes on with the rest.

    1. Look whether the owner may still start the flow; if not, no row is started, and each says why.
    2. Start row after row, each in one transaction with what is said of it.
    3. What passes by itself (too many runs at present) puts the rest off.
    """
    batch = Batch.objects.select_related("flow", "owner").get(pk=batch_id)
    until = time.monotonic() + seconds
    try:
        version = schedules.startable(batch.owner, batch.flow_id)
        while rows := waiting(batch).select_related("earlier")[:_AT_ONCE]:
            # A few at a time: an open read lets no write of SQLite wait, and ends when one is tried again.
            for row in rows:
                _start(batch, row, version)
                if time.monotonic() > until:
                    return
    except ApiError as error:
        if error.status in _PASSING:
            return put_off(batch.pk, str(error))
        waiting(batch).update(problem=_told(error))
    _rest(batch)


def _rest(batch: Batch) -> None:
    """Nothing waits any more, unless somebody has asked for more since the batch was read."""
    if not waiting(batch).exists():
        Batch.objects.filter(pk=batch.pk, next_at=batch.next_at).update(next_at=None, reason="")


def _start(batch: Batch, row: BatchRow, version: FlowVersion) -> None:
    """Start one row, unless it was left out since. Raises ApiError for what is not the row's own fault."""
    try:
        refuse_input(version, orjson.loads(row.input))
    except ApiError as error:
        waiting(batch).filter(pk=row.pk).update(problem=_told(error))
        return
    run = retried(lambda: _started(batch, row, version))
    if run is not None:
        prefill.link_runs(run, row.earlier)


@transaction.atomic
def _started(batch: Batch, row: BatchRow, version: FlowVersion) -> Run | None:
    """Return the run of a row, new or not; None when it has none, since the row was left out meanwhile.

    Nobody who stops or cancels the batch can come between the run and the row that says so.
    """
    request_id = f"batch:{batch.pk}:{row.number}:{row.tries}"
    if not waiting(batch).filter(pk=row.pk, tries=row.tries).update(is_started=True):
        return Run.objects.filter(batch_row=row.pk, request_id=request_id).first()
    run = starting.start(
        version,
        batch.owner,
        orjson.loads(row.input),
        label=row.label,
        tags=batch.tags,
        managers=batch.managers,
        monitors=batch.monitors,
        notify_on=batch.notify_on,
        request_id=request_id,
    )
    failpoints.reach("in_batch")
    batch.rows.filter(pk=row.pk).update(run=run)
    return run


def _told(error: ApiError) -> str:
    first = error.detail[0] if isinstance(error.detail, list) and error.detail else None
    return (f"{error} {first['msg']}" if first else str(error))[:_LONGEST_PROBLEM]


def retry_failed(batch: Batch) -> int:
    """Start each row again whose run has failed; return how many. A second click finds none."""
    return started_after(batch, lambda: _wait_again(batch))


def _wait_again(batch: Batch) -> int:
    failed = batch.rows.filter(run__status=Run.FAILED).values_list("pk", "run_id")
    count = 0
    for pk, run_id in list(failed):
        again = batch.rows.filter(pk=pk, run=run_id)
        count += again.update(run=None, earlier=run_id, is_started=False, tries=F("tries") + 1)
    return count


def started_after(batch: Batch, change: Callable[[], int]) -> int:
    """Make a change after which rows wait, and start some of them at once; return how many it has changed."""
    with transaction.atomic():
        count = change()
        if count:
            Batch.objects.filter(pk=batch.pk).update(next_at=clock.now(), reason="")
    if count:
        start_waiting(batch.pk, _AT_ONCE_SECONDS)
    return count
