"""Compute: registered Python functions, run by the workers of an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from providers import actions
from providers.compute import access, calls, details, inputs
from providers.compute.inputs import Task
from providers.compute.models import Endpoint, FunctionCall
from providers.models import Action
from providers.own import OwnProvider
from providers.provider import ActionRequest, ActionStatus, Provider
from wire.principals import Caller

_SCOPE: Final = "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/automate2"


class Compute(OwnProvider):
    """What both versions do; they differ in the names of their input."""

    subtitle = "Runs registered Python functions on compute endpoints"
    scope = _SCOPE
    is_synchronous = False
    keywords = ("compute", "function", "python")
    details_schema = details.SCHEMA

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private)
        tasks = self.tasks(body)
        with transaction.atomic():
            action, is_new = actions.start(self.path, request, caller)
            if is_new:
                started = _prepared(action, tasks, caller)
                transaction.on_commit(lambda: calls.hint(*started))
        return self._document(Action.objects.get(pk=action.pk))

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller)
        if action.status == Action.ACTIVE:
            calls.hint_idle(action)
        return self._document(action)

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller, to_manage=True)
        actions.request_cancel(action)
        calls.cancel_idle(action.pk)
        return self._document(Action.objects.get(pk=action.pk))

    def tasks(self, body: Mapping[str, Any]) -> list[Task]:
        """Return the calls that a body asks for. Raises ActionError."""
        raise NotImplementedError

    def _document(self, action: Action) -> ActionStatus:
        document = actions.document(action)
        if action.status == Action.ACTIVE:
            rows = FunctionCall.objects.filter(action=action).order_by("position")
            statuses = list(rows.values_list("status", flat=True))
            document["details"] = details.progress(statuses)
            document["display_status"] = _words(action, statuses)
        return document


class ComputeV2(Compute):
    path = "compute/v2"
    title = "Compute: Run Functions (V2)"
    input_schema = inputs.V2

    def tasks(self, body: Mapping[str, Any]) -> list[Task]:
        return inputs.tasks_of_v2(body)


class ComputeV3(Compute):
    path = "compute/v3"
    title = "Compute: Run Functions (V3)"
    input_schema = inputs.V3

    def tasks(self, body: Mapping[str, Any]) -> list[Task]:
        return inputs.tasks_of_v3(body)


def _prepared(action: Action, tasks: Sequence[Task], caller: Caller) -> list[FunctionCall]:
    """The calls of a new action, stored. Raises ActionError when the caller may not make them."""
    functions = access.functions_by_id(caller, dict.fromkeys(task.function_id for task in tasks))
    endpoints = access.endpoints_by_id(caller, dict.fromkeys(task.endpoint_id for task in tasks))
    rows = [
        FunctionCall(
            action=action,
            position=position,
            function=functions[task.function_id],
            endpoint=endpoints[task.endpoint_id],
            arguments=task.arguments(),
            hinted_at=Now(),
        )
        for position, task in enumerate(tasks)
    ]
    return FunctionCall.objects.bulk_create(rows, batch_size=200)


def _words(action: Action, statuses: Sequence[str]) -> str:
    """Where an active action stands, in at most 64 characters."""
    ended = sum(status in FunctionCall.TERMINAL for status in statuses)
    if FunctionCall.RUNNING not in statuses:
        waiting = Endpoint.objects.filter(
            functioncall__action=action, functioncall__status=FunctionCall.PENDING
        ).distinct()
        away = [endpoint for endpoint in waiting if not endpoint.is_alive(timezone.now())]
        if away:
            return f'No worker answers for endpoint "{away[0].name[:30]}"'
    return f"{ended} of {len(statuses)} calls ended"


PROVIDERS: Final[list[Provider]] = [ComputeV2(), ComputeV3()]
