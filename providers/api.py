"""The action provider protocol over HTTP, for our own providers (source: action-providers, 2 and 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flowlang.problems import JSON
from providers import actions
from providers.models import Action
from providers.provider import ActionError, ActionRequest, Provider
from providers.registry import built_in
from wire.errors import ApiError
from wire.models import User
from wire.principals import Caller, caller_of, is_urn

_NAMES: Final = {
    400: "BadActionRequest",
    401: "UnauthorizedRequest",
    403: "ForbiddenRequest",
    404: "ActionNotFound",
    405: "MethodNotAllowed",
    413: "RequestTooLarge",
    415: "UnsupportedMediaType",
}
_STATUSES: Final = frozenset({Action.ACTIVE, Action.INACTIVE, Action.SUCCEEDED, Action.FAILED})
_ROLES: Final = frozenset({"creator_id", "monitor_by", "manage_by"})


class ActionRenderer(BaseRenderer):
    """Action details may hold any JSON, also numbers that the site's usual, faster renderer refuses."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else json.dumps(data).encode()


def error_document(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return {"code", "description"}; None lets a bug propagate."""
    if isinstance(error, ActionError):
        return _refused(error.status, error.code, error.description)
    if isinstance(error, ApiError):
        return _refused(error.status, _NAMES.get(error.status, error.code), str(error))
    if isinstance(error, Http404):
        return _refused(404, "ActionNotFound", "Nothing is here.")
    if isinstance(error, APIException):
        return _refused(error.status_code, _NAMES.get(error.status_code, "RequestError"), str(error.detail))
    return None


def _refused(status: int, code: str, description: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response({"code": code, "description": description}, status=status, headers=headers)


class ActionView(APIView):
    """What the views of one provider have in common; `path` comes from the address."""

    renderer_classes = [ActionRenderer]

    def get_exception_handler(self) -> Any:
        return error_document

    @property
    def provider(self) -> Provider:
        return built_in()[self.kwargs["path"]]

    @property
    def caller(self) -> Caller:
        return caller_of(cast("User", self.request.user))


class IntrospectView(ActionView):
    """Everybody may ask what a provider is: all of ours are visible to "public"."""

    authentication_classes = []
    permission_classes = []

    def get(self, request: Request, path: str) -> Response:
        return Response(self.provider.introspect(), headers={"Access-Control-Allow-Origin": "*"})


class RunView(ActionView):
    def post(self, request: Request, path: str) -> Response:
        wanted = read_request(request.data)
        is_repeat = actions.is_repeat(path, wanted.request_id, self.caller)
        return Response(self.provider.run(wanted, self.caller), status=200 if is_repeat else 202)


class ActionsView(RunView):
    """The resource-style twin of run, and the list of one's own actions."""

    def get(self, request: Request, path: str) -> Response:
        statuses = _chosen(request, "status", "active", {name.lower(): name for name in _STATUSES})
        roles = _chosen(request, "roles", "creator_id", {name: name for name in _ROLES})
        found = actions.visible(path, self.caller, roles, statuses)
        return Response([actions.document(action) for action in found])


class StatusView(ActionView):
    def get(self, request: Request, path: str, action_id: str) -> Response:
        return Response(self.provider.status(action_id, self.caller))


class ActionDetailView(StatusView):
    """The resource-style twin of status and release."""

    def delete(self, request: Request, path: str, action_id: str) -> Response:
        return Response(self.provider.release(action_id, self.caller))


class CancelView(ActionView):
    def post(self, request: Request, path: str, action_id: str) -> Response:
        return Response(self.provider.cancel(action_id, self.caller))


class ReleaseView(ActionView):
    def post(self, request: Request, path: str, action_id: str) -> Response:
        return Response(self.provider.release(action_id, self.caller))


@csrf_exempt
def nowhere(request: HttpRequest) -> JsonResponse:
    """Any other address, and the operations that none of our providers has (resume, log)."""
    offered = ", ".join(sorted(built_in()))
    text = f"There is no address {request.path}. Providers here: {offered}."
    return JsonResponse({"code": "ActionNotFound", "description": text}, status=404)


def read_request(document: JSON) -> ActionRequest:
    """Return the action request that a body holds. Raises ActionError (422) naming every wrong field.

    Members that the protocol does not know are ignored, as the toolkit does.
    """
    told = document if isinstance(document, dict) else {}
    wrong = [sentence for sentence in _problems(told) if sentence]
    if wrong:
        raise ActionError("RequestValidationError", "; ".join(wrong), status=422)
    body: Any = told["body"]
    return ActionRequest(
        request_id=str(told["request_id"]),
        body=body,
        label=str(told["label"]) if told.get("label") else None,
        monitor_by=_urns(told.get("monitor_by")),
        manage_by=_urns(told.get("manage_by")),
    )


def _problems(told: dict[str, JSON]) -> list[str]:
    request_id, label = told.get("request_id"), told.get("label")
    is_id = isinstance(request_id, str) and 0 < len(request_id) <= actions.LONGEST_REQUEST_ID
    is_label = label is None or (isinstance(label, str) and 0 < len(label) <= 64)
    return [
        "" if is_id else f"Field '$.request_id': give a text of 1 to {actions.LONGEST_REQUEST_ID} characters",
        "" if isinstance(told.get("body"), dict) else "Field '$.body': give an object",
        "" if is_label else "Field '$.label': give a text of 1 to 64 characters",
        *("" if _is_urns(told.get(name)) else f"Field '$.{name}': give a list of URNs" for name in _LISTS),
    ]


_LISTS: Final = ("monitor_by", "manage_by")


def _is_urns(value: JSON) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(urn, str) and is_urn(urn) for urn in value)


def _urns(value: JSON) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(urn) for urn in value)) if isinstance(value, list) else ()


def _chosen(request: Request, name: str, default: str, names: dict[str, str]) -> frozenset[str]:
    """The values of a comma list parameter, in any case. Raises ActionError (400)."""
    values = [value.strip().lower() for value in request.query_params.get(name, default).split(",")]
    unknown = [value for value in values if value not in names]
    if unknown:
        raise ActionError(
            "BadActionRequest", f'{name}: "{unknown[0][:40]}" is not one of {", ".join(names)}.'
        )
    return frozenset(names[value] for value in values)
