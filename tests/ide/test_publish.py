"""From the editor into the library."""

from __future__ import annotations

from typing import Any

import pytest

from ide.models import Draft
from library.models import Flow
from library.publish import current_version, publish
from tests.ide.pages import BROKEN_NEXT, CHANGED, PASS, Browser, flow_of
from tests.people import person

pytestmark = pytest.mark.django_db


def send(browser: Browser, **body: Any) -> Any:
    return browser.ask("/ide/publish", {"definition": PASS, "input_schema": "", "title": "Nightly"} | body)


def test_a_new_flow_is_published_as_it_was_typed() -> None:
    answer = send(Browser("alice"), description="Every night.").json()
    flow = Flow.objects.get()
    version = current_version(flow)
    assert (version.source, version.schema_source, version.number) == (PASS, "{}", 1)
    assert (flow.title, flow.description, flow.owner) == ("Nightly", "Every night.", person("alice"))
    assert answer["address"] == f"/flows/{flow.pk}/"
    assert answer["start"] == f"/flows/{flow.pk}/start"


def test_a_flow_with_errors_is_not_published_and_the_problems_are_told() -> None:
    response = send(Browser("alice"), definition=BROKEN_NEXT)
    assert response.status_code == 422
    assert any("Copi" in problem["message"] for problem in response.json()["problems"])
    assert not Flow.objects.exists()


@pytest.mark.parametrize("title", ["", "   ", "a\nb"])
def test_a_flow_needs_a_title(title: str) -> None:
    response = send(Browser("alice"), title=title)
    assert response.status_code == 422
    assert response.json()["error"]["detail"][0]["loc"] == ["title"]


def test_publishing_a_flow_makes_its_next_version_and_ends_the_draft() -> None:
    flow = flow_of("alice")
    browser = Browser("alice")
    draft = {"definition": CHANGED, "flow": str(flow.pk), "base": 1}
    saved = browser.ask("/ide/drafts", draft).json()
    answer = send(browser, **draft, draft=saved["id"], message="Moves now.").json()
    assert answer["number"] == 2
    assert current_version(flow).source == CHANGED
    assert current_version(flow).message == "Moves now."
    assert not Draft.objects.exists()


def test_a_version_that_somebody_published_meanwhile_is_not_buried_unawares() -> None:
    flow = flow_of("alice", flow_administrator="bob")
    publish(flow, PASS.replace("Copy", "Theirs"), "{}", person("bob"))
    mine = {"definition": CHANGED, "flow": str(flow.pk), "base": 1}
    refused = send(Browser("alice"), **mine)
    assert refused.status_code == 409
    assert "bob" in refused.json()["error"]["detail"]
    assert send(Browser("alice"), **mine, force=True).json()["number"] == 3


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("carol", 403), ("mallory", 404), (None, 403)]
)
def test_only_administrators_publish(name: str | None, status: int) -> None:
    flow = flow_of("alice", flow_administrator="bob", flow_starter="carol")
    response = send(Browser(name), definition=CHANGED, flow=str(flow.pk), base=1)
    assert response.status_code == status
    assert (current_version(flow).number == 2) is (status == 200)


def test_nobody_publishes_with_the_draft_of_another() -> None:
    saved = Browser("alice").ask("/ide/drafts", {"definition": PASS}).json()
    assert send(Browser("mallory"), draft=saved["id"]).status_code == 404
    assert Draft.objects.count() == 1
