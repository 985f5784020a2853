"""The editor's pages, and what a new flow can begin with."""

from __future__ import annotations

import json
import uuid

import pytest

from ide.beginnings import BLANK
from ide.documents import checked
from ide.models import Draft
from library.models import Flow
from library.publish import create_flow, publish
from tests.ide.pages import BROKEN_NEXT, CHANGED, PASS, Browser, flow_of, page_of
from tests.people import person, urn

pytestmark = pytest.mark.django_db


def starter() -> Flow:
    roles = {"flow_viewer": [urn("alice")]}
    return create_flow(person("admin"), "Thumbnails", PASS, "{}", starter="thumbnails", roles=roles)


def test_the_blank_flow_has_nothing_wrong_with_it() -> None:
    assert checked(BLANK.definition, BLANK.input_schema).problems == []


def test_a_new_flow_can_begin_with_a_starter() -> None:
    flow = starter()
    browser = Browser("alice")
    assert "Thumbnails" in browser.get("/flows/new").content.decode()
    response = browser.client.post("/flows/new", {"template": str(flow.pk)}, follow=True)
    assert page_of(response)["definition"] == PASS
    assert page_of(response)["title"] == "Copy of Thumbnails"
    assert page_of(response)["flow"] is None


def test_a_new_flow_can_begin_with_nothing() -> None:
    response = Browser("alice").client.post("/flows/new", {"template": ""}, follow=True)
    assert page_of(response)["definition"] == BLANK.definition


@pytest.mark.parametrize(
    ("pasted", "definition"),
    [
        ("https://globus.github.io/flows-ide?d=N4XyA", "{}"),
        ('  {"StartAt": "A"  ', '{"StartAt": "A"'),
        (PASS, PASS),
    ],
)
def test_a_new_flow_can_begin_with_what_is_pasted(pasted: str, definition: str) -> None:
    response = Browser("alice").client.post("/flows/new", {"pasted": pasted}, follow=True)
    assert page_of(response)["definition"] == definition


def test_problems_of_a_text_from_a_form_are_where_the_editor_counts_them() -> None:
    pasted = BROKEN_NEXT.replace("\n", "\r\n")  # as browsers send what is typed into a form
    page = page_of(Browser("alice").client.post("/flows/new", {"pasted": pasted}, follow=True))
    assert page["definition"] == BROKEN_NEXT
    problem = next(one for one in page["answer"]["problems"] if "Copi" in one["message"])
    assert BROKEN_NEXT[problem["from"] : problem["to"]] == '"Copi"'


def test_an_exported_flow_is_taken_apart() -> None:
    document = {"title": "Old", "definition": json.loads(PASS), "input_schema": {"type": "object"}}
    response = Browser("alice").client.post("/flows/new", {"pasted": json.dumps(document)}, follow=True)
    page = page_of(response)
    assert json.loads(page["definition"]) == json.loads(PASS)
    assert json.loads(page["input_schema"]) == {"type": "object"}
    assert page["title"] == "Old"


@pytest.mark.parametrize("pasted", ["", "hello", "https://example.org/", "?d=%%%&format=gzip"])
def test_what_cannot_be_pasted_is_given_back_with_the_reason(pasted: str) -> None:
    response = Browser("alice").client.post("/flows/new", {"pasted": pasted})
    assert response.status_code == 400
    assert response.context["error"]
    assert response.context["pasted"] == pasted
    assert not Draft.objects.exists()


def test_a_draft_can_be_discarded_from_the_list_by_its_author_only() -> None:
    alice = Browser("alice")
    saved = alice.ask("/ide/drafts", {"definition": PASS}).json()
    assert Browser("mallory").client.post("/flows/new", {"discard": saved["id"]}).status_code == 404
    assert alice.client.post("/flows/new", {"discard": "nonsense"}).status_code == 404
    alice.client.post("/flows/new", {"discard": saved["id"]})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("template", ["nonsense", str(uuid.uuid4()), "\x00"])
def test_a_template_that_is_not_there_is_not_found(template: str) -> None:
    assert Browser("alice").client.post("/flows/new", {"template": template}).status_code == 404


def test_visitors_are_asked_to_sign_in() -> None:
    for address in ("/flows/new", f"/flows/{uuid.uuid4()}/edit", f"/ide/drafts/{uuid.uuid4()}/"):
        assert "/sign-in/" in Browser(None).get(address)["Location"]


def test_editing_begins_with_what_is_published() -> None:
    flow = flow_of("alice")
    page = page_of(Browser("alice").get(f"/flows/{flow.pk}/edit"))
    assert (page["definition"], page["flow"], page["base"]) == (PASS, str(flow.pk), 1)


def test_editing_goes_on_with_the_draft_and_says_when_it_is_behind() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    browser = Browser("alice")
    browser.ask("/ide/drafts", {"definition": "half", "flow": str(flow.pk), "base": 1})
    publish(flow, CHANGED, "{}", person("bob"))
    response = browser.get(f"/flows/{flow.pk}/edit")
    assert page_of(response)["definition"] == "half"
    assert page_of(response)["base"] == 1
    assert "version 2 has been published since" in response.content.decode()


def test_who_may_not_change_a_flow_edits_a_copy_without_its_secrets() -> None:
    parameters = {"__Private_Parameters": ["key"], "key": "hush-hush"}
    state = {"Type": "Pass", "Parameters": parameters, "ResultPath": "$.A", "End": True}
    flow = flow_of("alice", json.dumps({"StartAt": "A", "States": {"A": state}}), flow_viewer="bob")
    response = Browser("bob").get(f"/flows/{flow.pk}/edit")
    assert page_of(response)["flow"] is None
    assert "hush-hush" not in response.content.decode()
    assert "hush-hush" in Browser("alice").get(f"/flows/{flow.pk}/edit").content.decode()
    assert Browser("mallory").get(f"/flows/{flow.pk}/edit").status_code == 404


def test_the_scratch_page_is_open_to_all_and_keeps_nothing() -> None:
    for name in (None, "alice"):
        response = Browser(name).get("/ide/")
        assert page_of(response)["definition"] == BLANK.definition
        assert page_of(response)["draft"] is None
    assert not Draft.objects.exists()


def test_a_share_link_opens_in_the_scratch_page_and_says_where_it_came_from() -> None:
    response = Browser(None).get("/ide/", d='{"a": 1}', s="{}", format="none")
    page = page_of(response)
    assert (page["definition"], page["input_schema"], page["isShared"]) == ('{"a": 1}', "{}", True)
    assert "somebody else may have written this" in response.content.decode()


def test_a_damaged_share_link_is_a_message_over_a_blank_flow() -> None:
    response = Browser(None).get("/ide/", d="%", format="gzip")
    assert response.status_code == 400
    assert "damaged" in response.content.decode()


def test_scripts_in_a_share_link_stay_text() -> None:
    hostile = "</script><script>alert(1)</script>"
    content = Browser(None).get("/ide/", d=hostile, s=hostile, format="none").content.decode()
    assert "<script>alert(1)" not in content


def test_the_page_lists_the_types_of_states_and_the_providers_here() -> None:
    content = Browser(None).get("/ide/").content.decode()
    assert "ExceptionOnActionFailure" in content
    assert "https://actions.globus.org/hello_world" in content
