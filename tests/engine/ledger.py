"""A provider that keeps books: every call of it, and one effect per request id."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from django.db import connection

from flowlang.problems import JSON
from providers.provider import ActionError, ActionRequest, ActionStatus
from wire.principals import Caller

URL = "https://actions.globus.org/ledger"


class Ledger:
    """Answers `SUCCEEDED` at once, unless told otherwise.

    calls      (operation, request id or action id) of every call, in order
    effects    request id -> the body that took effect
    callers    who called, in order
    answers    what the next calls of `run` and `status` do: a status word, or an ActionError
    meanwhile  is done once, while the next call is under way
    """

    path = "ledger"
    details_schema: JSON = None

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.effects: dict[str, dict[str, JSON]] = {}
        self.callers: list[Caller] = []
        self.requests: list[ActionRequest] = []
        self.answers: deque[str | ActionError] = deque()
        self.meanwhile: Callable[[], object] | None = None
        self.was_called_in_a_transaction = False
        self.can_resume = True

    def introspect(self) -> dict[str, JSON]:
        return {"title": "Ledger", "globus_auth_scope": "ledger", "input_schema": {}, "synchronous": True}

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        self._note("run", request.request_id, caller)
        self.requests.append(request)
        self.effects.setdefault(request.request_id, request.body)
        return self._answer(request.request_id)

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        self._note("status", action_id, caller)
        return self._answer(action_id)

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        self._note("cancel", action_id, caller)
        return _status(action_id, "FAILED")

    def resume(self, action_id: str, caller: Caller) -> ActionStatus:
        self._note("resume", action_id, caller)
        if not self.can_resume:
            raise ActionError("NotFound", "<h1>Not found</h1>", status=404)
        return _status(action_id, "ACTIVE")

    def release(self, action_id: str, caller: Caller) -> ActionStatus:
        self._note("release", action_id, caller)
        return _status(action_id, "SUCCEEDED")

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def _note(self, operation: str, what: str, caller: Caller) -> None:
        self.calls.append((operation, what))
        self.callers.append(caller)
        self.was_called_in_a_transaction |= connection.in_atomic_block
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def _answer(self, action_id: str) -> ActionStatus:
        answer = self.answers.popleft() if self.answers else "SUCCEEDED"
        if isinstance(answer, ActionError):
            raise answer
        return _status(action_id, answer)


def _status(action_id: str, word: str) -> Any:
    details = {"code": "ConsentRequired", "description": "Say yes."} if word == "INACTIVE" else {"n": 1}
    return {
        "action_id": action_id,
        "status": word,
        "display_status": word,
        "creator_id": "x",
        "details": details,
    }
