"""The library's pages."""

from __future__ import annotations

import json

import pytest

from library import access, sharing
from library.models import Flow
from library.publish import create_flow, publish
from tests.people import person, urn

pytestmark = pytest.mark.django_db
TEXT = '{\n  "StartAt": "Copy",\n  "States": {"Copy": {"Type": "Pass",   "End": true}}}'
SECRET = json.dumps(
    {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Pass",
                "Parameters": {"__Private_Parameters": ["key"], "key": "hush-hush"},
                "ResultPath": "$.A",
                "End": True,
            }
        },
    }
)


def make(title: str = "Nightly copy", text: str = TEXT, **more) -> Flow:
    return create_flow(person("alice"), title, text, **more)


def page(client, name: str | None, path: str) -> str:
    client.logout()
    if name:
        client.force_login(person(name))
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


class TestLibrary:
    def test_shows_what_one_may_see(self, client):
        make("mine")
        make("for bob", roles={"flow_viewer": [urn("bob")]})
        make("public", roles={"flow_viewer": ["public"]})
        assert all(title in page(client, "alice", "/") for title in ("mine", "for bob", "public"))
        assert "mine" not in page(client, "bob", "/")
        visitor = page(client, None, "/")
        assert "public" in visitor and "for bob" not in visitor
        assert "/sign-in/?next=" in visitor

    def test_stands_also_where_a_flows_address_is_shortened_to(self, client):
        for path in ("/flows/", "/flows"):
            answer = client.get(f"{path}?q=copy", follow=True)
            assert (answer.status_code, answer.redirect_chain[-1]) == (200, ("/?q=copy", 302))

    def test_offers_start_only_to_those_who_may(self, client):
        make(roles={"flow_viewer": [urn("bob")]})
        assert "View only" in page(client, "bob", "/")
        assert "View only" not in page(client, "alice", "/")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("provided=1", {"starter"}),
            ("administered=1", {"own"}),
            ("runnable=1", {"own", "starter"}),
            ("provided=1&administered=1", set()),
            ("q=star", {"starter"}),
            ("", {"own", "starter", "seen"}),
        ],
    )
    def test_filters(self, client, query, expected):
        create_flow(person("bob"), "own", TEXT)
        make("starter", starter="x", roles={"flow_starter": ["all_authenticated_users"]})
        make("seen", roles={"flow_viewer": ["public"]})
        shown = page(client, "bob", f"/?{query}")
        assert {title for title in ("own", "starter", "seen") if f">{title}</a>" in shown} == expected

    def test_pages_hold_twenty_and_keep_the_query(self, client):
        for number in range(21):
            make(f"flow {number:02}")
        first = page(client, "alice", "/?q=flow&runnable=1")
        assert "q=flow&amp;runnable=1&amp;page=2" in first and 'rel="prev"' not in first
        second = page(client, "alice", "/?q=flow&runnable=1&page=2")
        assert second.count('class="flow-row"') == 1 and 'rel="next"' not in second

    def test_says_what_to_do_when_it_is_empty(self, client):
        assert "No flows yet" in page(client, "alice", "/")
        assert "No flow matches" in page(client, "alice", "/?q=zzz")
        assert "this far down" in page(client, "alice", "/?page=9")

    @pytest.mark.parametrize("query", ["page=x", "provided=perhaps", "marker=x"])
    def test_a_bad_query_is_a_400(self, client, query):
        assert client.get(f"/?{query}").status_code == 400

    def test_a_page_costs_the_same_for_many_as_for_one(self, client, django_assert_max_num_queries):
        for number in range(10):
            make(f"flow {number}")
        client.force_login(person("alice"))
        with django_assert_max_num_queries(12):
            client.get("/")


class TestFlow:
    def test_shows_the_authors_own_text_and_a_drawing(self, client):
        shown = page(client, "alice", f"/flows/{make().pk}/")
        assert "&quot;Pass&quot;,   &quot;End&quot;" in shown
        assert '<script id="flow-diagram" type="application/json">' in shown and "digraph" in shown

    def test_hides_private_parameters_from_all_but_administrators(self, client):
        flow = make(text=SECRET, roles={"flow_viewer": ["public"]})
        assert "hush-hush" in page(client, "alice", f"/flows/{flow.pk}/")
        for name in ("bob", None):
            assert "hush-hush" not in page(client, name, f"/flows/{flow.pk}/")
            assert "hush-hush" not in page(client, name, f"/flows/{flow.pk}/?version=1")

    def test_old_versions_can_be_looked_at(self, client):
        flow = make()
        publish(flow, TEXT.replace("Copy", "Move"), "{}", person("alice"), "Move now")
        assert "Move now" in page(client, "alice", f"/flows/{flow.pk}/")
        old = page(client, "alice", f"/flows/{flow.pk}/?version=1")
        assert "You are looking at version 1" in old
        client.force_login(person("alice"))
        assert client.get(f"/flows/{flow.pk}/?version=3").status_code == 404

    def test_a_hostile_name_is_only_text(self, client):
        hostile = '</script><script>alert(1)</script>"\\" ]; x ['
        text = json.dumps({"StartAt": hostile, "States": {hostile: {"Type": "Pass", "End": True}}})
        flow = make(hostile[:100], text, description=hostile, keywords=["<b>&"])
        shown = page(client, "alice", f"/flows/{flow.pk}/") + page(client, "alice", "/")
        assert "<script>alert" not in shown and "<b>" not in shown

    def test_nobody_without_a_role_sees_it(self, client):
        flow = make()
        for name in ("mallory", None):
            client.logout()
            if name:
                client.force_login(person(name))
            answer = client.get(f"/flows/{flow.pk}/")
            assert answer.status_code == 404
            assert b"Nothing is here" in answer.content


class TestSharing:
    def share(self, client, flow: Flow, name: str = "alice", **fields: str):
        client.force_login(person(name))
        return client.post(f"/flows/{flow.pk}/share", fields)

    def lists(self, flow: Flow) -> list[tuple[str, str]]:
        return list(flow.roles.order_by("pk").values_list("role", "principal"))

    def test_by_name_by_urn_and_with_everybody(self, client):
        flow, bob = make(), person("bob")
        self.share(client, flow, role="flow_administrators", who="bob")
        self.share(client, flow, role="run_monitors", who=urn("carol"))
        self.share(client, flow, role="flow_viewers", who="Everybody")
        self.share(client, flow, role="flow_starters", who="all_authenticated_users")
        self.share(client, flow, role="flow_administrators", who=bob.username)
        assert sorted(self.lists(flow)) == [
            ("flow_administrator", urn("bob")),
            ("flow_starter", "all_authenticated_users"),
            ("flow_viewer", "public"),
            ("run_monitor", urn("carol")),
        ]

    def test_taken_off_again(self, client):
        flow = make(roles={"flow_viewer": ["public", urn("bob")]})
        self.share(client, flow, role="flow_viewers", remove="public")
        assert self.lists(flow) == [("flow_viewer", urn("bob"))]

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"role": "flow_viewers", "who": "nobody"}, "no user or group"),
            ({"role": "flow_viewers", "who": " "}, "Say with whom"),
            ({"role": "emperor", "who": "alice"}, "Choose what they may do"),
            ({"role": "flow_viewers", "who": "all_authenticated_users"}, "is not a principal"),
            ({"role": "run_managers", "who": "everybody"}, "no user or group"),
        ],
    )
    def test_a_mistake_is_told_and_what_was_typed_stays(self, client, fields, says):
        flow = make()
        answer = self.share(client, flow, **fields)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert self.lists(flow) == []

    def test_a_list_holds_sixteen(self, client):
        flow = make(roles={"flow_viewer": [urn(f"p{number}") for number in range(16)]})
        answer = self.share(client, flow, role="flow_viewers", who="public")
        assert "at most 16" in answer.content.decode()

    def test_two_who_share_at_once_take_nothing_from_each_other(self):
        flow = make(roles={"flow_viewer": [urn("bob")]})
        one, other = (access.flow_for(person("alice"), flow.pk) for _ in range(2))
        for name in ("carol", "dora"):
            person(name)
        assert sharing.add(one, "flow_viewers", "carol") is None
        assert sharing.add(other, "flow_viewers", "dora") is None
        sharing.remove(one, "flow_viewers", urn("bob"))
        assert {entry.principal for entry in flow.roles.all()} == {urn("carol"), urn("dora")}

    @pytest.mark.parametrize(("name", "status"), [("bob", 403), ("mallory", 404)])
    def test_only_administrators_share_or_delete(self, client, name, status):
        flow = make(roles={"flow_starter": [urn("bob")]})
        assert self.share(client, flow, name, role="flow_viewers", who="public").status_code == status
        assert client.post(f"/flows/{flow.pk}/delete").status_code == status
        assert Flow.objects.get(pk=flow.pk).deleted_at is None


class TestDelete:
    def test_asks_first(self, client):
        flow = make()
        assert "Its runs are kept" in page(client, "alice", f"/flows/{flow.pk}/delete")
        assert Flow.objects.get(pk=flow.pk).deleted_at is None

    def test_then_the_flow_is_gone(self, client):
        flow = make()
        client.force_login(person("alice"))
        assert client.post(f"/flows/{flow.pk}/delete")["Location"] == "/"
        assert client.get(f"/flows/{flow.pk}/").status_code == 404
