"""globus_sdk clients against a live server, as several people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import globus_sdk
import pytest

from tests.people import person
from wire.auth import issue_token

Authorizer = globus_sdk.AccessTokenAuthorizer


@pytest.fixture
def authorizer(transactional_db, live_server, monkeypatch) -> Callable[[str], Authorizer]:
    """Return a way to speak as somebody; the clients are pointed here as the documentation says."""
    monkeypatch.setenv("GLOBUS_SDK_SERVICE_URL_FLOWS", f"{live_server.url}/api/")
    return lambda name: Authorizer(issue_token(person(name)))


@pytest.fixture
def flows(authorizer) -> Iterator[Callable[[str], globus_sdk.FlowsClient]]:
    """Give a way to get somebody's FlowsClient. Their connections end with the test."""
    with ExitStack() as clients:
        yield lambda name: clients.enter_context(globus_sdk.FlowsClient(authorizer=authorizer(name)))
