"""Looking up from the work now and then: is it still ours, is it still wanted, and how far is it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from django.utils import timezone

from flowlang.problems import JSON
from providers import actions
from providers.models import Action
from providers.transfer.folders import FolderError
from providers.transfer.models import Mark
from providers.transfer.task_document import DEADLINE, Tally, Task, task_document

EVERY_SECONDS: Final = 0.5


class Lost(Exception):
    """The lease is somebody else's now: stop, and write nothing."""


class Watch:
    """Counts what is done, and tells the action's row about it at most every EVERY_SECONDS."""

    def __init__(self, action: Action, task: Task, tally: Tally) -> None:
        self.action, self.task, self.tally = action, task, tally
        self.deadline = deadline_of(task)
        self._next_look = 0.0

    def __call__(self, count: int) -> None:
        """Count bytes; look up when it is time. Raises Lost, or FolderError to stop."""
        self.tally.bytes_transferred += count
        if time.monotonic() >= self._next_look:
            self.check()
            self.tell()

    def check(self) -> None:
        """Look whether to go on. Raises Lost, FolderError("Cancelled") or FolderError("DeadlineExceeded")."""
        is_cancelled = actions.is_cancelled(self.action.pk, self.action.lease_token)
        if is_cancelled is None:
            raise Lost
        if is_cancelled:
            raise FolderError("Cancelled", "The task was cancelled.")
        if timezone.now() > self.deadline:
            raise FolderError(
                "DeadlineExceeded", f"The task's deadline, {self.deadline.isoformat()}, is over."
            )

    def tell(self) -> None:
        self._next_look = time.monotonic() + EVERY_SECONDS
        if not actions.progress(self.action.pk, self.action.lease_token, self.document(Action.ACTIVE)):
            raise Lost

    def mark(self, path: str, size: int = 0) -> None:
        Mark.objects.create(action=self.action, path=path, bytes=size)

    def document(self, status: str) -> dict[str, JSON]:
        now = timezone.now()
        ended_at = now if status in Action.TERMINAL else None
        return task_document(self.task, self.tally, status, now, ended_at)


def deadline_of(task: Task) -> datetime:
    """When the task gives up: what was asked for, or a day after it was asked."""
    given = task.body.get("deadline")
    return read_deadline(given) if given else task.requested_at + DEADLINE


def read_deadline(text: str) -> datetime:
    """Return the instant that an ISO date-time means; UTC when it has no zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
