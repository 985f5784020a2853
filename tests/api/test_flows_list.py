"""`GET /flows`: filters, orders, pages."""

from __future__ import annotations

from typing import Any

import pytest

from library.models import Flow
from tests.people import Api, urn

pytestmark = pytest.mark.django_db


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [flow["title"] for flow in answer.json()["flows"]]


def test_an_empty_list_is_a_whole_document():
    document = Api("alice")("GET", "/flows").json()
    assert document == {"flows": [], "limit": 20, "has_next_page": False, "marker": None}


def test_without_a_role_filter_only_what_is_personally_mine_is_listed():
    alice = Api("alice")
    alice.flow(title="shared by name", flow_viewers=[urn("bob")])
    alice.flow(title="open to all", flow_viewers=["public"], flow_starters=["all_authenticated_users"])
    alice.flow(title="private")
    bob = Api("bob")
    bob.flow(title="own")
    assert set(titles(bob("GET", "/flows"))) == {"shared by name", "own"}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("flow_viewer", {"viewed", "public", "started", "administered", "owned"}),
        ("flow_viewers", {"viewed", "public", "started", "administered", "owned"}),
        ("flow_starter", {"started", "administered", "owned"}),
        ("flow_administrator", {"administered", "owned"}),
        ("flow_owner", {"owned"}),
        ("run_manager", {"managed"}),
        ("run_monitor,flow_owner", {"monitored", "owned"}),
        ("", {"viewed", "started", "administered", "owned", "managed", "monitored"}),
    ],
)
def test_roles_filter_with_what_they_imply(roles, expected):
    alice, bob = Api("alice"), Api("bob")
    for title, name in [
        ("viewed", "flow_viewers"),
        ("started", "flow_starters"),
        ("administered", "flow_administrators"),
        ("managed", "run_managers"),
        ("monitored", "run_monitors"),
    ]:
        alice.flow(title=title, **{name: [urn("bob")]})
    alice.flow(title="public", flow_viewers=["public"])
    alice.flow(title="private")
    bob.flow(title="owned")
    assert set(titles(bob("GET", "/flows", filter_roles=roles))) == expected


def test_unlisted_and_deleted_flows_are_not_listed():
    alice = Api("alice")
    hidden = alice.flow(title="made for one run")
    Flow.objects.filter(pk=hidden["id"]).update(is_listed=False)
    gone = alice.flow(title="gone")
    alice("DELETE", f"/flows/{gone['id']}")
    assert titles(alice("GET", "/flows")) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter_fulltext": "NIGHT"}, {"Nightly"}),
        ({"filter_fulltext": ["night", "thumb"]}, {"Nightly", "Weekly"}),
        ({"filter_title": "ly"}, {"Nightly", "Weekly"}),
        ({"filter_subtitle": "archive"}, {"Nightly"}),
        ({"filter_description": "thumb"}, {"Weekly"}),
        ({"filter_keywords": "copy"}, {"Nightly"}),
        ({"filter_title": "night", "filter_description": "thumb"}, set()),
        ({"filter_scope_string": "auth.globus.org"}, {"Nightly", "Weekly"}),
        ({"filter_fulltext": ""}, {"Nightly", "Weekly"}),
        ({"filter_fulltext": "100%"}, set()),
    ],
)
def test_text_filters(query, expected):
    alice = Api("alice")
    alice.flow(title="Nightly", subtitle="Lab to archive", keywords=["copy"])
    alice.flow(title="Weekly", description="Makes thumbnails.")
    assert set(titles(alice("GET", "/flows", **query))) == expected


def test_a_flow_is_found_by_its_id_its_scope_and_its_owner():
    alice = Api("alice")
    flow = alice.flow()
    Api("bob").flow(title="other", flow_viewers=[urn("alice")])
    assert titles(alice("GET", "/flows", filter_fulltext=flow["id"])) == [flow["title"]]
    assert titles(alice("GET", "/flows", filter_scope_string=flow["globus_auth_scope"])) == [flow["title"]]
    assert titles(alice("GET", "/flows", filter_fulltext=urn("alice"))) == [flow["title"]]


def test_a_search_does_not_tell_who_administers_others_flows():
    alice = Api("alice")
    alice.flow(title="secret team", flow_viewers=[urn("bob")], flow_administrators=[urn("mallory")])
    assert titles(Api("bob")("GET", "/flows", filter_fulltext=urn("mallory"))) == []
    assert titles(alice("GET", "/flows", filter_fulltext=urn("mallory"))) == ["secret team"]


@pytest.mark.parametrize(
    ("orderby", "expected"),
    [
        ("title ASC", ["a", "b", "c"]),
        ("title DESC", ["c", "b", "a"]),
        ("created_at ASC", ["b", "c", "a"]),
        ("updated_at DESC", ["a", "c", "b"]),
        ("flow_owners ASC,title DESC", ["c", "b", "a"]),
        (["flow_owner ASC", "title ASC"], ["a", "b", "c"]),
        ("", ["a", "c", "b"]),
    ],
)
def test_orders(orderby, expected):
    alice = Api("alice")
    for title in ("b", "c", "a"):
        alice.flow(title=title)
    assert titles(alice("GET", "/flows", orderby=orderby)) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"orderby": "owner__password ASC"},
        {"orderby": "title"},
        {"orderby": "title asc"},
        {"filter_roles": "emperor"},
        {"filter_title": ["a"] * 1_500},
        {"per_page": "0"},
        {"per_page": "1000000000"},
        {"per_page": "-1"},
        {"per_page": "ten"},
        {"page": "0"},
        {"marker": "x"},
        {"marker": "eyJhIjoxfQ:1abc:def"},
    ],
)
def test_a_bad_query_is_a_clear_400(query):
    answer = Api("alice")("GET", "/flows", **query)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "BAD_REQUEST")
    assert next(iter(query)) in error["detail"]


class TestPages:
    def all_pages(self, api: Api, **query: Any) -> list[list[str]]:
        pages, answer = [], api("GET", "/flows", **query).json()
        pages.append([flow["title"] for flow in answer["flows"]])
        while answer["has_next_page"]:
            answer = api("GET", "/flows", marker=answer["marker"]).json()
            pages.append([flow["title"] for flow in answer["flows"]])
        return pages

    def test_the_marker_alone_carries_the_whole_query(self):
        alice = Api("alice")
        for title in ("a1", "b", "a2", "a3", "a4", "a5"):
            alice.flow(title=title)
        pages = self.all_pages(alice, filter_title="a", orderby="title DESC", per_page=2)
        assert pages == [["a5", "a4"], ["a3", "a2"], ["a1"]]

    def test_with_a_marker_all_other_parameters_are_ignored(self):
        alice = Api("alice")
        for title in ("a", "b", "c"):
            alice.flow(title=title)
        first = alice("GET", "/flows", per_page=2, orderby="title ASC").json()
        answer = alice("GET", "/flows", marker=first["marker"], per_page=1, orderby="title DESC", page=7)
        assert titles(answer) == ["c"]
        assert titles(alice("GET", "/flows", pagination_token=first["marker"])) == ["c"]

    def test_a_full_last_page_says_that_it_is_the_last(self):
        alice = Api("alice")
        for title in ("a", "b"):
            alice.flow(title=title)
        answer = alice("GET", "/flows", per_page=2).json()
        assert (answer["limit"], answer["has_next_page"], answer["marker"]) == (2, False, None)

    def test_what_arrives_meanwhile_neither_repeats_nor_hides_a_row(self):
        alice = Api("alice")
        for title in ("a", "b", "c", "d"):
            alice.flow(title=title)
        first = alice("GET", "/flows", per_page=2).json()
        alice.flow(title="e")
        assert titles(alice("GET", "/flows", marker=first["marker"])) == ["b", "a"]

    def test_equal_sort_values_are_told_apart(self):
        alice = Api("alice")
        for _ in range(5):
            alice.flow(title="same")
        pages = self.all_pages(alice, orderby="title ASC", per_page=2)
        assert [len(page) for page in pages] == [2, 2, 1]

    def test_a_marker_shows_only_what_its_holder_may_see(self):
        alice = Api("alice")
        for title in ("a", "b", "c"):
            alice.flow(title=title)
        marker = alice("GET", "/flows", per_page=1).json()["marker"]
        assert titles(Api("mallory")("GET", "/flows", marker=marker)) == []

    def test_pages_may_be_counted(self):
        alice = Api("alice")
        for title in ("a", "b", "c"):
            alice.flow(title=title)
        assert titles(alice("GET", "/flows", per_page=2, page=2, orderby="title ASC")) == ["c"]


def test_an_order_that_is_said_again_orders_nothing():
    alice = Api("alice")
    for title in ("a", "b"):
        alice.flow(title=title)
    order = ",".join(["title DESC", "title ASC", "id ASC"] * 1_000)
    first = alice("GET", "/flows", per_page=1, orderby=order).json()
    assert titles(alice("GET", "/flows", per_page=1, orderby=order)) == ["b"]
    assert titles(alice("GET", "/flows", marker=first["marker"])) == ["a"]


def test_a_page_costs_the_same_number_of_queries_as_one_flow(django_assert_max_num_queries):
    alice = Api("alice")
    for title in ("a", "b", "c", "d"):
        alice.flow(title=title)
    with django_assert_max_num_queries(8):
        assert len(titles(alice("GET", "/flows"))) == 4
