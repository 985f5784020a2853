"""Drafts: kept as typed, seen by their author only, never overwritten unawares."""

from __future__ import annotations

import uuid

import pytest

from ide.models import Draft
from tests.ide.pages import PASS, Browser, flow_of, page_of
from tests.people import person

pytestmark = pytest.mark.django_db


def begin(browser: Browser, **body: object) -> dict[str, object]:
    response = browser.ask("/ide/drafts", {"definition": "{ ", "input_schema": "", "title": "Mine"} | body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def test_a_draft_is_kept_exactly_as_typed() -> None:
    browser = Browser("alice")
    saved = begin(browser, definition='{\r\n\t"a" :1 ,, é😀', input_schema="not JSON")
    page = page_of(browser.get(str(saved["address"])))
    assert (page["definition"], page["input_schema"]) == ('{\r\n\t"a" :1 ,, é😀', "not JSON")
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
    assert "another window" in refused.json()["error"]["detail"]
    assert Draft.objects.get().source == "theirs"
    assert browser.ask(address, {"definition": "mine"}).status_code == 200
    assert Draft.objects.get().source == "mine"


def test_a_flow_has_one_draft_for_each_author() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    alice, bob = Browser("alice"), Browser("bob")
    begin(alice, flow=str(flow.pk), base=1)
    begin(bob, flow=str(flow.pk), base=1)
    body = {"definition": "x", "flow": str(flow.pk), "base": 1}
    assert alice.ask("/ide/drafts", body).status_code == 409
    assert alice.ask("/ide/drafts", body | {"force": True}).status_code == 201
    assert Draft.objects.filter(author=person("alice")).get().source == "x"


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
