"""One whole site for all tests of this folder, and two people on it who know nothing of each other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import globus_sdk
import pytest

from tests.live import LiveSite

CREATE_USER = "from wire.models import User; User.objects.create_user({name!r}, email='{name}@example.org')"


@dataclass
class Person:
    """Somebody who uses the site through the SDK."""

    name: str
    token: str

    @property
    def flows(self) -> globus_sdk.FlowsClient:
        return globus_sdk.FlowsClient(authorizer=globus_sdk.AccessTokenAuthorizer(self.token))

    def flow(self, flow_id: str) -> globus_sdk.SpecificFlowClient:
        return globus_sdk.SpecificFlowClient(flow_id, authorizer=globus_sdk.AccessTokenAuthorizer(self.token))

    def follow(self, run_id: str, seconds: float = 60) -> dict[str, Any]:
        """Return the run's document once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            run = self.flows.get_run(run_id).data
            if run["status"] in ("SUCCEEDED", "FAILED"):
                return run
            time.sleep(0.2)
        raise AssertionError(f"Run {run_id} has not ended after {seconds} s: {run}")

    def codes(self, run_id: str) -> list[str]:
        """Return the codes of all log entries, oldest first."""
        pages = self.flows.paginated.get_run_logs(run_id, limit=100)
        return [entry["code"] for page in pages for entry in page["entries"]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory):
    site = LiveSite(tmp_path_factory.mktemp("site"))
    site.start()
    patch = pytest.MonkeyPatch()
    patch.setenv("GLOBUS_SDK_SERVICE_URL_FLOWS", f"{site.url}/api/")
    yield site
    patch.undo()
    assert site.stop() == 0


def _person(site: LiveSite, name: str) -> Person:
    site.manage("shell", "--no-imports", "-c", CREATE_USER.format(name=name))
    return Person(name, site.manage("create_token", name))


@pytest.fixture(scope="session")
def alice(site: LiveSite) -> Person:
    return _person(site, "alice")


@pytest.fixture(scope="session")
def bob(site: LiveSite) -> Person:
    return _person(site, "bob")


@pytest.fixture(scope="session")
def local_endpoint(site: LiveSite) -> str:
    question = "from providers.compute.models import Endpoint; print(Endpoint.objects.get(name='local').pk)"
    return site.manage("shell", "--no-imports", "-c", question)


@pytest.fixture
def collection(site: LiveSite, alice: Person, tmp_path: Path):
    """Make a folder of Alice's into a collection; return (its id, the folder)."""

    def make(name: str) -> tuple[str, Path]:
        folder = tmp_path / name
        folder.mkdir(mode=0o755)
        return site.manage("add_collection", name, str(folder), "--owner", alice.name), folder

    return make
