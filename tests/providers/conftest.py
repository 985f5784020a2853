"""Callers, collections and calls for the tests of the providers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from providers import registry
from providers.models import Action
from providers.provider import ActionRequest
from providers.transfer.models import Collection, CollectionRole
from providers.transfer.tasks import carry_out
from tests.people import person
from tests.providers.answers import is_as_told
from wire.principals import Caller, caller_of, identity_urn

TRANSFER = "https://transfer.actions.globus.org"
_numbers = itertools.count(1)


@pytest.fixture
def alice(db: None) -> Caller:
    return caller_of(person("alice"))


@pytest.fixture
def bob(db: None) -> Caller:
    return caller_of(person("bob"))


@pytest.fixture
def mallory(db: None) -> Caller:
    return caller_of(person("mallory"))


@pytest.fixture
def collection(tmp_path: Path, db: None) -> Callable[..., Collection]:
    """Make a collection of Alice's over a new folder, with the given files."""

    def make(name: str = "data", files: dict[str, str] | None = None, **roles: str) -> Collection:
        root = tmp_path / name
        root.mkdir()
        for path, text in (files or {}).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        made = Collection.objects.create(display_name=name, root=str(root), owner=person("alice"))
        for username, role in roles.items():
            urn = identity_urn(person(username).pk)
            CollectionRole.objects.create(collection=made, role=role, principal=urn)
        return made

    return make


def run(url: str, caller: Caller, *, request_id: str = "", **body: Any) -> dict[str, Any]:
    """Run an action through the registry; a task is carried out at once."""
    provider = registry.resolve(url)
    request = ActionRequest(request_id or f"request-{next(_numbers)}", body)
    status: Any = provider.run(request, caller)
    if status["status"] == Action.ACTIVE and "transfer" in url:
        carry_out(status["action_id"])
        status = provider.status(status["action_id"], caller)
    assert is_as_told(provider, status)
    return dict(status)


def tree(collection: Collection) -> list[str]:
    """Every path in a collection; folders end in a slash."""
    root = Path(collection.root)
    paths = [(path, str(path.relative_to(root))) for path in root.rglob("*")]
    return sorted(name + ("/" if path.is_dir() else "") for path, name in paths)
