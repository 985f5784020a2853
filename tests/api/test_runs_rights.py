"""Who may do what with a run: every role of the run and of its flow, over the API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group

from runs import engine
from tests.people import Api, person, urn
from wire.models import GroupIdentity

SECRET = {
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Pass",
            "Parameters": {"key": "s3cret", "__Private_Parameters": ["key"]},
            "ResultPath": "$.a",
            "Next": "B",
        },
        "B": {"Type": "Wait", "Seconds": 3600, "End": True},
    },
}
# role -> how Bob gets it: on the flow, or on the run
ROLES: dict[str, dict[str, str]] = {
    "flow administrator": {"flow": "flow_administrators"},
    "flow run manager": {"flow": "run_managers"},
    "flow run monitor": {"flow": "run_monitors"},
    "flow starter": {"flow": "flow_starters"},
    "flow viewer": {"flow": "flow_viewers"},
    "run manager": {"run": "run_managers"},
    "run monitor": {"run": "run_monitors"},
    "nobody": {},
}
MANAGES = {"flow administrator", "flow run manager", "run manager"}
WATCHES = MANAGES | {"flow run monitor", "run monitor"}

pytestmark = pytest.mark.django_db


def shared_run(role: str) -> dict[str, Any]:
    """A run of Alice's that waits, in which Bob has one role."""
    alice, given = Api("alice"), ROLES[role]
    on_flow = {given["flow"]: [urn("bob")]} if "flow" in given else {}
    on_run = {given["run"]: [urn("bob")]} if "run" in given else {}
    flow = alice.flow(definition=SECRET, **on_flow)
    run = alice("POST", f"/flows/{flow['id']}/run", {"body": {}} | on_run).json()
    engine.work(uuid.UUID(run["run_id"]))
    return dict(run)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_see_a_run(role):
    run, bob = shared_run(role), Api("bob")
    expected = 200 if role in WATCHES else 404
    for path in ("", "/log", "/definition"):
        assert bob("GET", f"/runs/{run['run_id']}{path}").status_code == expected
    listed = [each["run_id"] for each in bob("GET", "/runs").json()["runs"]]
    assert listed == ([run["run_id"]] if role in WATCHES else [])


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_and_end_a_run(role):
    run, bob = shared_run(role), Api("bob")
    allowed = role in MANAGES
    refusal = 403 if role in WATCHES else 404
    path = f"/runs/{run['run_id']}"
    assert bob("PUT", path, {"label": "mine"}).status_code == (200 if allowed else refusal)
    assert bob("POST", f"{path}/release").status_code == (409 if allowed else refusal)
    assert bob("POST", f"{path}/cancel").status_code == (202 if allowed else refusal)
    assert Api("alice")("GET", path).json()["label"] == ("mine" if allowed else None)


@pytest.mark.parametrize("role", ROLES)
def test_only_who_started_a_run_may_resume_it(role):
    run = shared_run(role)
    path = f"/runs/{run['run_id']}/resume"
    assert Api("bob")("POST", path).status_code == (403 if role in WATCHES else 404)
    assert Api("alice")("POST", path).status_code == 200


@pytest.mark.parametrize("role", sorted(WATCHES))
def test_who_sees_who_else_may(role):
    run = shared_run(role)
    Api("alice")("PUT", f"/runs/{run['run_id']}", {"run_monitors": [urn("bob"), urn("carol")]})
    shown = Api("bob")("GET", f"/runs/{run['run_id']}").json()
    assert shown["run_monitors"] == ([urn("bob"), urn("carol")] if role in MANAGES else [])


@pytest.mark.parametrize("role", sorted(WATCHES))
def test_private_parameters_of_the_definition_are_for_administrators(role):
    run = shared_run(role)
    answer = Api("bob")("GET", f"/runs/{run['run_id']}/definition")
    assert (b"s3cret" in answer.content) == (role == "flow administrator")
    assert b"s3cret" in Api("alice")("GET", f"/runs/{run['run_id']}/definition").content


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("flow administrator", 201),
        ("flow starter", 201),
        ("flow viewer", 403),
        ("flow run manager", 403),
        ("flow run monitor", 403),
        ("run manager", 404),
        ("nobody", 404),
    ],
)
def test_who_may_start_a_flow(role, expected):
    run, bob = shared_run(role), Api("bob")
    path = f"/flows/{run['flow_id']}"
    answer = bob("POST", f"{path}/run", {"body": {}})
    assert answer.status_code == expected
    if expected == 403:
        assert answer.json()["error"]["detail"].endswith("Missing permissions: RUN.")
    assert bob("POST", f"{path}/validate_run", {"body": {}}).status_code == (
        200 if expected == 201 else expected
    )


def test_whoever_starts_a_flow_owns_the_run_and_the_flows_owner_manages_it():
    alice, bob = Api("alice"), Api("bob")
    flow = alice.flow(flow_starters=["all_authenticated_users"])
    run = bob("POST", f"/flows/{flow['id']}/run", {"body": {}}).json()
    assert run["run_owner"] == urn("bob")
    shown = alice("GET", f"/runs/{run['run_id']}").json()
    assert shown["user_roles"] == ["flow_run_manager"]
    assert Api("mallory")("GET", f"/runs/{run['run_id']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "owner_sees", "bob_sees"),
    [
        ({"filter_roles": "run_owner"}, True, False),
        ({"filter_roles": "run_monitor"}, False, True),
        ({"filter_roles": "run_monitors"}, False, True),
        ({"filter_roles": "flow_run_manager"}, True, False),
        ({"filter_roles": "run_owner,run_monitor"}, True, True),
        ({"filter_role": "run_monitor"}, True, True),
        ({"filter_role": "run_owner"}, True, False),
    ],
)
def test_runs_are_listed_by_role(query, owner_sees, bob_sees):
    shared_run("run monitor")
    assert bool(Api("alice")("GET", "/runs", **query).json()["runs"]) == owner_sees
    assert bool(Api("bob")("GET", "/runs", **query).json()["runs"]) == bob_sees


@pytest.mark.parametrize("path", ["/runs", "/runs/x", "/runs/x/log", "/web_inputs"])
def test_nobody_comes_in_without_a_token(path):
    answer = Api(None)("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTHENTICATION_ERROR")


def test_a_group_that_manages_a_run_manages_it_for_its_members():
    from_group = f"urn:globus:groups:id:{_group_with('bob')}"
    alice, bob = Api("alice"), Api("bob")
    flow = alice.flow()
    run = alice("POST", f"/flows/{flow['id']}/run", {"body": {}, "run_managers": [from_group]}).json()
    assert bob("PUT", f"/runs/{run['run_id']}", {"label": "ours"}).status_code == 200
    assert Api("carol")("GET", f"/runs/{run['run_id']}").status_code == 404


def _group_with(name: str) -> uuid.UUID:
    group = Group.objects.create(name="curators")
    person(name).groups.add(group)
    return GroupIdentity.objects.create(group=group).pk
