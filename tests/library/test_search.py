"""Finding flows by words."""

from __future__ import annotations

import pytest

from library import access, search
from library.publish import change, create_flow, delete
from tests.people import person

pytestmark = pytest.mark.django_db
TEXT = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


def make(title: str, **more):
    return create_flow(person("alice"), title, TEXT, **more)


def found(text: str, name: str = "alice") -> list[str]:
    return [flow.title for flow in search.found(access.visible_to(person(name)), text)[:20]]


def test_the_title_counts_most_then_keywords_then_the_description():
    make("one", description="thumbnails thumbnails thumbnails")
    make("two", keywords=["thumbnails"])
    make("thumbnails")
    assert found("thumbnails") == ["thumbnails", "two", "one"]


def test_words_are_found_by_their_beginnings_in_any_case_and_order():
    make("Two-stage Transfer", description="Moves files by a staging area.")
    for text in ("TRANS", "transfer two", "stag file", "two-stage"):
        assert found(text) == ["Two-stage Transfer"], text


def test_every_word_must_be_there():
    make("Two-stage Transfer")
    assert found("transfer thumbnails") == []


def test_without_words_the_newest_come_first():
    make("old")
    make("new")
    assert found("  ") == ["new", "old"]


@pytest.mark.parametrize(
    "text", ['"', "*", "a AND", "NOT transfer", "title:x", "(", "' OR 1=1 --", "^a", "{a}", "NEAR(a b)", "\\"]
)
def test_what_the_index_would_take_for_an_operator_is_only_text(text):
    make("Two-stage Transfer")
    assert found(text) == []


def test_changes_are_found_and_what_was_there_before_is_not():
    flow = make("before")
    change(flow, {"title": "after"}, {})
    assert (found("before"), found("after")) == ([], ["after"])


def test_deleted_flows_are_not_found():
    flow = make("gone")
    delete(flow)
    assert found("gone") == []


def test_nobody_finds_what_they_may_not_see():
    make("secret")
    assert found("secret", "mallory") == []


def test_somebody_who_may_see_little_finds_it_below_all_that_they_may_not(monkeypatch):
    monkeypatch.setattr(search, "_STEPS", (2, 4))
    make("report", roles={"flow_viewer": ["public"]}, description="x")
    for _ in range(6):
        make("report report")
    assert found("report", "mallory") == ["report"]
    assert len(found("report")) == 7


def test_pages_of_a_search_neither_repeat_nor_lose_a_flow(monkeypatch):
    monkeypatch.setattr(search, "_STEPS", (2, 4))
    for number in range(7):
        make(f"report {number}")
    flows = access.visible_to(person("alice"))
    pages = [search.found(flows, "report")[start : start + 2] for start in range(0, 8, 2)]
    assert [flow.title for page in pages for flow in page] == [
        f"report {number}" for number in range(6, -1, -1)
    ]
