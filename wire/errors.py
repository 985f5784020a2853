"""Errors as Globus clients read them: one envelope for all (source: rest-api, Errors)."""

from __future__ import annotations

import sys
import uuid
from typing import Any, Final

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
)
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from flowlang.problems import JSON

RETRY_AFTER_SECONDS: Final = 5


class ApiError(Exception):
    """A client's mistake.

    detail    a sentence, or a list of {"loc", "msg", "type"}; what the envelope's `detail` holds
    message   an optional summary
    """

    status = 400
    code = "BAD_REQUEST"

    def __init__(self, detail: str | list[dict[str, JSON]], message: str | None = None) -> None:
        super().__init__(detail if isinstance(detail, str) else message)
        self.detail, self.message = detail, message


class BadRequest(ApiError, DjangoBadRequest):
    """A query parameter or a body that cannot be read. On pages: Django's own, with the 400 page."""


class PayloadTooLarge(ApiError):
    status, code = 413, "PAYLOAD_TOO_LARGE"


class AuthenticationRequired(ApiError):
    status, code = 401, "AUTHENTICATION_ERROR"


class Forbidden(ApiError, PermissionDenied):
    """Also Django's own exception, so that pages answer with the 403 page."""

    status, code = 403, "FORBIDDEN"


class NotFound(ApiError, Http404):
    """Also Django's own exception, so that pages answer with the 404 page."""

    status, code = 404, "NOT_FOUND"


class StateConflict(ApiError):
    status, code = 409, "STATE_CONFLICT"


class Unprocessable(ApiError):
    status, code = 422, "UNPROCESSABLE_ENTITY"


class FlowInvalid(Unprocessable):
    code = "FLOW_VALIDATION_FAILED"


class FlowInputError(ApiError):
    status, code = 400, "FLOW_INPUT_ERROR"


def envelope(code: str, detail: Any, message: str | None = None) -> dict[str, Any]:
    """Return the error document: {"error": {"code", "detail", "message"?}, "debug_id"}."""
    error = {"code": code, "detail": detail} | ({"message": message} if message else {})
    return {"error": error, "debug_id": str(uuid.uuid4())}


_FRAMEWORK_CODES = {
    400: "BAD_REQUEST",
    401: "AUTHENTICATION_ERROR",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "TOO_MANY_REQUESTS",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the envelope for an ApiError or one of the framework's own errors; None lets a bug propagate."""
    if isinstance(error, ApiError):
        document = envelope(error.code, error.detail, error.message)
        asks = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return Response(document, status=error.status, headers=asks)
    if isinstance(error, Http404):
        return Response(envelope("NOT_FOUND", "Nothing is here."), status=404)
    if isinstance(error, APIException):
        code = _FRAMEWORK_CODES.get(error.status_code, error.default_code.upper())
        wait = getattr(error, "wait", None)
        headers = {"Retry-After": str(int(wait))} if wait else None
        return Response(envelope(code, str(error.detail)), status=error.status_code, headers=headers)
    return None


_REASONS: Final = {
    DisallowedHost: "This site does not answer to the name in the address. Whoever runs it can add it to the "
    "setting ALLOWED_HOSTS.",
    RequestDataTooBig: "It holds more than 1 MB of text. Send less at once, or put a file into a collection.",
    TooManyFieldsSent: "Its form has more than 5,000 fields. Long lists can be given as JSON instead.",
    DataError: "A text in it holds a NUL character, or a number is too large to be stored.",
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 400 page, or the envelope under /api/ and /actions/."""
    known = (reason for kind, reason in _REASONS.items() if isinstance(exception, kind))
    reason = next(known, "This request cannot be understood.")
    if isinstance(exception, ApiError):
        reason = str(exception)
    if request.path.startswith(("/api/", "/actions/")):
        return JsonResponse(envelope("BAD_REQUEST", reason), status=400)
    return render(request, "400.html", {"reason": reason}, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 404 page, or the envelope under /api/ and /actions/."""
    if request.path.startswith(("/api/", "/actions/")):
        return JsonResponse(envelope("NOT_FOUND", f"There is no address {request.path}."), status=404)
    reason = exception if isinstance(exception, ApiError) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 500 page, or the envelope under /api/ and /actions/. The log has the traceback.

    A database that is away is no bug: 503, and when to come again. What it cannot hold is a bad request.
    """
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        return _unavailable(request)
    if isinstance(error, DataError):
        return bad_request(request, error)
    if request.path.startswith(("/api/", "/actions/")):
        return JsonResponse(
            envelope("INTERNAL_ERROR", "Something went wrong here; the log says what."), status=500
        )
    return render(request, "500.html", status=500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(("/api/", "/actions/")):
        detail = "The database does not answer at present. Nothing is lost; send the request again soon."
        answer: HttpResponse = JsonResponse(envelope("SERVICE_UNAVAILABLE", detail), status=503)
    else:
        answer = render(request, "503.html", status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
