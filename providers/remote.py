"""Providers elsewhere, spoken to over the action provider protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import orjson
import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

from flowlang.problems import JSON
from providers import breaker
from providers.models import Action
from providers.provider import ActionError, ActionRequest, ActionStatus
from wire.principals import Caller

TIMEOUT_SECONDS: Final = 60.0
LARGEST_ANSWER_BYTES: Final = 2 * 1024 * 1024
_CHUNK_BYTES: Final = 65536
_STATUSES: Final = frozenset({Action.ACTIVE, Action.INACTIVE, Action.SUCCEEDED, Action.FAILED})
_PASSING: Final = frozenset({429, 502, 503, 504})
_SERVER_ERROR_TRIES: Final = 3
LONGEST_RETRY_AFTER_SECONDS: Final = 3600.0

# No redirects (a token would follow them), no retries (the engine decides), no proxies from the environment,
# nothing compressed (a small answer could grow without bound).
_pool = urllib3.PoolManager(retries=False, maxsize=8, headers={"Accept-Encoding": "identity"})


class RemoteProvider:
    """The provider at `url`; `url` has no trailing slash."""

    details_schema: JSON = None

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme != "https" and not settings.ALLOW_HTTP_PROVIDERS:
            raise ActionError(
                "ProviderUnknown",
                f"{url} is not an https address. Set ALLOW_HTTP_PROVIDERS to speak to http providers.",
            )
        self.path = url
        self._host = urlsplit(url).netloc

    def introspect(self) -> dict[str, JSON]:
        answer = self._call("GET", "/")
        return cast("dict[str, JSON]", answer)

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        """Start the action. A 500 is the provider's bug: tried a few times, then final."""
        for attempt in range(_SERVER_ERROR_TRIES):
            try:
                return _checked(self._call("POST", "/run", _request_document(request)))
            except ActionError as error:
                if error.status != 500 or attempt == _SERVER_ERROR_TRIES - 1:
                    raise
                time.sleep(0.2 * (attempt + 1))
        raise AssertionError("unreachable")

    def status(self, action_id: str, caller: Caller) -> ActionStatus:
        """Return where the action stands. While polling, only "not found" and nonsense are permanent."""
        try:
            answer = self._call("GET", f"/{quote(action_id, safe='')}/status")
        except ActionError as error:
            error.permanent = error.status == 404
            raise
        return _checked(answer, action_id)

    def cancel(self, action_id: str, caller: Caller) -> ActionStatus:
        return _checked(self._call("POST", f"/{quote(action_id, safe='')}/cancel"), action_id)

    def resume(self, action_id: str, caller: Caller) -> ActionStatus:
        return _checked(self._call("POST", f"/{quote(action_id, safe='')}/resume"), action_id)

    def release(self, action_id: str, caller: Caller) -> ActionStatus:
        return _checked(self._call("POST", f"/{quote(action_id, safe='')}/release"), action_id)

    def _call(self, method: str, path: str, body: JSON = None) -> dict[str, Any]:
        """Return the answer's JSON object. Raises ActionError for everything else."""
        status, headers, content = self._answered(method, path, body)
        if not 200 <= status < 300:
            raise _refusal(self.path, status, headers, content)
        answer = _json(content)
        if not isinstance(answer, dict):
            raise _nonsense(f"{self.path} answered {status} without a JSON object.", is_permanent=True)
        return answer

    def _answered(self, method: str, path: str, body: JSON) -> tuple[int, Mapping[str, str], bytes]:
        """Return what the provider answers; one that does not, or is too busy, is left alone for a while."""
        breaker.admit(self._host, self.path)
        begun = time.monotonic()
        try:
            status, headers, content = self._exchange(method, path, body)
        except HTTPError as error:
            breaker.failed(self._host, time.monotonic() - begun)
            raise ActionError(
                "ProviderUnreachable", f"{self.path} cannot be reached: {error}", permanent=False, status=503
            ) from error
        except ActionError as error:
            if not error.permanent:
                breaker.failed(self._host, time.monotonic() - begun)
            raise
        breaker.answered(self._host)
        if status in _PASSING:
            wished = _retry_after(headers)
            breaker.failed(self.path, time.monotonic() - begun, wished)
        else:
            breaker.answered(self.path)
        return status, headers, content

    def _exchange(self, method: str, path: str, body: JSON) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"} | _authorization(self.path)
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = _pool.request(
            method,
            self.path + path,
            body=None if body is None else json.dumps(body).encode(),
            headers=headers,
            timeout=urllib3.Timeout(connect=10.0, read=TIMEOUT_SECONDS),
            redirect=False,
            preload_content=False,
        )
        try:
            return response.status, response.headers, _content(response, self.path)
        finally:
            response.close()


def _content(response: urllib3.BaseHTTPResponse, url: str) -> bytes:
    """The body, bounded in size and in time: a provider that trickles must not hold a worker for ever."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    content = b""
    while chunk := response.read1(_CHUNK_BYTES, decode_content=False):
        content += chunk
        if len(content) > LARGEST_ANSWER_BYTES:
            raise _nonsense(f"{url} answered more than {LARGEST_ANSWER_BYTES} bytes.", is_permanent=True)
        if time.monotonic() > deadline:
            raise ActionError(
                "ProviderTooSlow", f"{url} took longer than {TIMEOUT_SECONDS:.0f} s.", permanent=False
            )
    return content


def _authorization(url: str) -> dict[str, str]:
    """The token that the site's administrator gave for this provider; never one of our own API's."""
    for prefix, token in getattr(settings, "PROVIDER_TOKENS", {}).items():
        if url == prefix.rstrip("/") or url.startswith(prefix.rstrip("/") + "/"):
            return {"Authorization": f"Bearer {token}"}
    return {}


def _request_document(request: ActionRequest) -> dict[str, JSON]:
    document: dict[str, JSON] = {"request_id": request.request_id, "body": request.body}
    if request.label:
        document["label"] = request.label[:64]
    if request.monitor_by:
        document["monitor_by"] = list(request.monitor_by)
    if request.manage_by:
        document["manage_by"] = list(request.manage_by)
    return document


def _refusal(url: str, status: int, headers: Mapping[str, str], content: bytes) -> ActionError:
    """What an answer other than 2xx means. Providers may answer anything, HTML too: its text is kept."""
    answer = _json(content)
    told = answer if isinstance(answer, dict) else {}
    code = told.get("code") if isinstance(told.get("code"), str) else f"HTTP_{status}"
    text = told.get("description") or content[:2000].decode("utf-8", "replace").strip() or "no explanation"
    if 300 <= status < 400:
        code, text = "RedirectRefused", f"redirects to {headers.get('Location', 'somewhere')}; not followed"
    error = ActionError(
        str(code), f"{url} answered {status}: {text}", permanent=status not in _PASSING, status=status
    )
    error.retry_after_seconds = _retry_after(headers)
    return error


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """How long to leave a provider alone: told in seconds, or as a date, by the provider's own clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_SECONDS)
    until, now = _instant(text), _instant(headers.get("Date", "")) or time.time()
    return None if until is None else min(max(until - now, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _instant(text: str) -> float | None:
    """The Unix time of an HTTP date; None when it is none."""
    parts = parsedate_tz(text)
    try:
        return float(mktime_tz(parts)) if parts else None
    except (ValueError, OverflowError):
        return None


def _checked(answer: dict[str, Any], action_id: str | None = None) -> ActionStatus:
    """Return `answer` if it is a usable status document, of the action that was asked for."""
    found = answer.get("action_id")
    if answer.get("status") not in _STATUSES or not isinstance(found, str) or not found:
        raise _nonsense(
            f"The answer is no action status: action_id {found!r}, status {answer.get('status')!r}.",
            is_permanent=True,
        )
    if action_id is not None and found != action_id:
        raise _nonsense(
            f'Asked about action "{action_id}", the provider told about "{found}".', is_permanent=True
        )
    if not isinstance(answer.get("details"), dict | str):
        answer["details"] = {}
    return cast("ActionStatus", answer)


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _nonsense(description: str, *, is_permanent: bool) -> ActionError:
    return ActionError("BadProviderAnswer", description[:2000], permanent=is_permanent, status=502)
