"""Versions compared and restored, texts merged by state, people who see each other."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ide.models import Presence
from library.publish import current_version, publish
from tests.flowlang.dry_runs import COPYING
from tests.ide.pages import CHANGED, PASS, Browser, flow_of, page_of
from tests.people import person

pytestmark = pytest.mark.django_db
BASE = json.dumps(COPYING, indent=3)


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    for edit in reversed(edits):
        text = text[: edit["from"]] + edit["insert"] + text[edit["to"] :]
    return text


def merge(name: str, mine: str, status: int = 200, **body: Any) -> Any:
    response = Browser(name).ask("/ide/merge", {"definition": mine, "input_schema": "{}"} | body)
    assert response.status_code == status, response.content
    return response.json()


# --- versions


def test_history_shows_what_changed_between_two_versions_by_state() -> None:
    flow = flow_of("alice", BASE)
    publish(flow, BASE.replace("Copy", "Carry").replace("3600", "60"), "{}", person("alice"), "Shorter")
    response = Browser("alice").get(f"/flows/{flow.pk}/history")
    page = response.content.decode()
    assert [(one.change, one.name) for one in response.context["comparison"].states] == [
        ("renamed", "Carry"),
        ("changed", "Rest"),
    ]
    old, new = response.context["pictures"]
    assert old["statuses"] == {1: "renamed", 2: "changed"} == new["statuses"]
    assert "Shorter" in page
    assert "was Copy" in page


def test_an_earlier_version_is_restored_as_a_new_one_and_none_is_lost() -> None:
    flow = flow_of("alice")
    publish(flow, CHANGED, "{}", person("alice"))
    response = Browser("alice").client.post(f"/flows/{flow.pk}/restore", {"number": "1"})
    assert response.status_code == 302
    now = current_version(flow)
    assert (now.number, now.source, now.message) == (3, PASS, "Restored from version 1")


@pytest.mark.parametrize(("name", "status"), [("bob", 200), ("mallory", 404), (None, 302)])
def test_who_may_see_the_history(name: str | None, status: int) -> None:
    flow = flow_of("alice", flow_viewer="bob")
    assert Browser(name).get(f"/flows/{flow.pk}/history").status_code == status


def test_only_administrators_restore_and_only_what_there_is() -> None:
    flow = flow_of("alice", flow_viewer="bob")
    assert Browser("bob").client.post(f"/flows/{flow.pk}/restore", {"number": "1"}).status_code == 403
    assert Browser("alice").get(f"/flows/{flow.pk}/history", to="9").status_code == 404
    assert Browser("alice").get(f"/flows/{flow.pk}/history", to="draft").status_code == 404
    Browser("alice").ask("/ide/drafts", {"definition": CHANGED, "flow": str(flow.pk), "base": 1})
    for number in ("9", "x", "", "-1", "9" * 30, "draft"):
        address = f"/flows/{flow.pk}/restore"
        assert Browser("alice").client.post(address, {"number": number}).status_code == 404


def test_a_draft_is_compared_with_what_is_published_even_when_it_is_broken() -> None:
    flow = flow_of("alice")
    browser = Browser("alice")
    browser.ask("/ide/drafts", {"definition": "{ broken", "flow": str(flow.pk), "base": 1})
    response = browser.get(f"/flows/{flow.pk}/history", to="draft")
    assert response.status_code == 200
    assert response.context["pictures"][1] is None


def test_readers_do_not_see_private_parameters_in_the_history() -> None:
    secret = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Pass", "End": True,
                "Parameters": {"word": "hush", "__Private_Parameters": ["word"]},
            }
        },
    }  # fmt: skip
    flow = flow_of("alice", json.dumps(secret), flow_viewer="bob")
    assert "hush" not in Browser("bob").get(f"/flows/{flow.pk}/history").content.decode()
    assert "hush" in json.dumps(page_of(Browser("alice").get(f"/flows/{flow.pk}/edit")))


# --- merging


def test_changes_of_different_states_by_two_people_are_both_kept_in_the_authors_layout() -> None:
    flow = flow_of("alice", BASE, flow_administrator="bob")
    publish(flow, BASE.replace("3600", "60"), "{}", person("bob"))
    mine = BASE.replace('"Error": "Broken"', '"Error":    "Torn"')
    answer = merge("alice", mine, flow=str(flow.pk), base=1)
    assert (answer["conflicts"], answer["base"]) == (0, 2)
    assert applied(mine, answer["edits"]["definition"]) == mine.replace("3600", "60")


def test_a_state_that_both_changed_is_shown_from_three_sides_and_chosen() -> None:
    flow = flow_of("alice", BASE, flow_administrator="bob")
    publish(flow, BASE.replace("3600", "60"), "{}", person("bob"))
    mine = BASE.replace("3600", "7")
    answer = merge("alice", mine, flow=str(flow.pk), base=1)
    assert answer["conflicts"] == 1
    assert all(number in answer["html"] for number in ("3600", "60", "7", "bob"))
    assert answer["edits"]["definition"] == []
    choices = {"definition": {'["States", "Rest"]': "theirs"}}
    taken = merge("alice", mine, flow=str(flow.pk), base=1, choices=choices)
    assert json.loads(applied(mine, taken["edits"]["definition"]))["States"]["Rest"]["Seconds"] == 60


def test_two_windows_on_one_draft_are_merged_and_saved() -> None:
    browser = Browser("alice")
    draft = browser.ask("/ide/drafts", {"definition": BASE}).json()
    address = f"/ide/drafts/{draft['id']}"
    browser.ask(address, {"definition": BASE.replace("3600", "60"), "revision": 1})
    mine = BASE.replace("Broken", "Torn")
    assert browser.ask(address, {"definition": mine, "revision": 1}).status_code == 409
    before = {"definition": BASE, "input_schema": ""}
    answer = merge("alice", mine, draft=draft["id"], before=before)
    text = applied(mine, answer["edits"]["definition"])
    saved = browser.ask(address, {"definition": text, "revision": answer["saved"]["revision"]})
    assert saved.status_code == 200
    assert "60" in text and "Torn" in text


def test_texts_that_are_no_json_are_merged_as_wholes() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    publish(flow, CHANGED, "{}", person("bob"))
    answer = merge("alice", "{ broken é😀", flow=str(flow.pk), base=1)
    assert answer["conflicts"] == 1
    assert answer["edits"]["definition"] == []
    choices = {"definition": {"[]": "theirs"}}
    (edit,) = merge("alice", "{ 😀", flow=str(flow.pk), base=1, choices=choices)["edits"]["definition"]
    assert edit == {"from": 0, "to": 4, "insert": CHANGED}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"draft": "no id", "before": {}}, 400),
        ({"flow": "", "base": 1}, 400),
        ({"choices": {"definition": {"[": "mine"}}, "base": 1, "is_flow": True}, 400),
        ({"choices": {"definition": {"[]": "both"}}, "base": 1, "is_flow": True}, 400),
        ({"choices": {"definition": {"[{}]": "mine"}}, "base": 1, "is_flow": True}, 400),
        ({"choices": {"definition": {"[" * 5_000: "mine"}}, "base": 1, "is_flow": True}, 400),
        ({"base": 7, "is_flow": True}, 404),
    ],
)
def test_bad_merges_are_refused_clearly(body: dict[str, Any], status: int) -> None:
    flow = flow_of("alice")
    if body.pop("is_flow", False):
        body = body | {"flow": str(flow.pk)}
    merge("alice", PASS, status, **body)


def test_saving_a_merged_draft_moves_its_base_on() -> None:
    flow = flow_of("alice")
    publish(flow, CHANGED, "{}", person("alice"))
    browser = Browser("alice")
    draft = browser.ask("/ide/drafts", {"definition": PASS, "flow": str(flow.pk), "base": 1}).json()
    browser.ask(f"/ide/drafts/{draft['id']}", {"definition": PASS, "revision": 1, "base": 2})
    assert page_of(browser.get(f"/flows/{flow.pk}/edit"))["base"] == 2


# --- presence


def here(name: str, flow: Any, status: int = 200, **body: Any) -> Any:
    response = Browser(name).ask("/ide/presence", {"flow": str(flow.pk), "window": name} | body)
    assert response.status_code == status, response.content
    return response.json()


def test_two_people_see_each_other_and_what_is_saved_of_their_draft() -> None:
    flow = flow_of("alice", BASE, flow_administrator="bob")
    assert here("bob", flow, state="Rest") == {"others": [], "draft": None, "version": 1}
    draft = {"definition": BASE.replace("3600", "60"), "flow": str(flow.pk), "base": 1}
    saved = Browser("bob").ask("/ide/drafts", draft).json()
    told = here("alice", flow)
    assert told["others"] == [{"name": "bob", "state": "Rest", "is_me": False}]
    assert told["draft"] == saved
    here("bob", flow, leaving=True)
    assert here("alice", flow)["others"] == []


def test_what_two_people_did_to_one_draft_is_merged_by_state_and_nothing_is_lost() -> None:
    flow = flow_of("alice", BASE, flow_administrator="bob")
    alice, bob = Browser("alice"), Browser("bob")
    about = {"flow": str(flow.pk), "base": 1}
    saved = bob.ask("/ide/drafts", about | {"definition": BASE.replace("3600", "60")}).json()
    mine = BASE.replace("Broken", "Torn").replace("3600", "7")
    assert alice.ask("/ide/drafts", about | {"definition": mine}).status_code == 409
    before = {"definition": BASE, "input_schema": "{}"}
    answer = merge("alice", mine, flow=str(flow.pk), before=before, input_schema="")
    assert answer["conflicts"] == 1 and "bob" in answer["html"]
    choices = {"definition": {'["States", "Rest"]': "theirs"}}
    answer = merge("alice", mine, flow=str(flow.pk), before=before, input_schema="", choices=choices)
    text = applied(mine, answer["edits"]["definition"])
    assert '"Seconds": 60' in text and "Torn" in text
    body = about | {"definition": text, "revision": answer["saved"]["revision"]}
    assert alice.ask(f"/ide/drafts/{saved['id']}", body).status_code == 200


def test_somebody_whose_window_has_gone_silent_is_no_longer_there() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    here("bob", flow)
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert here("alice", flow)["others"] == []
    assert [one.author for one in Presence.objects.all()] == [person("alice")]


def test_only_those_who_may_edit_are_present() -> None:
    flow = flow_of("alice", flow_viewer="bob")
    here("bob", flow, 403)
    here("mallory", flow, 404)
    here("alice", flow, 400, window="")
    here("alice", flow, 400, window="w" * 37)


def test_a_schema_that_they_wrote_comes_into_my_empty_one() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    publish(flow, PASS, '{"type": "object"}', person("bob"))
    answer = merge("alice", PASS, flow=str(flow.pk), base=1, input_schema="\n")
    (edit,) = answer["edits"]["input_schema"]
    assert (edit["from"], edit["to"], json.loads(edit["insert"])) == (0, 1, {"type": "object"})
