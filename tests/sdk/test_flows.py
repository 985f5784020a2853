"""Flows by the unmodified globus_sdk."""

from __future__ import annotations

import globus_sdk
import pytest

from tests.people import PASS, urn


def refused(call, *arguments, **more) -> globus_sdk.FlowsAPIError:
    with pytest.raises(globus_sdk.FlowsAPIError) as told:
        call(*arguments, **more)
    return told.value


def test_a_flow_from_its_making_to_its_end(flows):
    alice = flows("alice")
    made = alice.create_flow(
        "Nightly copy",
        PASS,
        {"type": "object"},
        subtitle="Lab to archive",
        keywords=["copy"],
        flow_viewers=["public"],
        flow_starters=["all_authenticated_users"],
        subscription_id=None,
    )
    assert made.http_status == 201
    flow_id = made["id"]
    assert alice.get_flow(flow_id).data == made.data
    changed = alice.update_flow(flow_id, title="Weekly copy", keywords=[])
    assert (changed["title"], changed["keywords"], changed["subtitle"]) == (
        "Weekly copy",
        [],
        "Lab to archive",
    )
    assert alice.delete_flow(flow_id)["DELETED"] is True
    assert refused(alice.get_flow, flow_id).http_status == 404


def test_the_private_flow_of_one_is_a_404_for_the_other(flows):
    alice, bob = flows("alice"), flows("bob")
    flow_id = alice.create_flow("Private", PASS, {})["id"]
    for call in (bob.get_flow, bob.delete_flow, bob.update_flow):
        error = refused(call, flow_id)
        assert (error.http_status, error.code) == (404, "NOT_FOUND")
        assert flow_id in error.messages[0]
    assert list(bob.list_flows()) == []
    assert list(bob.list_flows(filter_roles=["flow_viewer", "flow_starter"])) == []


def test_seen_but_not_changed_by_a_starter(flows):
    flow_id = flows("alice").create_flow("Shared", PASS, {}, flow_starters=[urn("bob")])["id"]
    bob = flows("bob")
    assert bob.get_flow(flow_id)["user_roles"] == ["flow_starter", "flow_viewer"]
    error = refused(bob.update_flow, flow_id, title="Mine")
    assert (error.http_status, error.code) == (403, "FORBIDDEN")


def test_validate_names_scopes_or_places(flows):
    alice = flows("alice")
    told = alice.validate_flow(PASS, {})
    assert told["scopes"] == {"User": [], "Flow": []}
    assert told["analysis"] == {"number_of_possibilities": 1}
    wrong = {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}
    error = refused(alice.validate_flow, wrong)
    assert (error.http_status, error.code) == (422, "UNPROCESSABLE_ENTITY")
    assert error.errors[0].raw["detail"][0]["loc"] == ["definition", "States", "A"]


def test_the_paginated_list_walks_all_pages(flows):
    alice = flows("alice")
    for number in range(23):
        alice.create_flow(f"flow {number:02}", PASS, {})
    pages = list(alice.paginated.list_flows(orderby=("title ASC", "id DESC")))
    assert [len(page["flows"]) for page in pages] == [20, 3]
    titles = [flow["title"] for flow in alice.paginated.list_flows(orderby="title DESC").items()]
    assert titles == [f"flow {number:02}" for number in reversed(range(23))]


def test_filters_as_the_client_spells_them(flows):
    alice = flows("alice")
    alice.create_flow("Nightly copy", PASS, {})
    alice.create_flow("Thumbnails", PASS, {})
    found = alice.list_flows(filter_roles=["flow_owner"], filter_fulltext="thumb", orderby="updated_at DESC")
    assert [flow["title"] for flow in found] == ["Thumbnails"]
    found = alice.list_flows(query_params={"filter_title": "night", "per_page": 1})
    assert [flow["title"] for flow in found] == ["Nightly copy"]


def test_a_dead_token_is_told_as_such(flows, monkeypatch):
    client = flows("alice")
    stranger = globus_sdk.FlowsClient(
        base_url=str(client.base_url), authorizer=globus_sdk.AccessTokenAuthorizer("nonsense")
    )
    error = refused(stranger.list_flows)
    assert (error.http_status, error.code) == (401, "AUTHENTICATION_ERROR")
