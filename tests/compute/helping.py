"""Functions, endpoints and calls for the tests of the provider."""

from __future__ import annotations

import itertools
from typing import Any

from pytest_django import DjangoCaptureOnCommitCallbacks

from providers import hints, registry
from providers.compute.models import Endpoint, Function
from providers.provider import ActionRequest
from tests.compute.sources import source
from tests.people import person
from tests.providers.answers import is_as_told
from wire.principals import Caller

V2 = "https://compute.actions.globus.org"
V3 = "https://compute.actions.globus.org/v3"
_numbers = itertools.count(1)


def function(text: str, name: str = "main", owner: str = "alice", *, is_public: bool = False) -> str:
    """Store a function and return its id."""
    made = Function.objects.create(name=name, source=source(text), owner=person(owner), is_public=is_public)
    return str(made.pk)


def endpoint(name: str = "local", owner: str | None = None, *, is_public: bool = True) -> str:
    """Store an endpoint and return its id."""
    made = Endpoint.objects.create(name=name, is_public=is_public, owner=person(owner) if owner else None)
    return str(made.pk)


class Compute:
    """The provider as a run calls it; hinted tasks are carried out at once, or not at all."""

    def __init__(self, capture: DjangoCaptureOnCommitCallbacks) -> None:
        self._capture = capture

    def run(
        self, caller: Caller, body: dict[str, Any], url: str = V2, *, request_id: str = "", idle: bool = False
    ) -> dict[str, Any]:
        """Start an action and return its document. `idle`: no worker is there."""
        request = ActionRequest(request_id or f"request-{next(_numbers)}", body)
        provider = registry.resolve(url)
        if idle:
            return dict(provider.run(request, caller))
        with hints.inline(), self._capture(execute=True):
            started = provider.run(request, caller)
        return self.status(caller, started["action_id"], url)

    def status(self, caller: Caller, action_id: str, url: str = V2, *, idle: bool = True) -> dict[str, Any]:
        if idle:
            provider = registry.resolve(url)
            status = provider.status(action_id, caller)
            assert is_as_told(provider, status)
            return dict(status)
        with hints.inline(), self._capture(execute=True):
            registry.resolve(url).status(action_id, caller)
        return self.status(caller, action_id, url)

    def cancel(self, caller: Caller, action_id: str, url: str = V2) -> dict[str, Any]:
        return dict(registry.resolve(url).cancel(action_id, caller))
