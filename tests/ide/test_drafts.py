"""Drafts: kept as typed, seen by those who may change the flow, never overwritten unawares."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ide.models import Draft
from tests.ide.pages import CHANGED, PASS, Browser, flow_of, page_of
from tests.people import person

pytestmark = pytest.mark.django_db


def begin(browser: Browser, **body: object) -> dict[str, object]:
    response = browser.ask("/ide/drafts", {"definition": "{ ", "input_schema": "", "title": "Mine"} | body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def test_a_draft_is_kept_exactly_as_typed() -> None:
    browser = Browser("alice")
    saved = begin(browser, definition='{\r\n\t"a" :1 ,, é😀', input_schema="not JSON")
    assert Draft.objects.get().source == '{\r\n\t"a" :1 ,, é😀'
    page = page_of(browser.get(str(saved["address"])))
    assert (page["definition"], page["input_schema"]) == ('{\n\t"a" :1 ,, é😀', "not JSON")
    assert page["title"] == "Mine"


def test_each_save_counts_the_revision_on() -> None:
    browser = Browser("alice")
    saved = begin(browser)
    body = {"definition": "{}", "input_schema": "", "revision": saved["revision"]}
    again = browser.ask(f"/ide/drafts/{saved['id']}", body)
    assert again.json()["revision"] == 2
    assert Draft.objects.get().source == "{}"


def test_what_another_window_saved_is_not_overwritten_unawares() -> None:
    browser = Browser("alice")
    saved = begin(browser)
    address = f"/ide/drafts/{saved['id']}"
    browser.ask(address, {"definition": "theirs", "revision": 1})
    refused = browser.ask(address, {"definition": "mine", "revision": 1})
    assert refused.status_code == 409
    assert "Another window" in refused.json()["error"]["detail"]
    assert Draft.objects.get().source == "theirs"
    assert browser.ask(address, {"definition": "mine"}).status_code == 200
    assert Draft.objects.get().source == "mine"


def test_the_administrators_of_a_flow_share_its_draft() -> None:
    flow = flow_of("alice", flow_administrator="bob", flow_starter="carol")
    alice, bob = Browser("alice"), Browser("bob")
    saved = begin(alice, flow=str(flow.pk), base=1, definition=CHANGED)
    assert page_of(bob.get(f"/flows/{flow.pk}/edit"))["definition"] == CHANGED
    address = f"/ide/drafts/{saved['id']}"
    assert bob.ask(address, {"definition": PASS, "revision": 1, "base": 1}).json()["revision"] == 2
    refused = alice.ask(address, {"definition": "{}", "revision": 1, "base": 1})
    assert refused.status_code == 409
    assert refused.json()["error"]["detail"].startswith("bob has changed this draft.")
    assert alice.get(address).json()["by"] == "bob"
    assert Browser("carol").ask(address, {"definition": "x", "revision": 2}).status_code == 404
    assert Browser("carol").get(f"/flows/{flow.pk}/edit").context["page"]["definition"] == PASS


def test_who_begins_a_draft_of_a_flow_that_has_one_is_told_whose_it_is() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    body = {"definition": "x", "flow": str(flow.pk), "base": 1}
    begin(Browser("alice"), **body)
    refused = Browser("bob").ask("/ide/drafts", body)
    assert refused.status_code == 409
    assert refused.json()["error"]["detail"].startswith("alice has begun a draft")


def test_what_somebody_else_saved_is_set_aside_for_them_when_it_is_saved_over() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    body = {"definition": "theirs", "flow": str(flow.pk), "base": 1}
    begin(Browser("alice"), **body)
    over = Browser("bob").ask("/ide/drafts", body | {"definition": "mine", "force": True})
    assert over.status_code == 201
    assert Draft.objects.get(flow=flow).source == "mine"
    aside = Draft.objects.get(flow=None)
    assert (aside.author, aside.source) == (person("alice"), "theirs")
    assert aside.title == "Saved over: Nightly copy"


def test_a_draft_is_not_discarded_over_what_somebody_has_saved_since() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    saved = begin(Browser("alice"), flow=str(flow.pk), base=1)
    address = f"/ide/drafts/{saved['id']}"
    Browser("bob").ask(address, {"definition": "theirs", "revision": 1, "base": 1})
    assert Browser("alice").ask(address, {"revision": 1}, "DELETE").status_code == 409
    assert Draft.objects.get().source == "theirs"
    assert Browser("alice").ask(address, {"revision": 2}, "DELETE").status_code == 204


def test_publishing_leaves_what_somebody_else_has_saved_meanwhile() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    alice, body = Browser("alice"), {"definition": CHANGED, "flow": str(flow.pk), "base": 1}
    saved = begin(alice, **body)
    theirs = PASS.replace("Copy", "Theirs")
    Browser("bob").ask(f"/ide/drafts/{saved['id']}", {"definition": theirs, "revision": 1, "base": 1})
    publish = body | {"draft": saved["id"], "revision": 1, "title": "x"}
    assert alice.ask("/ide/publish", publish).status_code == 200
    assert Draft.objects.get().source == theirs
    assert alice.get(f"/flows/{flow.pk}/edit").context["is_behind"]


@pytest.mark.django_db(transaction=True)
def test_of_several_drafts_of_one_flow_none_is_lost_when_they_become_one() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    call_command("migrate", "ide", "0002", verbosity=0)
    before = MigrationExecutor(connection).loader.project_state([("ide", "0002_scenarios_and_presence")])
    drafts = before.apps.get_model("ide", "Draft").objects
    for name, days in (("alice", 1), ("bob", 2)):
        saved_at = timezone.now() - timedelta(days=days)
        drafts.create(author_id=person(name).pk, flow_id=flow.pk, source=name, base=1, saved_at=saved_at)
    call_command("migrate", "ide", verbosity=0)
    assert Draft.objects.get(flow=flow).source == "alice"
    aside = Draft.objects.get(flow=None)
    assert (aside.author, aside.source, aside.title) == (person("bob"), "bob", "Draft of Nightly copy")


def test_nobody_else_sees_or_changes_a_draft() -> None:
    saved = begin(Browser("alice"))
    mallory = Browser("mallory")
    assert mallory.get(f"/ide/drafts/{saved['id']}/").status_code == 404
    assert mallory.ask(f"/ide/drafts/{saved['id']}", {"definition": "x"}).status_code == 404
    assert mallory.ask(f"/ide/drafts/{saved['id']}", {}, "DELETE").status_code == 404
    assert Draft.objects.get().source == "{ "


def test_visitors_keep_nothing() -> None:
    response = Browser(None).ask("/ide/drafts", {"definition": "{}"})
    assert response.status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("role", ["flow_viewer", "flow_starter", "run_manager"])
def test_only_administrators_keep_drafts_of_a_flow(role: str) -> None:
    flow = flow_of("alice", **{role: "bob"})
    body = {"definition": "{}", "flow": str(flow.pk), "base": 1}
    assert Browser("bob").ask("/ide/drafts", body).status_code == 403
    assert Browser("mallory").ask("/ide/drafts", body).status_code == 404


def test_a_discarded_draft_is_gone() -> None:
    browser = Browser("alice")
    saved = begin(browser)
    assert browser.ask(f"/ide/drafts/{saved['id']}", {}, "DELETE").status_code == 204
    assert not Draft.objects.exists()
    assert browser.get(str(saved["address"])).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"definition": ["x"]},
        {"definition": "{}", "title": "t" * 129},
        {"definition": "{}", "flow": "no id"},
        {"definition": "{}", "flow": {"a": 1}},
        {"definition": "{}", "base": "1"},
        {"definition": "{}", "base": -1},
        {"definition": "a\x00b"},
    ],
)
def test_bad_bodies_are_refused_clearly(body: dict[str, object]) -> None:
    response = Browser("alice").ask("/ide/drafts", body)
    assert response.status_code == 400
    assert response.json()["error"]["detail"]


def test_an_unknown_draft_is_not_found() -> None:
    response = Browser("alice").ask(f"/ide/drafts/{uuid.uuid4()}", {"definition": PASS})
    assert response.status_code == 404
