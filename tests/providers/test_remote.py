"""Providers elsewhere: what their answers mean, and what is never believed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from providers import registry, remote
from providers.provider import ActionError, ActionRequest, Provider
from wire.principals import Caller

CALLER = Caller(urn="urn:globus:auth:identity:a1a1a1a1-0000-4000-8000-000000000001")
DONE = {"action_id": "a/1", "status": "SUCCEEDED", "creator_id": CALLER.urn, "details": {"x": 1}}
REQUEST = ActionRequest("run:1", {"x": 2**70}, label="step Copy")


class Elsewhere(ThreadingHTTPServer):
    """A provider that answers what the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    def says(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append(
            (status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        )


class _Handler(BaseHTTPRequestHandler):
    server: Elsewhere
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), content))
        status, body, headers = self.server.answers.pop(0)
        if body is None:
            self.close_connection = True
            return
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer

    def log_message(self, *args: Any) -> None:
        """Keep the tests' output quiet."""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def provider(elsewhere: Elsewhere, settings) -> Provider:
    settings.ALLOW_HTTP_PROVIDERS = True
    return registry.resolve(f"http://127.0.0.1:{elsewhere.server_port}/echo/")


def test_an_action_is_run_polled_cancelled_and_released(provider: Provider, elsewhere: Elsewhere) -> None:
    for _ in range(4):
        elsewhere.says(202, DONE)
    assert provider.run(REQUEST, CALLER)["details"] == {"x": 1}
    for call in (provider.status, provider.cancel, provider.release):
        assert call("a/1", CALLER)["status"] == "SUCCEEDED"
    asked = [(method, path) for method, path, _, _ in elsewhere.asked]
    assert asked == [
        ("POST", "/echo/run"),
        ("GET", "/echo/a%2F1/status"),
        ("POST", "/echo/a%2F1/cancel"),
        ("POST", "/echo/a%2F1/release"),
    ]
    assert json.loads(elsewhere.asked[0][3]) == {
        "request_id": "run:1",
        "body": {"x": 2**70},
        "label": "step Copy",
    }


def test_a_provider_tells_its_scope(provider: Provider, elsewhere: Elsewhere) -> None:
    elsewhere.says(200, {"globus_auth_scope": "some:scope", "title": "Echo"})
    assert registry.scope_of(provider.path) == "some:scope"
    assert elsewhere.asked[0][:2] == ("GET", "/echo/")


@pytest.mark.parametrize("answer", [{}, {"globus_auth_scope": 5}])
def test_a_provider_without_a_scope_is_an_error(
    provider: Provider, elsewhere: Elsewhere, answer: dict
) -> None:
    elsewhere.says(200, answer)
    with pytest.raises(ActionError):
        registry.scope_of(provider.path)


@pytest.mark.parametrize(
    ("status", "body", "permanent", "code"),
    [
        (400, {"code": "BadActionRequest", "description": "no"}, True, "BadActionRequest"),
        (401, {"code": "UnauthorizedRequest", "description": "no"}, True, "UnauthorizedRequest"),
        (403, b"<html>Forbidden</html>", True, "HTTP_403"),
        (404, b"<html>Not found</html>", True, "HTTP_404"),
        (409, {"code": "ActionConflict", "description": "no"}, True, "ActionConflict"),
        (422, {"code": "RequestValidationError", "description": "no"}, True, "RequestValidationError"),
        (429, b"slow down", False, "HTTP_429"),
        (502, b"", False, "HTTP_502"),
        (503, b"\xff\xfe", False, "HTTP_503"),
        (504, {"code": 5}, False, "HTTP_504"),
        (302, b"", True, "RedirectRefused"),
        (307, b"", True, "RedirectRefused"),
        (200, b"<html>Sign in</html>", True, "BadProviderAnswer"),
        (200, [DONE], True, "BadProviderAnswer"),
        (200, {"status": "SUCCEEDED"}, True, "BadProviderAnswer"),
        (200, DONE | {"status": "DONE"}, True, "BadProviderAnswer"),
        (200, DONE | {"action_id": 7}, True, "BadProviderAnswer"),
        (200, b'{"action_id": "a", "status": "SUCCEEDED", "details": {"x": NaN}}', True, "BadProviderAnswer"),
        (200, b"[" * 100_000, True, "BadProviderAnswer"),
    ],
)
def test_what_an_answer_to_run_means(
    provider: Provider, elsewhere: Elsewhere, status: int, body: Any, permanent: bool, code: str
) -> None:
    elsewhere.says(status, body, Location="http://127.0.0.1:1/x")
    with pytest.raises(ActionError) as caught:
        provider.run(REQUEST, CALLER)
    assert (caught.value.permanent, caught.value.code) == (permanent, code)
    assert len(elsewhere.asked) == 1 and caught.value.description


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (401, {}, False),
        (403, {}, False),
        (404, {}, True),
        (429, {}, False),
        (500, b"<html>oops</html>", False),
        (503, {}, False),
        (200, DONE | {"action_id": "another"}, True),
        (200, DONE | {"status": "DONE"}, True),
    ],
)
def test_what_an_answer_to_a_poll_means(
    provider: Provider, elsewhere: Elsewhere, status: int, body: Any, permanent: bool
) -> None:
    elsewhere.says(status, body)
    with pytest.raises(ActionError) as caught:
        provider.status("a/1", CALLER)
    assert caught.value.permanent is permanent


def test_a_server_error_is_tried_a_few_times(provider: Provider, elsewhere: Elsewhere) -> None:
    elsewhere.says(500, {"code": "ActionProviderError", "description": "oops"})
    elsewhere.says(500, b"oops")
    elsewhere.says(202, DONE)
    assert provider.run(REQUEST, CALLER)["status"] == "SUCCEEDED"
    for _ in range(3):
        elsewhere.says(500, b"oops")
    with pytest.raises(ActionError) as caught:
        provider.run(REQUEST, CALLER)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("86400", 3600),
        (lambda: formatdate(time.time() + 30, usegmt=True), 30),
        (lambda: formatdate(time.time() - 30, usegmt=True), 0),
        ("soon", None),
        ("Thu, 26 Nov 20261126 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_kept(provider: Provider, elsewhere: Elsewhere, told: Any, seconds: Any) -> None:
    elsewhere.says(429, b"", Retry_After=told() if callable(told) else told)
    with pytest.raises(ActionError) as caught:
        provider.run(REQUEST, CALLER)
    assert caught.value.retry_after_seconds == (seconds and pytest.approx(seconds, abs=2))


def test_a_dropped_connection_may_be_tried_again(provider: Provider, elsewhere: Elsewhere) -> None:
    elsewhere.says(200, None)
    with pytest.raises(ActionError) as caught:
        provider.run(REQUEST, CALLER)
    assert not caught.value.permanent


def test_nobody_listening_may_be_tried_again(settings) -> None:
    settings.ALLOW_HTTP_PROVIDERS = True
    with pytest.raises(ActionError) as caught:
        registry.resolve("http://127.0.0.1:9/x").run(REQUEST, CALLER)
    assert not caught.value.permanent


def test_an_endless_answer_is_cut_off(provider: Provider, elsewhere: Elsewhere) -> None:
    elsewhere.says(200, b" " * (remote.LARGEST_ANSWER_BYTES + 1))
    with pytest.raises(ActionError, match="more than"):
        provider.run(REQUEST, CALLER)


def test_details_that_are_no_object_are_left_out(provider: Provider, elsewhere: Elsewhere) -> None:
    elsewhere.says(200, DONE | {"details": [1]})
    elsewhere.says(200, DONE | {"details": "text"})
    assert provider.run(REQUEST, CALLER)["details"] == {}
    assert provider.run(REQUEST, CALLER)["details"] == "text"


def test_only_the_token_given_for_a_provider_is_sent(
    provider: Provider, elsewhere: Elsewhere, settings
) -> None:
    elsewhere.says(200, DONE)
    provider.run(REQUEST, CALLER)
    assert "Authorization" not in elsewhere.asked[0][2]
    settings.PROVIDER_TOKENS = {provider.path: "secret", "https://other.example": "other"}
    elsewhere.says(200, DONE)
    provider.run(REQUEST, CALLER)
    assert elsewhere.asked[1][2]["Authorization"] == "Bearer secret"


def test_proxies_of_the_environment_are_not_used(
    provider: Provider, elsewhere: Elsewhere, monkeypatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    elsewhere.says(200, DONE)
    assert provider.run(REQUEST, CALLER)["status"] == "SUCCEEDED"
