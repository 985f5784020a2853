"""What our own providers share: they describe themselves, read their input, and keep their actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft7Validator, FormatChecker, ValidationError

from flowlang.problems import JSON
from providers import actions
from providers.consents import ConsentNeeded
from providers.models import Action
from providers.provider import ActionError, ActionRequest, ActionStatus
from wire.principals import ALL_AUTHENTICATED, PUBLIC, Caller

MOST_PROBLEMS: Final = 10
_FORMATS: Final = FormatChecker(formats=["uuid"])
TRANSFER_SCOPE: Final = "urn:globus:auth:scope:transfer.api.globus.org:all"


class ActionFailure(Exception):
    """The action was tried and failed. `details` is what its status document then says."""

    def __init__(self, code: str, description: str, **more: JSON) -> None:
        super().__init__(f"{code}: {description}")
        self.details: dict[str, JSON] = {"code": code, "description": description, "message": description}
        self.details |= more


class OwnProvider:
    """A provider's description, and the operations that are alike for all.

    old_names    input names that definitions of earlier years use, with what they are called now
    stores_text  whether texts of the input are stored as they are: not every database keeps the character NUL
    """

    path: str
    title: str
    subtitle: str
    scope: str
    is_synchronous: bool = True
    input_schema: dict[str, Any]
    old_names: Mapping[str, str] = {}
    keywords: tuple[str, ...] = ()
    details_schema: JSON = None
    stores_text: bool = False
    forget: frozenset[str] = frozenset()  # members of the body that are never stored (credentials)

    def introspect(self) -> dict[str, JSON]:
        return {
            "types": ["ACTION"],
            "api_version": "1.0",
            "globus_auth_scope": self.scope,
            "title": self.title,
            "subtitle": self.subtitle,
            "description": None,
            "keywords": list(self.keywords),
            "visible_to": [PUBLIC],
            "runnable_by": [ALL_AUTHENTICATED],
            "administered_by": [],
            "admin_contact": "",
            "synchronous": self.is_synchronous,
            "log_supported": False,
            "maximum_deadline": "P30D",
            "event_types": None,
            "input_schema": _with_old_names(self.input_schema, self.old_names),
        }

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        return actions.document(actions.find(action_id, self.path, caller))

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller, to_manage=True)
        actions.request_cancel(action)
        if action.status == Action.INACTIVE:  # nobody carries it out, so nobody would see the wish
            _end_cancelled(action)
        return self.status(action_id, caller)

    def resume(self, action_id: str, caller: Caller) -> ActionStatus:
        action = actions.find(action_id, self.path, caller, to_manage=True)
        if actions.reopen(action):
            self.go_on(action, actions.creator_of(action))
        return self.status(action_id, caller)

    def go_on(self, action: Action, creator: Caller) -> None:
        """Do what an action waited for a person with, now that they have done something."""

    def release(self, action_id: str, caller: Caller) -> ActionStatus:
        return actions.release(actions.find(action_id, self.path, caller, to_manage=True))

    def read(self, told: Mapping[str, JSON], private: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return a request's body by today's names. Raises ActionError (422) naming every wrong field.

        private  members whose values are not repeated in messages
        """
        body: dict[str, Any] = {}
        for name, value in told.items():
            if value is not None or name in self.input_schema.get("required", ()):
                body.setdefault(self.old_names.get(name, name), value)
        problems = list(Draft7Validator(self.input_schema, format_checker=_FORMATS).iter_errors(body))
        if problems:
            sentences = [_sentence(problem, private) for problem in problems[:MOST_PROBLEMS]]
            raise ActionError("RequestValidationError", "; ".join(sentences), status=422)
        if self.stores_text and "\\u0000" in actions.to_text(body).replace("\\\\", ""):
            said = "The input holds a NUL character, which cannot be kept. Leave it out."
            raise ActionError("RequestValidationError", said, status=422)
        return body


class PromptProvider(OwnProvider):
    """A provider whose actions end within the call, unless whoever is at it dies, or a person is needed."""

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        """Return where the action stands, after doing what a worker that died has left: nobody else would."""
        action = actions.find(action_id, self.path, caller)
        if action.status == Action.ACTIVE:
            self.go_on(action, actions.creator_of(action))
        return super().status(action_id, caller)


class AnsweringProvider(PromptProvider):
    """A provider that changes nothing: the answer is worked out first, then kept, in one write."""

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private | self.forget)
        status = Action.SUCCEEDED
        try:
            details = self.answer(body, caller)
        except ActionFailure as failure:
            status, details = Action.FAILED, failure.details
        except ConsentNeeded as need:
            status, details = Action.INACTIVE, need.details
        action, _ = actions.start(self.path, request, caller, ended=(status, details))
        return actions.document(action)

    def go_on(self, action: Action, creator: Caller) -> None:
        status = Action.SUCCEEDED
        try:
            details = self.answer(self.read(actions.body_of(action)), creator)
        except ActionFailure as failure:
            status, details = Action.FAILED, failure.details
        except ActionError as error:
            status, details = Action.FAILED, ActionFailure(error.code, error.description).details
        except ConsentNeeded as need:
            actions.wait_for_person(action, need.details)
            return
        actions.finish(action.pk, status, details, is_news=False)

    def answer(self, body: dict[str, Any], caller: Caller) -> JSON:
        """Return the action's details. Raises ActionFailure or ActionError."""
        raise NotImplementedError


class ActingProvider(PromptProvider):
    """A provider that does one short thing within the call; a lease keeps two calls from doing it twice."""

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private | self.forget)
        started, _ = actions.start(self.path, request, caller, forget=self.forget)
        claimed = actions.claim(started.pk)
        if claimed is not None:
            self._begin(claimed, body, caller)
        return actions.document(Action.objects.get(pk=started.pk))

    def _begin(self, action: Action, body: dict[str, Any], caller: Caller) -> None:
        try:
            self._perform(action, body, caller)
        except ActionError as error:
            actions.withdraw(action, is_final=error.permanent)
            raise

    def _perform(self, action: Action, body: dict[str, Any], caller: Caller) -> None:
        status = Action.SUCCEEDED
        try:
            details = self.act(action, body, caller)
        except ActionFailure as failure:
            status, details = Action.FAILED, failure.details
        except ConsentNeeded as need:
            actions.wait_for_person(action, need.details)
            return
        actions.finish(action.pk, status, details, action.lease_token, is_news=False)

    def go_on(self, action: Action, creator: Caller) -> None:
        """Do what is still to be done. Its caller has the action's id: it ends, and is not taken back."""
        claimed = actions.claim(action.pk)
        if claimed is None:
            return
        if claimed.cancel_requested:
            _end_cancelled(claimed)
            return
        try:
            self._perform(claimed, self.read(actions.body_of(claimed)), creator)
        except ActionError as error:
            if not error.permanent:
                actions.let_go(claimed.pk, claimed.lease_token)
                raise
            details = ActionFailure(error.code, error.description).details
            actions.finish(claimed.pk, Action.FAILED, details, claimed.lease_token, is_news=False)

    def act(self, action: Action, body: dict[str, Any], caller: Caller) -> JSON:
        """Do it, and return the action's details. Raises ActionFailure or ActionError."""
        raise NotImplementedError


def _end_cancelled(action: Action) -> None:
    details = ActionFailure("Cancelled", "The action was cancelled.").details
    actions.finish(action.pk, Action.FAILED, details, display_status="CANCELED", is_news=False)


def _with_old_names(schema: dict[str, Any], old_names: Mapping[str, str]) -> dict[str, Any]:
    """The schema as it is published: it allows the old names too."""
    if not old_names:
        return schema
    old = {name: {"deprecated": True, "description": f"Now {new}."} for name, new in old_names.items()}
    names = {
        new: [new, *(name for name in old_names if old_names[name] == new)] for new in schema["required"]
    }
    return schema | {
        "properties": schema["properties"] | old,
        "required": [new for new, spellings in names.items() if len(spellings) == 1],
        "allOf": [
            {"anyOf": [{"required": [spelling]} for spelling in spellings]}
            for spellings in names.values()
            if len(spellings) > 1
        ],
    }


def _sentence(problem: ValidationError, private: frozenset[str]) -> str:
    """One wrong field. The message would show the value; a private one is not repeated."""
    place = problem.json_path
    is_private = bool(problem.absolute_path) and str(problem.absolute_path[0]) in private
    message = "Input failed schema validation" if is_private else problem.message[:300]
    return f"Field '{place}' (category: '{problem.validator}'): {message}"
