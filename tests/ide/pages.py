"""The editor as one person's browser speaks to it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from library.models import Flow, FlowRole
from library.publish import create_flow
from tests.people import person, urn

PASS = '{\n  "StartAt": "Copy",\n  "States": {"Copy": {"Type": "Pass",   "End": true}}}'
CHANGED = PASS.replace("Copy", "Move")
BROKEN_NEXT = PASS.replace('"States": {', '"States": {"A": {"Type": "Pass", "Next": "Copi"}, ')


class Browser:
    """A signed-in browser (or, with None, a visitor's)."""

    def __init__(self, name: str | None, *, is_csrf_checked: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=is_csrf_checked, raise_request_exception=True)
        if name:
            self.client.force_login(person(name))

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(address, query)

    def ask(self, address: str, body: Any, method: str = "POST", **headers: str) -> Any:
        """Return the response to JSON; `body` may be bytes, sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(method, address, data, content_type="application/json", headers=headers)


def page_of(response: Any) -> dict[str, Any]:
    """Return what an editor page tells its scripts."""
    return dict(response.context["page"])


def flow_of(owner: str, text: str = PASS, **roles: str) -> Flow:
    """Return a flow of `owner`, with roles by name: `flow_viewer="bob"`."""
    lists = {role: [urn(name)] for role, name in roles.items()}
    assert lists.keys() <= set(FlowRole.NAMES)
    return create_flow(person(owner), "Nightly copy", text, "{}", roles=lists)
