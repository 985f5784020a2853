"""Flows over the REST API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group

from library import scopes
from library.models import Flow, FlowVersion
from tests.people import PASS, Api, person, urn
from wire.models import GroupIdentity

pytestmark = pytest.mark.django_db

KEYS = {
    "id", "title", "subtitle", "description", "keywords", "definition", "input_schema",
    "globus_auth_scope", "globus_auth_scopes_by_RunAs", "globus_auth_username", "principal_urn",
    "flow_url", "action_url", "api_version", "types", "synchronous", "log_supported", "created_at",
    "updated_at", "created_by", "flow_owner", "flow_viewers", "flow_starters", "flow_administrators",
    "run_managers", "run_monitors", "user_role", "user_roles", "subscription_id",
    "authentication_policy_id", "is_high_assurance", "visible_to", "runnable_by", "administered_by",
}  # fmt: skip
LISTS = ["flow_viewers", "flow_starters", "flow_administrators", "run_managers", "run_monitors"]


def broken(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", **fields}}}


def test_a_created_flow_has_every_key_and_lists_that_are_never_null():
    flow = Api("alice").flow()
    assert set(flow) == KEYS
    assert all(flow[name] == [] for name in LISTS)
    assert (flow["user_role"], flow["flow_owner"]) == ("flow_owner", urn("alice"))
    assert flow["user_roles"] == ["flow_owner", "flow_administrator", "flow_starter", "flow_viewer"]


def test_the_flow_has_an_identity_and_a_scope_of_its_own():
    flow = Api("alice").flow()
    assert flow["principal_urn"] == f"urn:globus:auth:identity:{flow['id']}"
    underscored = flow["id"].replace("-", "_")
    assert flow["globus_auth_scope"] == f"https://auth.globus.org/scopes/{flow['id']}/flow_{underscored}_user"
    assert flow["flow_url"].endswith(f"/api/flows/{flow['id']}")


def test_timestamps_carry_microseconds_and_an_offset():
    flow = Api("alice").flow()
    assert len(flow["created_at"]) == len("2026-03-01T11:00:00.000000+00:00")
    assert flow["created_at"].endswith("+00:00")


def test_null_counts_as_absent_and_unknown_members_are_ignored():
    flow = Api("alice").flow(subtitle=None, flow_viewers=None, subscription_id=None, color="blue")
    assert (flow["subtitle"], flow["flow_viewers"], flow["subscription_id"]) == ("", [], None)


def test_get_gives_what_create_gave():
    alice = Api("alice")
    flow = alice.flow(keywords=["copy", "nightly"], description="Copies.", flow_viewers=["public"])
    assert alice("GET", f"/flows/{flow['id']}").json() == flow


def test_the_order_of_a_definitions_members_is_kept():
    definition = {"States": {"B": {"End": True, "Type": "Pass"}}, "StartAt": "B", "Comment": "z"}
    alice = Api("alice")
    flow = alice.flow(definition=definition)
    got = alice("GET", f"/flows/{flow['id']}").json()["definition"]
    assert list(got) == ["States", "StartAt", "Comment"]
    assert list(got["States"]["B"]) == ["End", "Type"]


@pytest.mark.parametrize(
    ("definition", "loc"),
    [
        (broken(), ["definition", "States", "A"]),
        (broken(Next="B"), ["definition", "States", "A", "Next"]),
        (broken(End=True, Color=1), ["definition", "States", "A", "Color"]),
        ({"StartAt": "A"}, ["definition"]),
        ([1], ["definition"]),
        ("x", ["definition"]),
    ],
)
def test_a_wrong_definition_is_refused_with_the_place(definition, loc):
    answer = Api("alice")("POST", "/flows", {"title": "x", "definition": definition, "input_schema": {}})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "UNPROCESSABLE_ENTITY")
    assert loc in [item["loc"] for item in error["detail"]]
    assert all(set(item) >= {"loc", "msg", "type"} for item in error["detail"])
    assert "validation error" in error["message"]


def test_a_wrong_input_schema_is_refused_with_the_place():
    body = {"title": "x", "definition": PASS, "input_schema": {"type": "nonsense"}}
    answer = Api("alice")("POST", "/flows", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["detail"][0]["loc"][0] == "input_schema"


def test_warnings_do_not_refuse():
    lonely = {**PASS, "States": {**PASS["States"], "B": {"Type": "Pass", "End": True}}}
    assert Api("alice").flow(definition=lonely)["title"]


@pytest.mark.parametrize(
    ("member", "value", "loc"),
    [
        ("title", "", ["title"]),
        ("title", "x" * 129, ["title"]),
        ("title", 5, ["title"]),
        ("title", "a\nb", ["title"]),
        ("description", "x" * 4097, ["description"]),
        ("keywords", "copy", ["keywords"]),
        ("keywords", ["x" * 1025], ["keywords"]),
        ("flow_viewers", ["carol"], ["flow_viewers", 0]),
        ("flow_viewers", ["all_authenticated_users"], ["flow_viewers", 0]),
        ("flow_starters", ["public"], ["flow_starters", 0]),
        ("flow_administrators", ["public"], ["flow_administrators", 0]),
        ("run_managers", [str(uuid.uuid4())], ["run_managers", 0]),
        ("run_monitors", ["urn:globus:group:id:" + str(uuid.uuid4())], ["run_monitors", 0]),
        ("flow_starters", [7], ["flow_starters", 0]),
        ("flow_starters", {"a": 1}, ["flow_starters"]),
        ("flow_viewers", [f"urn:globus:auth:identity:{uuid.uuid4()}" for _ in range(17)], ["flow_viewers"]),
        ("subscription_id", "x", ["subscription_id"]),
        ("authentication_policy_id", 3, ["authentication_policy_id"]),
    ],
)
def test_wrong_metadata_is_refused_with_the_place(member, value, loc):
    body = {"title": "x", "definition": PASS, "input_schema": {}, member: value}
    answer = Api("alice")("POST", "/flows", body)
    assert (answer.status_code, answer.json()["error"]["detail"][0]["loc"]) == (422, loc)


def test_all_faults_are_reported_together():
    body = {"flow_viewers": ["carol"], "keywords": 1, "definition": broken(), "input_schema": {}}
    found = [item["loc"][0] for item in Api("alice")("POST", "/flows", body).json()["error"]["detail"]]
    assert set(found) == {"title", "flow_viewers", "keywords", "definition"}


def test_nothing_is_stored_of_a_refused_flow():
    Api("alice")("POST", "/flows", {"title": "x", "definition": broken(), "input_schema": {}})
    assert not Flow.objects.exists()


def test_a_provider_that_cannot_be_asked_is_a_scope_conflict():
    state = {"Type": "Action", "ActionUrl": "https://127.0.0.1:9/none", "Parameters": {}, "End": True}
    definition = {"StartAt": "A", "States": {"A": {**state, "ResultPath": "$.A"}}}
    answer = Api("alice")("POST", "/flows", {"title": "x", "definition": definition, "input_schema": {}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "SCOPE_RESOLUTION_FAILED")
    definition["States"]["A"]["ActionScope"] = "urn:scope"
    assert Api("alice").flow(definition=definition)["id"]


def test_many_slow_providers_do_not_hold_a_request_for_ever(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(scopes, "MOST_SECONDS", -1.0)
    monkeypatch.setattr(scopes.registry, "scope_of", asked.append)
    state = {"Type": "Action", "ActionUrl": "https://slow.example/x", "Parameters": {}, "End": True}
    body = {"definition": {"StartAt": "A", "States": {"A": {**state, "ResultPath": "$.A"}}}}
    answer = Api("alice")("POST", "/flows/validate", body)
    assert (answer.status_code, asked) == (409, [])
    assert "Give it as ActionScope" in answer.json()["error"]["detail"]


class TestValidate:
    def test_it_names_the_scopes_by_role_and_counts_the_ways(self):
        state = {"Type": "Action", "ActionUrl": "https://actions.globus.org/hello_world", "Parameters": {}}
        own = {**state, "ActionUrl": "https://a.example/x", "ActionScope": "urn:s", "RunAs": "curator"}
        states = {
            "A": {**state, "ResultPath": "$.A", "Next": "B"},
            "B": {**own, "ResultPath": "$.B", "End": True},
        }
        body = {"definition": {"StartAt": "A", "States": states}}
        answer = Api("alice")("POST", "/flows/validate", body)
        assert answer.status_code == 200
        document = answer.json()
        hello = "https://auth.globus.org/scopes/actions.globus.org/hello_world"
        assert document["scopes"] == {"User": [hello], "Flow": [], "curator": ["urn:s"]}
        assert document["analysis"]["number_of_possibilities"] == 1
        assert not Flow.objects.exists()

    def test_errors_have_the_places_of_create(self):
        answer = Api("alice")("POST", "/flows/validate", {"definition": broken()})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "UNPROCESSABLE_ENTITY")

    @pytest.mark.parametrize(
        ("state", "field"),
        [
            ({"Type": "Pass", "InputPath": "$.foo[0]", "End": True}, "InputPath"),
            ({"Type": "Wait", "SecondsPath": "$.foo[0]", "End": True}, "SecondsPath"),
        ],
    )
    def test_reading_what_cannot_be_there_fails_the_analysis(self, state, field):
        states = {"x": {"Type": "Pass", "Result": {"bar": [0]}, "Next": "y"}, "y": state}
        answer = Api("alice")("POST", "/flows/validate", {"definition": {"StartAt": "x", "States": states}})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "FLOW_VALIDATION_FAILED")
        (item,) = error["detail"]
        assert (item["loc"], item["type"]) == (["definition", "States", "y", field], "InvalidAccessPath")

    def test_without_a_definition_it_says_so(self):
        answer = Api("alice")("POST", "/flows/validate", {})
        assert answer.json()["error"]["detail"][0]["loc"] == ["definition"]


class TestUpdate:
    def test_only_what_is_given_changes(self):
        alice = Api("alice")
        flow = alice.flow(subtitle="before", keywords=["a"])
        answer = alice("PUT", f"/flows/{flow['id']}", {"title": "After"})
        changed = answer.json()
        assert (answer.status_code, changed["title"], changed["subtitle"]) == (200, "After", "before")
        assert changed["keywords"] == ["a"]
        assert changed["updated_at"] > flow["updated_at"]

    def test_lists_are_replaced_and_an_empty_one_clears(self):
        alice = Api("alice")
        flow = alice.flow(flow_viewers=["public"], flow_starters=["all_authenticated_users"])
        changed = alice("PUT", f"/flows/{flow['id']}", {"flow_viewers": []}).json()
        assert (changed["flow_viewers"], changed["flow_starters"]) == ([], ["all_authenticated_users"])

    def test_a_new_definition_is_a_new_version_and_an_equal_one_is_not(self):
        alice = Api("alice")
        flow = alice.flow()
        alice("PUT", f"/flows/{flow['id']}", {"definition": PASS})
        assert FlowVersion.objects.count() == 1
        alice("PUT", f"/flows/{flow['id']}", {"definition": {**PASS, "Comment": "new"}})
        assert [version.number for version in FlowVersion.objects.order_by("number")] == [1, 2]

    def test_what_only_python_takes_for_equal_is_a_new_version(self):
        alice = Api("alice")
        state = {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.r", "End": True}
        flow = alice.flow(definition={"StartAt": "A", "States": {"A": state}})
        for value in (True, 1.0):
            changed = {"StartAt": "A", "States": {"A": {**state, "Result": {"n": value}}}}
            shown = alice("PUT", f"/flows/{flow['id']}", {"definition": changed}).json()["definition"]
            assert repr(shown["States"]["A"]["Result"]["n"]) == repr(value)

    def test_a_wrong_definition_changes_nothing(self):
        alice = Api("alice")
        flow = alice.flow()
        answer = alice("PUT", f"/flows/{flow['id']}", {"title": "After", "definition": broken()})
        assert answer.status_code == 422
        assert alice("GET", f"/flows/{flow['id']}").json() == flow

    def test_an_administrator_takes_the_flow_over_for_themselves_only(self):
        flow = Api("alice").flow(flow_administrators=[urn("bob")])
        bob = Api("bob")
        refused = bob("PUT", f"/flows/{flow['id']}", {"flow_owner": urn("mallory")})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert bob("PUT", f"/flows/{flow['id']}", {"flow_owner": "bob"}).status_code == 422
        taken = bob("PUT", f"/flows/{flow['id']}", {"flow_owner": urn("bob")})
        assert (taken.status_code, taken.json()["flow_owner"]) == (200, urn("bob"))
        assert taken.json()["created_by"] == urn("alice")

    def test_the_default_subscription_is_taken(self):
        alice = Api("alice")
        flow = alice.flow()
        assert alice("PUT", f"/flows/{flow['id']}", {"subscription_id": "DEFAULT"}).status_code == 200


def test_delete_answers_with_the_flow_and_then_it_is_gone():
    alice = Api("alice")
    flow = alice.flow(flow_viewers=["public"])
    answer = alice("DELETE", f"/flows/{flow['id']}")
    document = answer.json()
    assert (answer.status_code, document["DELETED"], document["title"]) == (200, True, flow["title"])
    assert document["deleted_at"].endswith("+00:00")
    assert all(document[name] == [] for name in LISTS)
    assert alice("GET", f"/flows/{flow['id']}").status_code == 404
    assert alice("GET", "/flows").json()["flows"] == []


class TestPrivateParameters:
    SECRET = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Pass",
                "Parameters": {
                    "deep": [
                        {"__Private_Parameters": ["key", "token"], "key.$": "$.k", "token": "t", "open": 1}
                    ],
                    "_private_note": "psst",
                },
                "ResultPath": "$.A",
                "End": True,
            }
        },
    }

    def test_administrators_see_them(self):
        assert Api("alice").flow(definition=self.SECRET)["definition"] == self.SECRET

    def test_nobody_else_does(self):
        flow = Api("alice").flow(definition=self.SECRET, flow_starters=["all_authenticated_users"])
        bob = Api("bob")
        one = bob("GET", f"/flows/{flow['id']}").json()
        listed = bob("GET", "/flows", filter_roles="flow_starter").json()["flows"][0]
        for document in (one, listed):
            parameters = document["definition"]["States"]["A"]["Parameters"]
            assert parameters == {"deep": [{"__Private_Parameters": ["key", "token"], "open": 1}]}


def test_flows_under_a_policy_hide_what_they_do_in_lists():
    alice = Api("alice")
    flow = alice.flow(authentication_policy_id=str(uuid.uuid4()))
    assert flow["is_high_assurance"] is True
    listed = alice("GET", "/flows").json()["flows"][0]
    assert (listed["definition"], listed["input_schema"]) == (None, None)


def test_role_lists_keep_their_order_and_lower_case_ids():
    shouted = f"urn:globus:auth:identity:{str(person('mallory').pk).upper()}"
    flow = Api("alice").flow(flow_viewers=[shouted, urn("bob")])
    assert flow["flow_viewers"] == [urn("mallory"), urn("bob")]


def test_members_of_a_group_have_the_groups_role():
    group = Group.objects.create(name="lab")
    identity = GroupIdentity.objects.create(group=group)
    flow = Api("alice").flow(flow_administrators=[f"urn:globus:groups:id:{identity.pk}"])
    bob = Api("bob")
    assert bob("GET", f"/flows/{flow['id']}").status_code == 404
    person("bob").groups.add(group)
    assert bob("PUT", f"/flows/{flow['id']}", {"title": "Ours"}).status_code == 200
    person("bob").groups.remove(group)
    assert bob("GET", f"/flows/{flow['id']}").status_code == 404
