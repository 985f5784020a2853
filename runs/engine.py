"""The engine carries runs on. The database says where each stands; `flowlang.machine` says what is next.

A worker claims a run (a lease and a fencing token). Again and again it performs the run's intent, outside any
transaction, and delivers the outcome: events, cursor and next intent in one transaction, written only while
the token is still the row's. A worker may die anywhere in between: the run is then claimed again, and the
same intent is performed with the same request id. Messages are hints: `sweep` finds what they missed.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from flowlang import events, machine
from flowlang.machine import (
    ActionUnknown,
    Advance,
    AwaitInput,
    Call,
    Canceled,
    Continue,
    Intent,
    OpenInput,
    Outcome,
    Poll,
    Resumed,
    Sleep,
    Started,
    Woken,
)
from runs import calls, endings, failpoints, journal, lease, limits, mails, news, notices, programs
from runs.calls import Later
from runs.endings import MAX_LOSSES
from runs.lease import Hold, claim
from runs.models import EPOCH, Run
from runs.nudges import FIRST_PAUSE, hint
from runs.questions import web_inputs
from runs.starting import start
from runs.sweeping import Swept, sweep
from runs.transactions import retried
from runs.wishes import answer, cancel, resume, wake_for

__all__ = [
    "Hold",
    "Later",
    "Swept",
    "action_finished",
    "answer",
    "cancel",
    "claim",
    "deliver",
    "perform",
    "resume",
    "start",
    "sweep",
    "work",
]
logger = logging.getLogger(__name__)

MAX_INTENTS: Final = 20
MOST_SECONDS: Final = 30.0
MAX_ATTEMPTS: Final = 1_000  # more are not counted


def work(run_id: UUID) -> bool:
    """Carry the run on until it waits, ends, or has had its share; False when it was not ours to work on."""
    hold: Hold | None = claim(run_id)
    if hold is None:
        return False
    failpoints.reach("after_claim")
    with lease.kept(hold):
        if hold.run.recoveries >= MAX_LOSSES:
            _give_up(hold)
            return True
        has_share_until = time.monotonic() + MOST_SECONDS
        for _ in range(MAX_INTENTS):
            hold = _step(hold)
            if hold is None:
                return True
            if time.monotonic() > has_share_until:
                break
        _let_others(hold)
    return True


def action_finished(action_id: UUID) -> bool:
    """Carry on the run that waits for this action, before its next poll; False when there is none."""
    run_id = wake_for(action_id)
    return run_id is not None and work(run_id)


def _step(hold: Hold) -> Hold | None:
    """Return the hold after its next intent; None when the run rests, has ended or is no longer ours."""
    if hold.cancel_requested:
        failpoints.reach("in_cancel")
        return deliver(hold, Canceled())
    if hold.resume_requested and hold.status == Run.INACTIVE:
        calls.resume(hold)
        return deliver(hold, Resumed())
    outcome = perform(hold)
    if isinstance(outcome, Later):
        _put_off(hold, outcome)
        return None
    return deliver(hold, outcome)


def perform(hold: Hold) -> Outcome | Later:
    """Return what came of the run's intent, which is done here and now, outside any transaction.

    Doing it twice does it once: a call's request id is fixed by run and visit, and so is a web input's row.
    """
    if isinstance(hold.intent, (AwaitInput, Poll, Sleep)):
        failpoints.reach("in_timer")
    match hold.intent:
        case Call() as intent:
            return calls.call(hold, intent)
        case Poll() as intent:
            return calls.look(hold, intent)
        case OpenInput() as intent:
            return web_inputs.ask(hold, intent)
        case AwaitInput() as intent:
            return web_inputs.look(hold, intent)
        case Sleep():
            return Woken()
        case Continue() | None:
            return Started(is_new=False)


def deliver(hold: Hold, outcome: Outcome) -> Hold | None:
    """Return the hold with which to go on, or None when the run rests, has ended or is no longer ours.

    1. Ask the machine what follows from `outcome`; local states after it are part of the answer.
    2. Write events, cursor and the next intent in one transaction, if the fencing token is still ours.
    3. After the commit: news for viewers, mail to the owner, and the cancelling of what is given up.
    """
    now = hold.clock.now()
    program = programs.program(hold.run.flow_id, hold.run.version_id)
    advance = machine.advance(program, hold.cursor, outcome, now, hold.intent)
    if not isinstance(outcome, ActionUnknown):
        return _commit(hold, advance, now)
    said = notices.still_waiting(hold, outcome.cause)
    return _commit(hold, replace(advance, events=said + advance.events), now, attempts=_tried(hold))


def _tried(hold: Hold) -> int:
    return min(hold.attempts + 1, MAX_ATTEMPTS)


def _commit(
    hold: Hold, advance: Advance, now: datetime, *, attempts: int = 0, recoveries: int = 0
) -> Hold | None:
    advance = endings.bounded(hold, advance, now)
    due_at = _due_at(advance.intent, now, endings.latest(hold))
    rests = due_at is None or due_at > now
    changes = _changes(hold, advance, now) | _lease(now, rests=rests)
    changes |= {"attempts": attempts, "recoveries": recoveries}
    failpoints.reach("before_commit")
    wishes = retried(lambda: journal.write(hold, changes, due_at, advance.events))
    if wishes is None:
        logger.info("run %s: no longer ours; nothing is written", hold.run.pk)
        return None
    if isinstance(advance.intent, (Call, OpenInput)):
        failpoints.reach("after_intent")
    failpoints.reach("after_commit_before_hint")
    _after_commit(hold, advance, len(advance.events))
    if not rests:
        return _held_on(hold, advance, changes, wishes)
    if due_at is not None and wishes.nudges != hold.nudges:
        hint(hold.run.pk)
    return None


def _due_at(intent: Intent | None, now: datetime, latest: datetime) -> datetime | None:
    if intent is None:
        return None
    if isinstance(intent, Poll) and intent.due_at > now:
        return max(now, min(_spread(intent), latest))
    return max(now, min(intent.due_at, latest)) if isinstance(intent, Sleep) else now


def _spread(poll: Poll) -> datetime:
    """A little later than asked for, so that many polls that began together do not stay together."""
    late = poll.due_at + timedelta(seconds=random.uniform(0.0, 0.1) * poll.interval_seconds)
    return late if poll.inactive_since else max(poll.due_at, min(late, poll.deadline_at))


def _changes(hold: Hold, advance: Advance, now: datetime) -> dict[str, Any]:
    """Return the columns that a delivery changes. Run data that stayed the same is not written again."""
    cursor, intent = advance.cursor, advance.intent
    last_event_at = max(now, hold.last_event_at) if advance.events else hold.last_event_at
    changes: dict[str, Any] = {
        "state": cursor.state,
        "visit": cursor.visit,
        "status": advance.status,
        "intent": orjson.dumps(machine.intent_to_json(intent)).decode() if intent else "",
        "last_event_at": last_event_at,
        "blocking_web_input_id": None,
    }
    if cursor.data is not hold.cursor.data:
        changes["data"] = orjson.dumps(cursor.data).decode()
    if hold.resume_requested:
        changes["resume_requested"] = False
    if intent is None:
        # A wish that came too late is forgotten: whoever asks how the run ended is told how it did.
        changes |= {"completed_at": last_event_at, "cancel_requested": _is_cancelled(advance)}
    return changes


def _is_cancelled(advance: Advance) -> bool:
    return any(event.code == events.FLOW_CANCELED for event in advance.events)


def _lease(now: datetime, *, rests: bool) -> dict[str, Any]:
    if rests:
        return {"lease_owner": "", "lease_until": EPOCH, "hint_at": EPOCH}
    return {"lease_until": lease.until(now)}


def _held_on(hold: Hold, advance: Advance, changes: dict[str, Any], wishes: journal.Wishes) -> Hold:
    return replace(
        hold,
        cursor=advance.cursor,
        intent=advance.intent,
        status=advance.status,
        last_seq=hold.last_seq + len(advance.events),
        last_event_at=changes["last_event_at"],
        attempts=changes["attempts"],
        nudges=wishes.nudges,
        cancel_requested=wishes.cancel_requested,
        resume_requested=wishes.resume_requested,
    )


def _after_commit(hold: Hold, advance: Advance, news_count: int) -> None:
    if news_count or advance.status != hold.status:
        news.publish(hold.run.pk, hold.last_seq + news_count)
    if advance.abort is not None:
        calls.stop(hold, advance.abort)
    elif advance.status == Run.FAILED and isinstance(hold.intent, Call):
        calls.stop(hold, hold.intent)
    if advance.intent is None and programs.asks_people(hold.run.flow_id, hold.run.version_id):
        web_inputs.close_of_ended(hold.run.pk)
    if advance.status != hold.status:
        mails.tell_owner(hold.run, advance.status, is_cancelled=_is_cancelled(advance))


def _put_off(hold: Hold, later: Later) -> None:
    """Let the run rest with its intent unchanged; its log says why, where that is not plain."""
    now, latest = hold.clock.now(), endings.latest(hold)
    if now >= latest:
        _commit(hold, endings.too_old(hold), now)
        return
    counts = later.counts or not hold.attempts  # the log says once that a run waits, whoever holds it back
    may_say = counts and hold.last_seq < endings.MAX_POLLS_UNTIL
    said = notices.still_waiting(hold, later.reason) if may_say else []
    changes = _lease(now, rests=True) | {
        "attempts": _tried(hold) if counts else hold.attempts,
        "recoveries": 0,
        "last_event_at": max(now, hold.last_event_at) if said else hold.last_event_at,
        "blocking_web_input_id": later.web_input_id,
    }
    due_at = min(later.due_at, latest)
    wishes = retried(lambda: journal.write(hold, changes, due_at, said))
    if wishes is None:
        return
    if later.web_input_id or said:
        news.publish(hold.run.pk, hold.last_seq + len(said))
    if wishes.nudges != hold.nudges:
        hint(hold.run.pk)


def _let_others(hold: Hold) -> None:
    """Give the run back although there is more to do: other runs have their turn first."""
    now = hold.clock.now()
    changes = _lease(now, rests=True) | {
        "last_event_at": hold.last_event_at,
        "hint_at": now + FIRST_PAUSE,
    }
    if retried(lambda: journal.write(hold, changes, now, [])):
        hint(hold.run.pk, limits.USUAL)


def _give_up(hold: Hold) -> None:
    """Fail a run that loses its workers. The row keeps how many: administrators have a list of these runs."""
    logger.error(
        "run %s: given up in state %s after %s lost workers", hold.run.pk, hold.cursor.state, MAX_LOSSES
    )
    _commit(hold, endings.given_up(hold), hold.clock.now(), recoveries=hold.run.recoveries)
