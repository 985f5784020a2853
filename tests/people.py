"""The people of the access tests: Alice owns, Bob has a role, Mallory has none."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.test import Client

from wire.auth import issue_token
from wire.models import User
from wire.principals import identity_urn

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def person(name: str) -> User:
    """Return a user who signs in by nothing."""
    user, _ = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
    return user


def urn(name: str) -> str:
    return identity_urn(person(name).pk)


def cookie_of(name: str) -> bytes:
    """Sign somebody in and return the cookie header."""
    client = Client()
    client.force_login(person(name))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}".encode()


class Api:
    """The REST API as one person speaks to it."""

    def __init__(self, name: str | None) -> None:
        token = issue_token(person(name)) if name else ""
        headers = {"authorization": f"Bearer {token}"} if name else {}
        self._client = Client(headers=headers, raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return Django's test response; `body` is JSON, or bytes sent as they are."""
        kind = "application/json" if body is not None else ""
        return self._client.generic(
            method, f"/api{path}", _encoded(body), content_type=kind, query_params=query or None
        )

    def flow(self, **more: Any) -> dict[str, Any]:
        """Make a flow and return its document."""
        body = {"title": "Nightly copy", "definition": PASS, "input_schema": {}} | more
        answer = self("POST", "/flows", body)
        assert answer.status_code == 201, answer.content
        return dict(answer.json())


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
