"""Who may do what with a flow: every role with every verb."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from library import access
from library.models import Flow
from tests.people import Api, person, urn
from wire.errors import Forbidden, NotFound
from wire.models import ApiToken

pytestmark = pytest.mark.django_db

# role: see, see role lists, start, change, delete
MATRIX = {
    "owner": (200, True, True, 200, 200),
    "flow_administrators": (200, True, True, 200, 200),
    "flow_starters": (200, False, True, 403, 403),
    "flow_viewers": (200, False, False, 403, 403),
    "run_managers": (200, False, False, 403, 403),
    "run_monitors": (200, False, False, 403, 403),
    "none": (404, False, False, 404, 404),
}


@pytest.fixture(params=MATRIX)
def case(request):
    """A flow, who speaks, and what they may do."""
    role = request.param
    shared = {role: [urn("bob")]} if role not in ("owner", "none") else {}
    flow = (
        Api("alice").flow(run_monitors=[urn("carol")], **shared)
        if role != "run_monitors"
        else Api("alice").flow(**shared)
    )
    speaker = "alice" if role == "owner" else "bob"
    return flow, speaker, MATRIX[role]


def test_seeing_and_the_role_lists(case):
    flow, speaker, (status, sees_lists, *_) = case
    answer = Api(speaker)("GET", f"/flows/{flow['id']}")
    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["run_monitors"] != []) is sees_lists
        assert answer.json()["flow_owner"] == urn("alice")


def test_starting(case):
    flow, speaker, (status, _, starts, *_) = case
    allowed = access.startable_by(person(speaker)).filter(pk=flow["id"]).exists()
    assert allowed is starts
    if starts:
        assert access.flow_for(person(speaker), flow["id"], "flow_starter").pk
    else:
        refusal = Forbidden if status == 200 else NotFound
        with pytest.raises(refusal) as refused:
            access.flow_for(person(speaker), flow["id"], "flow_starter")
        assert status == 404 or refused.value.detail.endswith("Missing permissions: RUN.")


def test_changing(case):
    flow, speaker, (*_, changes, _) = case
    answer = Api(speaker)("PUT", f"/flows/{flow['id']}", {"title": "Changed"})
    assert answer.status_code == changes
    changed = Flow.objects.get(pk=flow["id"]).title == "Changed"
    assert changed is (changes == 200)


def test_deleting(case):
    flow, speaker, (*_, deletes) = case
    answer = Api(speaker)("DELETE", f"/flows/{flow['id']}")
    assert answer.status_code == deletes
    assert (Flow.objects.get(pk=flow["id"]).deleted_at is not None) is (deletes == 200)


@pytest.mark.parametrize(
    ("list_name", "shown"),
    [
        ("flow_viewers", ("flow_viewer", ["flow_viewer"])),
        ("flow_starters", ("flow_starter", ["flow_starter", "flow_viewer"])),
        (
            "flow_administrators",
            ("flow_administrator", ["flow_administrator", "flow_starter", "flow_viewer"]),
        ),
        ("run_managers", ("run_manager", ["flow_run_manager"])),
        ("run_monitors", ("run_monitor", ["flow_run_monitor"])),
    ],
)
def test_a_caller_is_told_their_roles(list_name, shown):
    flow = Api("alice").flow(**{list_name: [urn("bob")]})
    document = Api("bob")("GET", f"/flows/{flow['id']}").json()
    assert (document["user_role"], document["user_roles"]) == shown


def test_administrators_manage_the_runs_without_being_named_for_it():
    flow = Flow.objects.get(pk=Api("alice").flow(flow_administrators=[urn("bob")])["id"])
    for name in ("alice", "bob"):
        assert {"run_manager", "run_monitor"} <= access.roles_of(person(name), flow)


def test_everybody_sees_a_public_flow_and_only_people_signed_in_start_one_for_all():
    flow = Api("alice").flow(flow_viewers=["public"])
    visitor = AnonymousUser()
    assert [seen.pk for seen in access.visible_to(visitor)] == [Flow.objects.get(pk=flow["id"]).pk]
    started = Api("alice").flow(flow_starters=["all_authenticated_users"])
    assert not access.visible_to(visitor).filter(pk=started["id"]).exists()
    assert access.startable_by(person("bob")).filter(pk=started["id"]).exists()


def test_site_administrators_get_no_flow_that_is_not_shared_with_them():
    root = person("root")
    root.is_superuser = True
    root.save()
    flow = Api("alice").flow()
    assert Api("root")("GET", f"/flows/{flow['id']}").status_code == 404


@pytest.mark.parametrize("flow_id", ["nonsense", "00000000-0000-4000-8000-000000000000", "..%2f", "%00"])
def test_an_unknown_flow_looks_like_a_hidden_one(flow_id):
    hidden = Api("alice").flow()["id"]
    answers = [Api("mallory")("GET", f"/flows/{one}") for one in (flow_id, hidden)]
    errors = [answer.json()["error"] for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {error["code"] for error in errors} == {"NOT_FOUND"}


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic YTpi"}]
)
def test_without_a_valid_token_nothing_is_answered(client, headers):
    answer = client.get("/api/flows", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTHENTICATION_ERROR")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_and_a_disabled_user_are_refused():
    alice, bob = Api("alice"), Api("bob")
    ApiToken.objects.filter(user=person("alice")).update(revoked_at="2026-01-01T00:00:00+00:00")
    user = person("bob")
    user.is_active = False
    user.save()
    answers: list[Any] = [alice("GET", "/flows"), bob("GET", "/flows")]
    assert [answer.status_code for answer in answers] == [401, 401]
