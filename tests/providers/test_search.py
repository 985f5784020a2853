"""Ingesting, finding and deleting documents."""

from __future__ import annotations

from typing import Any

import pytest

from providers.models import Action
from providers.provider import ActionError
from providers.search import access
from providers.search.entries import matches
from providers.search.fulltext import found
from providers.search.models import Entry, EntryReader, SearchIndex
from tests.people import person, urn
from tests.providers.conftest import run
from wire.principals import Caller

INGEST = "https://actions.globus.org/search/ingest"
DELETE = "https://actions.globus.org/search/delete"


@pytest.fixture
def index(alice: Caller) -> SearchIndex:
    return access.create_index("Demo", person("alice"))


def _ingest(
    caller: Caller, index: Any, subject: str = "s1", request_id: str = "", **more: Any
) -> dict[str, Any]:
    document = {"subject": subject, "visible_to": ["public"], "content": {"title": "Beryl"}} | more
    return run(INGEST, caller, request_id=request_id, search_index=str(index.pk), **document)


def _subjects(caller: Caller, index: SearchIndex, words: str = "") -> list[str]:
    return [entry.subject for entry in found(access.entries_for(caller, index), words)]


def test_a_document_is_found_after_it_was_ingested(alice: Caller, index: SearchIndex) -> None:
    status = _ingest(alice, index, content={"title": "Blue beryl", "n": 42, "tags": [{"name": "Zürich"}]})
    assert status["status"] == "SUCCEEDED"
    assert (status["details"]["state"], status["details"]["index_id"]) == ("SUCCESS", str(index.pk))
    for words in ("beryl", "BLUE ber", "42", "zurich", "s1", "title"):
        assert _subjects(alice, index, words) == ["s1"], words
    for words in ("emerald", "beryl emerald", "!!", '" OR "', "title:beryl NOT blue"):
        assert _subjects(alice, index, words) == [], words


def test_the_same_subject_is_replaced(alice: Caller, index: SearchIndex) -> None:
    _ingest(alice, index, content={"title": "old"})
    _ingest(alice, index, content={"title": "new"}, visible_to=["all_authenticated_users"])
    assert _subjects(alice, index, "old") == [] and _subjects(alice, index, "new") == ["s1"]
    assert list(EntryReader.objects.values_list("principal", flat=True)) == ["all_authenticated_users"]


def test_entries_of_one_subject_differ_by_id(alice: Caller, index: SearchIndex) -> None:
    _ingest(alice, index, id="a")
    _ingest(alice, index, id="b")
    _ingest(alice, index, id=None)
    assert Entry.objects.count() == 3


def test_a_repeated_request_ingests_once(alice: Caller, index: SearchIndex) -> None:
    first = _ingest(alice, index, request_id="r1")
    Entry.objects.all().delete()
    assert _ingest(alice, index, request_id="r1") == first
    assert not Entry.objects.exists()


def test_an_unknown_index_is_named_with_the_remedy(alice: Caller, db: None) -> None:
    id = "15e0a3f0-9642-482b-8e8c-af2035a85665"
    body = {"search_index": id, "subject": "s", "visible_to": ["public"], "content": {}}
    status = run(INGEST, alice, **body)
    assert (status["status"], status["details"]["code"]) == ("FAILED", "NotFound")
    assert id in status["details"]["description"] and "add_index" in status["details"]["description"]


def test_only_writers_ingest(alice: Caller, bob: Caller, mallory: Caller, index: SearchIndex) -> None:
    assert _ingest(mallory, index)["details"]["code"] == "NotFound"
    _ingest(alice, index, visible_to=[urn("bob")])
    assert _ingest(bob, index)["details"]["code"] == "PermissionDenied"
    index.roles.create(principal=urn("bob"))
    assert _ingest(bob, index)["status"] == "SUCCEEDED"


def test_everybody_may_fill_an_open_index(bob: Caller) -> None:
    index = access.create_index("Open", person("alice"), is_open=True)
    assert _ingest(bob, index)["status"] == "SUCCEEDED"


def test_entries_are_seen_by_those_they_name(alice: Caller, bob: Caller, mallory: Caller, index) -> None:
    _ingest(alice, index, "for-all", visible_to=["public"])
    _ingest(alice, index, "for-bob", visible_to=[urn("bob")])
    _ingest(alice, index, "for-users", visible_to=["all_authenticated_users"])
    _ingest(alice, index, "for-nobody", visible_to=[])
    nobody = Caller(urn="", principals=frozenset({"public"}))
    assert sorted(_subjects(alice, index)) == ["for-all", "for-bob", "for-nobody", "for-users"]
    assert sorted(_subjects(bob, index)) == ["for-all", "for-bob", "for-users"]
    assert sorted(_subjects(mallory, index)) == ["for-all", "for-users"]
    assert _subjects(nobody, index) == ["for-all"]
    assert _subjects(mallory, index, "for bob") == []


@pytest.mark.parametrize(
    "more",
    [
        {"visible_to": ["everybody"]},
        {"visible_to": "public"},
        {"content": "text"},
        {"subject": ""},
        {"subject": "x" * 1025},
        {"search_index": "demo"},
        {"extra": 1},
    ],
)
def test_wrong_documents_are_refused(alice: Caller, index: SearchIndex, more: dict) -> None:
    body = {"search_index": str(index.pk), "subject": "s", "visible_to": ["public"], "content": {}} | more
    with pytest.raises(ActionError) as caught:
        run(INGEST, alice, **body)
    assert caught.value.status == 422 and not Action.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"delete_by": "subject", "subject": "a"}, ["b", "c"]),
        ({"delete_by": "entry", "subject": "a", "entry_id": "1"}, ["a", "b", "c"]),
        ({"delete_by": "entry", "subject": "b"}, ["a", "a", "c"]),
        ({"delete_by": "query", "q": "beryl"}, ["c"]),
        (
            {
                "delete_by": "query",
                "filters": [{"type": "range", "field_name": "n", "values": [{"from": 2}]}],
            },
            ["a", "a"],
        ),
    ],
)
def test_documents_are_deleted(alice: Caller, index: SearchIndex, wanted: dict, left: list) -> None:
    _ingest(alice, index, "a", content={"title": "Beryl", "n": 1})
    _ingest(alice, index, "a", id="1", content={"title": "Beryl", "n": 1})
    _ingest(alice, index, "b", content={"title": "Beryl", "n": 2})
    _ingest(alice, index, "c", content={"title": "Quartz", "n": 3})
    assert run(DELETE, alice, search_index=str(index.pk), **wanted)["status"] == "SUCCEEDED"
    assert sorted(_subjects(alice, index)) == left
    assert _subjects(alice, index, "nothing") == []


@pytest.mark.parametrize(
    "wanted", [{"delete_by": "query"}, {"delete_by": "query", "q": ""}, {"delete_by": "subject"}]
)
def test_a_deletion_of_nothing_in_particular_is_refused(alice: Caller, index, wanted: dict) -> None:
    _ingest(alice, index)
    with pytest.raises(ActionError):
        run(DELETE, alice, search_index=str(index.pk), **wanted)
    assert _subjects(alice, index) == ["s1"]


CONTENT = {"n": 5, "when": "2026-05-01", "who": {"name": "Ada"}, "tags": ["x", "y"], "ok": True}


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ({"type": "match_any", "field_name": "tags", "values": ["y", "z"]}, True),
        ({"type": "match_all", "field_name": "tags", "values": ["y", "z"]}, False),
        ({"type": "match_all", "field_name": "tags", "values": ["y", "x"]}, True),
        ({"type": "match_any", "field_name": "who.name", "values": ["Ada"]}, True),
        ({"type": "match_any", "field_name": "who.name.first", "values": ["Ada"]}, False),
        ({"type": "range", "field_name": "n", "values": [{"from": 1, "to": 4}, {"from": 5}]}, True),
        ({"type": "range", "field_name": "n", "values": [{"from": "1"}]}, False),
        ({"type": "range", "field_name": "when", "values": [{"from": "2026-01-01", "to": "*"}]}, True),
        ({"type": "range", "field_name": "ok", "values": [{"from": 0}]}, False),
        ({"type": "range", "field_name": "missing", "values": [{}]}, False),
    ],
)
def test_filters_choose_documents(rule: dict, passes: bool) -> None:
    assert matches(CONTENT, [rule]) is passes


def test_what_two_workers_do_at_once_is_done_once(alice: Caller, index: SearchIndex, monkeypatch) -> None:
    old, new = {"title": "old"}, {"title": "new"}
    first = _ingest(alice, index, request_id="r1", content=old)
    _ingest(alice, index, content=new)
    monkeypatch.setattr("providers.actions.is_repeat", lambda *_: False)  # looked before the first had ended
    assert _ingest(alice, index, request_id="r1", content=old) == first
    assert Entry.objects.get().content == new


def test_a_document_that_no_database_keeps_is_refused_by_name(alice: Caller, index: SearchIndex) -> None:
    with pytest.raises(ActionError, match="NUL") as caught:
        _ingest(alice, index, content={"title": ["Be\0ryl"]})
    assert caught.value.status == 422 and not Action.objects.exists()
    assert _ingest(alice, index, content={"title": "\\u0000 is spelt out"})["status"] == "SUCCEEDED"
