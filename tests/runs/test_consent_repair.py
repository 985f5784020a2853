"""Consents that were taken back: the run waits, says for what, and goes on when its owner agrees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from providers import consents, registry
from providers.provider import ActionRequest
from providers.transfer.access import folders_of
from providers.transfer.models import Collection, CollectionRole
from providers.transfer.tasks import carry_out
from runs import engine
from runs.models import Run
from tests.engine.conftest import codes, fresh, make_due, start
from tests.people import person, urn
from wire.principals import caller_of

pytestmark = pytest.mark.django_db
TRANSFER = "https://transfer.actions.globus.org"


@pytest.fixture
def collection(tmp_path) -> Collection:
    (tmp_path / "a.txt").write_text("a")
    return Collection.objects.create(display_name="Archive", root=str(tmp_path), owner=person("alice"))


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


def listing(collection: Collection, **more: Any) -> Run:
    state = {
        "Type": "Action",
        "ActionUrl": f"{TRANSFER}/ls",
        "Parameters": {"endpoint_id": str(collection.pk), "path": "/"},
        "ResultPath": "$.found",
    }
    run = start(state, {"Type": "Pass", "End": True}, **more)
    engine.work(run.pk)
    return fresh(run)


def take_back(collection: Collection) -> str:
    scope = consents.data_access(collection.pk)
    answer = client("alice").post("/consents/", {"scope": scope, "give": "no"})
    assert answer.status_code == 302
    return scope


def test_a_run_waits_for_the_consent_and_goes_on_with_it(collection):
    scope = take_back(collection)
    run = listing(collection)
    assert (run.status, run.state) == (Run.INACTIVE, "A")
    page = client("alice").get(f"/runs/{run.pk}/").content.decode()
    assert "Needs you: allow access to collection Archive" in page and "Allow and go on" in page
    came_from = f"http://testserver/runs/{run.pk}/?state=A"
    answer = client("alice").post(f"/runs/{run.pk}/allow", {"scope": scope}, headers={"referer": came_from})
    assert answer.headers["Location"] == f"/runs/{run.pk}/?state=A"
    engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    found = json.loads(fresh(run).data)["found"]["details"]["DATA"]
    assert [each["name"] for each in found] == ["a.txt"]
    assert codes(run)[2:4] == ["FlowInactive", "FlowResumed"]
    assert "Needs you" not in client("alice").get(f"/runs/{run.pk}/").content.decode()


def test_resuming_without_the_consent_leaves_the_run_waiting(collection):
    take_back(collection)
    run = listing(collection)
    client("alice").post(f"/runs/{run.pk}/resume")
    engine.work(run.pk)
    make_due(run)
    engine.work(run.pk)
    assert fresh(run).status == Run.INACTIVE


def test_what_was_not_shown_is_not_agreed_to(collection):
    scope = take_back(collection)
    run = listing(collection)
    client("alice").post(f"/runs/{run.pk}/allow", {"scope": "another"})
    assert not consents.is_given(caller_of(person("alice")), scope, usually=True)
    assert fresh(run).resume_requested is False


def test_only_the_owner_of_the_run_can_agree(collection):
    scope = take_back(collection)
    run = listing(collection, managers=[urn("bob")])
    assert "Only alice" in client("bob").get(f"/runs/{run.pk}/").content.decode()
    assert client("bob").post(f"/runs/{run.pk}/allow", {"scope": scope}).status_code == 403
    assert client("mallory").post(f"/runs/{run.pk}/allow", {"scope": scope}).status_code == 404
    assert fresh(run).status == Run.INACTIVE


def test_a_transfer_waits_before_it_moves_anything(collection, tmp_path):
    provider, alice = registry.resolve(f"{TRANSFER}/transfer"), caller_of(person("alice"))
    scope = take_back(collection)
    body = {
        "source_endpoint": str(collection.pk),
        "destination_endpoint": str(collection.pk),
        "DATA": [{"source_path": "/a.txt", "destination_path": "/b.txt"}],
    }
    told = provider.run(ActionRequest("r-1", body), alice)
    assert told["status"] == "INACTIVE" and told["details"]["required_scope"] == scope
    consents.put(person("alice"), scope, is_given=True)
    assert provider.resume(told["action_id"], alice)["status"] == "ACTIVE"
    carry_out(told["action_id"])
    assert provider.status(told["action_id"], alice)["status"] == "SUCCEEDED"
    assert (tmp_path / "b.txt").read_text() == "a"


def test_a_waiting_action_can_be_cancelled(collection):
    take_back(collection)
    alice = caller_of(person("alice"))
    provider = registry.resolve(f"{TRANSFER}/mkdir")
    told = provider.run(ActionRequest("r-2", {"endpoint_id": str(collection.pk), "path": "/new"}), alice)
    assert told["status"] == "INACTIVE"
    assert provider.cancel(told["action_id"], alice)["display_status"] == "CANCELED"


def test_a_folder_is_made_once_the_consent_is_given(collection, tmp_path):
    scope, alice = take_back(collection), caller_of(person("alice"))
    provider = registry.resolve(f"{TRANSFER}/mkdir")
    told = provider.run(ActionRequest("r-3", {"endpoint_id": str(collection.pk), "path": "/new"}), alice)
    assert not (tmp_path / "new").exists()
    consents.put(person("alice"), scope, is_given=True)
    assert provider.resume(told["action_id"], alice)["status"] == "SUCCEEDED"
    assert (tmp_path / "new").is_dir()


def test_functions_no_longer_see_the_folder(collection):
    alice = caller_of(person("alice"))
    assert [root for root, _ in folders_of(alice)] == [collection.root]
    take_back(collection)
    assert folders_of(alice) == []


def test_the_consent_of_one_person_is_not_that_of_another(collection):
    CollectionRole.objects.create(collection=collection, role=CollectionRole.READER, principal=urn("bob"))
    take_back(collection)
    run = listing(collection, owner=person("bob"))
    assert run.status == Run.SUCCEEDED


def test_hello_goes_on_after_the_consent_that_it_asks_for():
    state = {
        "Type": "Action",
        "ActionUrl": "https://actions.globus.org/hello_world",
        "Parameters": {"echo_string": "hi", "required_dependent_scope": "urn:some:scope"},
        "ResultPath": "$.hello",
        "End": True,
    }
    run = start(state)
    engine.work(run.pk)
    assert "Needs you: allow urn:some:scope" in client("alice").get(f"/runs/{run.pk}/").content.decode()
    client("alice").post(f"/runs/{run.pk}/allow", {"scope": "urn:some:scope"})
    engine.work(run.pk)
    assert json.loads(fresh(run).data)["hello"]["details"]["hello"] == "hi"


@pytest.mark.parametrize(
    "typed", [{}, {"scope": "nothing", "give": "no"}, {"scope": "x" * 900, "give": "yes"}]
)
def test_a_scope_that_is_not_on_the_page_is_refused(typed):
    assert client("alice").post("/consents/", typed).status_code == 400
