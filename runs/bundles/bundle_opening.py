"""Keeping a bundle that was opened: a run like any other to look at, that nobody here started or may change.

Its rows belong to an account of the site under which nobody signs in; whoever opened the bundle monitors the
run. So every page of a run shows it, and no page, program or worker does anything with it.
"""

from __future__ import annotations

import uuid
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from library.models import Flow, FlowVersion
from runs import removal
from runs.access import BUNDLES_ID
from runs.acting_tables import RunBundle
from runs.bundles.bundle_reading import Entry, Found
from runs.finding.tables import RunFacts
from runs.models import Run, RunEvent, RunRole
from runs.transactions import retried
from wire.errors import StateConflict
from wire.models import User
from wire.principals import identity_urn

MOST_OPEN: Final = 50
_AT_ONCE: Final = 500
_LONGEST_NAME: Final = 200


def keep(found: Found, user: User, name: str) -> RunBundle:
    """Return the opened bundle; the same one, opened again, is the one that is there.

    name     of the file
    Raises   StateConflict (409) when `user` has as many open as one may
    """
    opened = RunBundle.objects.filter(opened_by=user)
    before = opened.filter(checksum=found.checksum).first()
    if before is not None:
        return before
    if opened.count() >= MOST_OPEN:
        raise StateConflict(f"You have {MOST_OPEN} bundles open, the most that one may. Close one first.")
    run_id, printable = uuid.uuid4(), "".join(filter(str.isprintable, name))
    try:
        return retried(lambda: _entered(found, user, printable[:_LONGEST_NAME], run_id))
    except IntegrityError:  # the same bundle was opened at this very moment
        before = opened.filter(checksum=found.checksum).first()
        if before is None:
            raise
        return before


@transaction.atomic
def _entered(found: Found, user: User, name: str, run_id: uuid.UUID) -> RunBundle:
    run = _run(found, run_id)
    RunRole.objects.create(run=run, role=RunRole.MONITOR, principal=identity_urn(user.pk))
    rows = (_row(run, seq, entry) for seq, entry in enumerate(found.entries, 1))
    RunEvent.objects.bulk_create(rows, batch_size=_AT_ONCE)
    RunFacts.objects.filter(run=run).delete()  # it is in no list of runs, so nobody searches for it
    return RunBundle.objects.create(
        run=run, opened_by=user, name=name, checksum=found.checksum, about=found.about
    )


def _run(found: Found, run_id: uuid.UUID) -> Run:
    about, nobody = found.about, _nobody()
    flow = Flow.objects.create(
        title=about["flow_title"], owner=nobody, creator=nobody, is_listed=False, deleted_at=timezone.now()
    )
    version = FlowVersion.objects.create(
        flow=flow,
        number=about["flow_version"],
        source=found.definition,
        schema_source=found.schema,
        states=found.states,
        created_by=nobody,
    )
    return Run.objects.create(
        id=run_id,
        flow=flow,
        version=version,
        owner=nobody,
        label=about["label"],
        tags=about["tags"],
        status=about["status"],
        state=about["state"],
        started_at=found.started_at,
        completed_at=found.ended_at,
        input=found.input,
        data=found.output,
        last_seq=len(found.entries),
        last_event_at=found.ended_at,
        cancel_requested=about.get("is_cancelled") is True,
    )


def _nobody() -> User:
    made, is_new = User.objects.get_or_create(
        pk=BUNDLES_ID, defaults={"username": "from a bundle", "is_active": False}
    )
    if is_new:
        made.set_unusable_password()
        made.save(update_fields=["password"])
    return made


def _row(run: Run, seq: int, entry: Entry) -> RunEvent:
    return RunEvent(
        run=run,
        seq=seq,
        time=entry.time,
        code=entry.code,
        description=entry.description,
        details=entry.details,
    )


@transaction.atomic
def close(opened: RunBundle) -> None:
    """Delete what was kept of a bundle."""
    flow_id = opened.run.flow_id
    removal.remove(opened.run_id)
    Flow.objects.filter(pk=flow_id, owner=BUNDLES_ID).delete()
