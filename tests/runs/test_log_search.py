"""Words in a run's log: all of it is looked at, as seen from any entry, and by those who may read it only."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from flowlang.events import Event
from runs import engine, journal
from runs.logs import log_pages
from runs.models import Run
from tests.engine.conftest import start
from tests.people import person, urn

pytestmark = pytest.mark.django_db(transaction=True)
PASS = {"Type": "Pass", "End": True}
SAID = [
    ("ActionStarted", {"state_name": "Copy", "input": {"sample": "S-113"}}),
    ("ActionPolled", {"state_name": "Copy", "reason": 'No "right" to C:\\data'}),
    ("ActionPolled", {"state_name": "Copy", "reason": "100% of Ärger"}),
    ("ActionCompleted", {"state_name": "Copy", "output": {"size": 12, "note": "a_b"}}),
    ("WaitStarted", {"state_name": "Rest"}),
    ("WaitCompleted", {"state_name": "Rest"}),
]


def add(run: Run, said: list[tuple[str, dict]]) -> None:
    """Write more of a log, as the engine does."""
    events = [Event(code, f"State {details['state_name']}", details) for code, details in said]
    journal.insert(run.pk, run.last_seq + 1, events, run.started_at)
    Run.objects.filter(pk=run.pk).update(last_seq=run.last_seq + len(events))
    run.refresh_from_db()


@pytest.fixture
def run() -> Run:
    run = start(PASS, monitors=[urn("bob")])
    add(run, SAID)
    return run


def asked(run: Run, what: str, name: str | None = "alice", **query: object):
    client = Client()
    if name:
        client.force_login(person(name))
    return client.get(f"/runs/{run.pk}/{what}", query)


def seqs(run: Run, q: str) -> list[int]:
    """Walk from hit to hit, as Enter does."""
    found: list[int] = []
    while True:
        hits = asked(run, "log/search", q=q, after=found[-1] if found else 0).json()
        if not hits["total"] or (found and hits["next"]["seq"] <= found[-1]):
            assert len(found) == hits["total"]
            return found
        found.append(hits["next"]["seq"])
        assert hits["next"]["rank"] == len(found)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("s-113", [2]),
        ("ActionPolled", [3, 4]),
        ("ACTIONPOLLED", [3, 4]),
        ('"right" to C:\\data', [3]),
        ('"size": 12', [5]),
        ('"note": "a_b"', [5]),
        ("100%", [4]),
        ("a_b", [5]),
        ("a%b", []),
        ("ärger", [4]),
        ("ÄRGER", [4]),
        ("Copy – ActionCompleted", [5]),
        ("Rest – Wait", [6, 7]),
        ("Copy", [2, 3, 4, 5]),
        ("nowhere", []),
        ("' OR 1=1 --", []),
    ],
)
def test_words_are_found_as_the_page_shows_them(run: Run, q: str, expected: list[int]):
    assert seqs(run, q) == expected


def test_from_any_entry_there_is_a_next_and_a_previous_around_the_ends(run: Run):
    def around(after: int) -> tuple[int, int]:
        hits = asked(run, "log/search", q="Copy", after=after).json()
        return hits["next"]["seq"], hits["previous"]["seq"]

    assert [around(after) for after in (0, 2, 3, 5, 7)] == [(2, 5), (3, 5), (4, 2), (2, 4), (2, 5)]
    hits = asked(run, "log/search", q="Copy", after=3).json()
    assert (hits["next"]["rank"], hits["previous"]["rank"], hits["total"], hits["as_of"]) == (3, 1, 4, 7)


def test_what_is_hidden_from_people_is_not_found():
    run = start(PASS, input={"_private": {"key": "canary"}, "open": "hen"})
    engine.work(run.pk)
    run.refresh_from_db()
    assert seqs(run, "canary") == [] and seqs(run, "hen")


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": " "}, {"q": "x" * 201}, {"q": "a\0b"}])
def test_words_that_cannot_be_looked_for_are_refused_with_the_remedy(run: Run, query: dict):
    answer = asked(run, "log/search", **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["detail"].startswith("q: ")
    if "q" in query:
        assert asked(run, "log", **query).status_code == 400


@pytest.mark.parametrize("after", ["-1", "x", "1e18", "١"])
def test_a_number_that_is_none_is_refused(run: Run, after: str):
    assert asked(run, "log/search", q="a", after=after).status_code == 400
    assert asked(run, "log/entries", after=after).status_code == 400


@pytest.mark.parametrize("what", ["log", "log/search", "log/entries", "log/polls"])
def test_only_who_may_read_the_run_may_look_into_its_log(run: Run, what: str):
    answers = [asked(run, what, name, q="Copy").status_code for name in ("alice", "bob", "mallory", None)]
    assert answers == [200, 200, 404, 404]
    run.pk = uuid.uuid4()
    assert asked(run, what, q="Copy").status_code == 404


@pytest.mark.parametrize("format", ["json", "csv", "text"])
def test_what_was_found_is_a_file_of_its_own(run: Run, format: str):
    answer = asked(run, "log", q="ActionPolled", format=format)
    assert f'filename="run-{run.pk}-found.' in answer["Content-Disposition"]
    body = answer.getvalue().decode()
    assert (body.count("ActionPolled"), "ActionStarted" in body) == (2, False)


# --- pages of the log


def test_pages_hold_every_entry_once_and_say_since_when_the_run_is_in_a_state(monkeypatch, run: Run):
    monkeypatch.setattr(log_pages, "PAGE_ENTRIES", 3)
    pages = [asked(run, "log/entries", after=after).json() for after in (0, 3, 6, 7)]
    assert [[entry["seq"] for entry in page["entries"]] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]
    states = [page["opened"] and page["opened"]["state_name"] for page in pages]
    assert states == [None, "Copy", "Rest", None]
    assert {page["last_seq"] for page in pages} == {7}


def test_large_entries_make_short_pages(monkeypatch, run: Run):
    monkeypatch.setattr(log_pages, "MOST_BYTES", 50)
    assert [entry["seq"] for entry in asked(run, "log/entries", after=4).json()["entries"]] == [5]
    monkeypatch.setattr(log_pages, "MOST_BYTES_AT_FIRST", 60)
    assert [entry["seq"] for entry in log_pages.last_page(run)["entries"]] == [6, 7]


def test_progress_entries_are_known_by_number(run: Run):
    assert asked(run, "log/polls").json() == {"seqs": [3, 4], "as_of": 7}


def test_the_page_of_a_long_run_brings_its_newest_entries_only(run: Run):
    add(run, [("WaitStarted", {"state_name": "Rest"})] * 300)
    body = asked(run, "").content.decode()
    data = json.loads(body.split('<script id="run-page" type="application/json">')[1].split("</script>")[0])
    assert [entry["seq"] for entry in data["log"]["first"]["entries"]] == list(range(208, 308))
