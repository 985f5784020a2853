"""Leases: a run is in one worker's hands at a time, and whoever lost it can write nothing more."""

from __future__ import annotations

import itertools
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from flowlang.machine import Cursor, Intent, intent_from_json
from runs import clock
from runs.models import EPOCH, SEMANTICS, Run
from runs.transactions import LOST, retried
from wire.principals import Caller

logger = logging.getLogger(__name__)

MOST_HELD_SECONDS: Final = 600
_LAPSE_SECONDS: Final = 1.0
_COLUMNS: Final = ", ".join(str(each.column) for each in Run._meta.concrete_fields if each.name != "input")
_FIELDS: Final = {each.name: each for each in Run._meta.concrete_fields}
# One statement, hence one short transaction on either database. An owner who is still there has died; should
# this one, the run is hinted at as soon as its lease is over, however often it was before.
_CLAIM: Final = f"""
UPDATE runs_run
SET lease_token = lease_token + 1, lease_owner = %s, lease_until = {{until}}, hint_at = %s,
    recoveries = CASE WHEN lease_owner = '' THEN recoveries ELSE recoveries + 1 END
WHERE id = %s AND wake_at <= {{now}} AND lease_until <= {{now}} AND semantics <= {SEMANTICS}{{only}}
RETURNING {_COLUMNS}
"""
_CLAIM_BY_OUR_CLOCK: Final = _CLAIM.format(now="%s", until="%s", only="")
# A server's clock counts, not ours; its statement reads it, so that nobody has to ask for it first.
_CLAIM_BY_ITS_CLOCK: Final = (
    _CLAIM.format(
        now="clock_timestamp()", until="clock_timestamp() + %s * interval '1 second'", only="{only}"
    )
    + ", clock_timestamp() AS read_at"
)
_CLAIM_WITHIN: Final = _CLAIM_BY_ITS_CLOCK.format(only="")
# Nobody waits for the server's disk either: whoever holds a claim that a crash has undone can write nothing
# with it, since its owner is its alone. The setting ends with the statement.
_CLAIM_AT_ONCE: Final = _CLAIM_BY_ITS_CLOCK.format(
    only=" AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'"
)
_HOST: Final = socket.gethostname()[:30]


@dataclass(frozen=True, slots=True)
class Hold:
    """A run in this worker's hands: what it may write on, as long as the fencing token is the row's.

    run       the row as it was claimed; only what never changes is read from it
    nudges    those that have been taken into account
    people    the URNs of each role of the run, once they have been looked up
    callers   on whose behalf its actions act, by RunAs, as far as they have been looked up
    """

    run: Run
    clock: clock.Clock
    token: int
    cursor: Cursor
    intent: Intent | None
    status: str
    last_seq: int
    last_event_at: datetime
    attempts: int
    nudges: int
    cancel_requested: bool
    resume_requested: bool
    callers: dict[str, Caller] = field(default_factory=dict)
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)


def claim(run_id: UUID) -> Hold | None:
    """Return the run, leased to this worker, or None when it is not due or somebody else holds it."""
    owner = f"{_HOST}:{os.getpid()}:{secrets.token_hex(4)}"  # this claim's alone
    tries = itertools.count()
    return retried(lambda: (next(tries) and _claimed_before(run_id, owner)) or _claim(run_id, owner))


def _claim(run_id: UUID, owner: str) -> Hold | None:
    if connection.vendor == "postgresql":
        values = [owner, settings.LEASE_SECONDS, adapted("hint_at", EPOCH), adapted("id", run_id)]
        statement = _CLAIM_WITHIN if connection.in_atomic_block else _CLAIM_AT_ONCE
        row: Any = next(iter(Run.objects.raw(statement, values)), None)
        return _hold(row, clock.Clock(row.read_at, time.monotonic())) if row else None
    read = clock.read()
    now = adapted("wake_at", read.read_at)
    lease = [adapted("lease_until", until(read.read_at)), adapted("hint_at", EPOCH)]
    values = [owner, *lease, adapted("id", run_id), now, now]
    with _left_to_the_system():
        found = list(Run.objects.raw(_CLAIM_BY_OUR_CLOCK, values))
    return _hold(found[0], read) if found else None


@contextmanager
def _left_to_the_system() -> Iterator[None]:
    """Within, SQLite does not wait for the disk.

    Only a crash of the whole machine loses what was committed then, and with it goes every worker that could
    believe in its claim; what the run does is waited for.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.connection.execute("PRAGMA synchronous=FULL")


def _claimed_before(run_id: UUID, owner: str) -> Hold | None:
    """The run, when an earlier try has claimed it and only the news of the commit was lost."""
    read = clock.read()
    mine = Run.objects.filter(pk=run_id, lease_owner=owner, lease_until__gt=read.read_at)
    run = mine.defer("input").first()
    return _hold(run, read) if run else None


def _hold(run: Run, read: clock.Clock) -> Hold:
    return Hold(
        run=run,
        clock=read,
        token=run.lease_token,
        cursor=Cursor(run.state, run.visit, orjson.loads(run.data), orjson.loads(run.context)),
        intent=intent_from_json(orjson.loads(run.intent)) if run.intent else None,
        status=run.status,
        last_seq=run.last_seq,
        last_event_at=run.last_event_at,
        attempts=run.attempts,
        nudges=run.nudges,
        cancel_requested=run.cancel_requested,
        resume_requested=run.resume_requested,
    )


def until(now: datetime) -> datetime:
    """Return when a lease taken or renewed now runs out."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def adapted(name: str, value: Any) -> Any:
    """Return `value` as the database takes it for the column of a run's field."""
    return _FIELDS[name].get_db_prep_value(value, connection)


@contextmanager
def kept(hold: Hold) -> Iterator[None]:
    """Within, the lease is renewed by a small thread; whoever leaves by an exception lets it lapse soon.

    The run did not cause it when the database failed: its lease then counts as given back, not as lost.
    """
    _keeper.add(hold)
    let_go: Callable[[UUID, str], None] | None = _lapse
    try:
        yield
        let_go = None
    except LOST:
        let_go = _give_back
        raise
    finally:
        _keeper.remove(hold)
        if let_go is not None:
            _keeper.let_go(hold, let_go)


def _lapse(run_id: UUID, owner: str) -> None:
    """Let another try begin soon. The owner stays, so that it counts as a lease that was lost."""
    _extend(run_id, owner, _LAPSE_SECONDS)


def _give_back(run_id: UUID, owner: str) -> None:
    _extend(run_id, owner, _LAPSE_SECONDS, lease_owner="")


def _extend(run_id: UUID, owner: str, seconds: float, **changes: Any) -> None:
    mine = Run.objects.filter(pk=run_id, lease_owner=owner, lease_until__gt=EPOCH)
    mine.update(lease_until=clock.now() + timedelta(seconds=seconds), **changes)


class _Keeper:
    """Renews what this process holds, every third of a lease. One thread, started by the first hold.

    Nothing is renewed for longer than MOST_HELD_SECONDS: a worker that hangs must lose its run.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[UUID, str], float] = {}
        self._going: dict[tuple[UUID, str], Callable[[UUID, str], None]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, hold: Hold) -> None:
        with self._lock:
            self._held[hold.run.pk, hold.run.lease_owner] = time.monotonic()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._renew_for_ever, name="leases", daemon=True)
                self._thread.start()

    def remove(self, hold: Hold) -> None:
        with self._lock:
            self._held.pop((hold.run.pk, hold.run.lease_owner), None)

    def let_go(self, hold: Hold, how: Callable[[UUID, str], None]) -> None:
        """Let a lease go now; when the database is away, as soon as it is back."""
        try:
            how(hold.run.pk, hold.run.lease_owner)
        except LOST as error:
            logger.warning("run %s: its lease is let go later: %s", hold.run.pk, error)
            with self._lock:
                self._going[hold.run.pk, hold.run.lease_owner] = how

    def _renew_for_ever(self) -> None:
        while True:
            time.sleep(settings.LEASE_SECONDS / 3)
            with self._lock:
                oldest = time.monotonic() - MOST_HELD_SECONDS
                held = [key for key, since in self._held.items() if since > oldest]
                going = dict(self._going)
            if held or going:
                self._renew(held, going)

    def _renew(
        self, held: list[tuple[UUID, str]], going: dict[tuple[UUID, str], Callable[[UUID, str], None]]
    ) -> None:
        try:
            for run_id, owner in held:
                _extend(run_id, owner, settings.LEASE_SECONDS)
            for key, how in going.items():
                how(*key)
                self._going.pop(key, None)
        except LOST as error:
            logger.warning("Leases could not be renewed: %s", error)
        finally:
            connection.close()


_keeper = _Keeper()


def _forget_parent() -> None:
    """A forked child holds nothing, and threads do not live on in it."""
    global _keeper
    _keeper = _Keeper()


os.register_at_fork(after_in_child=_forget_parent)
