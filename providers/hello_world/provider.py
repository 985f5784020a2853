"""hello_world: says hello, at once or after a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from flowlang.problems import JSON
from providers import actions, consents
from providers.models import Action
from providers.own import OwnProvider
from providers.provider import ActionRequest, ActionStatus, Provider
from wire.principals import Caller

_LONGEST_SECONDS = 366 * 24 * 3600


class HelloWorld(OwnProvider):
    """Nothing sleeps: when an action is due follows from when it started, and is looked up at each poll."""

    path = "hello_world"
    title = "Hello World"
    subtitle = "Says hello to a text, at once or after some seconds"
    scope = "https://auth.globus.org/scopes/actions.globus.org/hello_world"
    is_synchronous = False
    input_schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "echo_string": {"type": "string"},
            "sleep_time": {"type": "integer", "maximum": _LONGEST_SECONDS},
            "required_dependent_scope": {"type": "string"},
        },
    }

    details_schema: JSON = {
        "type": "object",
        "additionalProperties": False,
        "required": ["Hello"],
        "properties": {"Hello": {"type": "string"}, "hello": {"type": "string"}},
    }

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private)
        action, _ = actions.start(self.path, request, caller, ended=_outcome(body, caller))
        return actions.document(action)

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller)
        if action.status == Action.ACTIVE:
            action = _settled(action)
        return actions.document(action)

    def go_on(self, action: Action, creator: Caller) -> None:
        status, details = _outcome(actions.body_of(action), creator)
        if status == Action.INACTIVE:
            actions.wait_for_person(action, details)
        elif status == Action.SUCCEEDED:
            actions.finish(action.pk, status, details, is_news=False)
        else:
            actions.describe(action, details)

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller, to_manage=True)
        actions.request_cancel(action)
        told: JSON = {"code": "Cancelled", "description": "The action was cancelled."}
        actions.finish(action.pk, Action.FAILED, told, display_status="CANCELED", is_news=False)
        return self.status(action_id, caller)


def _outcome(body: dict[str, Any], caller: Caller) -> tuple[str, JSON]:
    scope = body.get("required_dependent_scope")
    if scope and not consents.is_given(caller, scope, usually=False):
        return Action.INACTIVE, consents.ConsentNeeded(scope, f"Consent to {scope} is required.").details
    if body.get("sleep_time", 0) > 0:
        return Action.ACTIVE, {"sleep_time": body["sleep_time"]}
    return Action.SUCCEEDED, _greeting(body)


def _settled(action: Action) -> Action:
    body = actions.body_of(action)
    if timezone.now() < action.started_at + timedelta(seconds=body.get("sleep_time", 0)):
        return action
    actions.finish(action.pk, Action.SUCCEEDED, _greeting(body), is_news=False)
    return Action.objects.get(pk=action.pk)


def _greeting(body: dict[str, Any]) -> JSON:
    return {"Hello": "World"} | ({"hello": body["echo_string"]} if "echo_string" in body else {})


PROVIDERS: list[Provider] = [HelloWorld()]
