"""Starting once however often it is asked for, and how much one person may have under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from providers import hints
from runs import clock, engine, limits, starting
from runs.models import Run
from tests.engine.conftest import action, codes, start, version_of
from tests.people import Api, person

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 3600}
HELLO = {"StartAt": "A", "States": {"A": PASS}}

pytestmark = pytest.mark.django_db


# --- the same request


def test_the_same_request_starts_one_run():
    version = version_of(HELLO)
    runs = [engine.start(version, person("alice"), {"x": 1, "y": 2}, request_id="r1") for _ in range(3)]
    again = engine.start(version, person("alice"), {"y": 2, "x": 1}, request_id="r1")
    assert {run.pk for run in [*runs, again]} == {runs[0].pk}
    assert codes(runs[0]) == ["FlowStarted"]


def test_another_persons_request_of_the_same_name_is_another_one():
    version = version_of(HELLO)
    assert {engine.start(version, person(name), {}, request_id="r1").pk for name in ("alice", "bob")} == set(
        Run.objects.values_list("pk", flat=True)
    )
    assert Run.objects.count() == 2


def test_requests_without_a_name_are_all_different():
    version = version_of(HELLO)
    assert len({engine.start(version, person("alice"), {}).pk for _ in range(2)}) == 2


def test_of_two_starts_of_the_same_request_at_once_one_finds_the_others_run(monkeypatch):
    version, enter, others = version_of(HELLO), starting.enter, []

    def enter_second(*arguments: Any) -> None:
        monkeypatch.setattr(starting, "enter", enter)
        others.append(engine.start(version, person("alice"), {"x": 1}, request_id="r1"))
        enter(*arguments)

    monkeypatch.setattr(starting, "enter", enter_second)
    run = engine.start(version, person("alice"), {"x": 1}, request_id="r1")
    assert [run.pk] == [others[0].pk] == list(Run.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_start_whose_commit_was_answered_by_an_error_started_one_run(monkeypatch):
    insert, lies = starting._insert_rows, [OperationalError("server closed the connection unexpectedly")]

    def commit_then_lie(*arguments: Any) -> None:
        insert(*arguments)
        if lies:
            raise lies.pop()

    monkeypatch.setattr(starting, "_insert_rows", commit_then_lie)
    run = start(PASS)
    assert codes(run) == ["FlowStarted"] and Run.objects.count() == 1


@pytest.fixture
def post() -> Callable[..., Any]:
    alice = Api("alice")
    flow_id = alice.flow()["id"]

    def post(body: dict[str, Any], **headers: str) -> Any:
        alice._client.defaults |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return alice("POST", f"/flows/{flow_id}/run", body)

    return post


@pytest.mark.parametrize("by_header", [True, False])
def test_the_api_takes_the_name_of_a_request(post, by_header):
    named: Any = {"idempotency_key": "k-1"} if by_header else {}
    body = {"body": {}} if by_header else {"body": {}, "request_id": "k-1"}
    first, second = post(body, **named), post(body, **named)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["run_id"] == second.json()["run_id"]
    other = post(body | {"body": {"x": 1}}, **named)
    assert other.status_code == 409
    assert first.json()["run_id"] in other.json()["error"]["detail"]


@pytest.mark.parametrize("bad", ["", "with blank", "x" * 256, "\u00e9", 3, ["a"]])
def test_a_bad_name_of_a_request_is_a_clear_answer(post, bad):
    answer = post({"body": {}, "request_id": bad})
    assert answer.status_code == 422
    assert answer.json()["error"]["detail"][0]["loc"] == ["request_id"]
    assert not Run.objects.exists()


def test_two_names_for_one_request_are_refused(post):
    assert post({"body": {}, "request_id": "a"}, idempotency_key="b").status_code == 422


def test_pressing_start_twice_starts_one_run():
    flow = version_of(HELLO).flow
    client = Client()
    client.force_login(person("alice"))
    page = client.get(f"/flows/{flow.pk}/start")
    posted = {"action": "start", "tab": "advanced", "text": "{}", "page_id": page.context["page_id"]}
    first, second = (client.post(f"/flows/{flow.pk}/start", posted) for _ in range(2))
    assert first.status_code == 302 and first["Location"] == second["Location"]
    changed = client.post(f"/flows/{flow.pk}/start", posted | {"text": '{"x": 1}'})
    assert changed.status_code == 302 and changed["Location"] != first["Location"]


# --- how much, and whose turn


def test_who_has_too_many_runs_is_told_so(settings):
    settings.MAX_ACTIVE_RUNS, settings.MAX_WAITING_RUNS = 1, 1
    first = start(WAIT, PASS)
    start(WAIT, PASS)
    with pytest.raises(limits.TooManyRuns, match="at most 2 are allowed"):
        start(WAIT, PASS)
    start(WAIT, PASS, owner=person("bob"))
    engine.cancel(first)
    engine.work(first.pk)
    start(WAIT, PASS)


def test_too_many_runs_are_a_clear_answer_of_api_and_page(post, settings):
    settings.MAX_ACTIVE_RUNS, settings.MAX_WAITING_RUNS = 0, 0
    answer = post({"body": {}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "TOO_MANY_RUNS")
    client = Client()
    client.force_login(person("alice"))
    flow = version_of(HELLO).flow
    page = client.post(f"/flows/{flow.pk}/start", {"action": "start", "tab": "advanced", "text": "{}"})
    assert page.status_code == 422
    assert "have not ended" in page.content.decode()


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, int]]:
    """The hints that were sent: run id and priority."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(
        hints, "send", lambda _task, run_id, *, priority=0, **_: found.append((run_id, priority))
    )
    return found


@pytest.mark.django_db(transaction=True)
def test_the_first_runs_of_everybody_come_before_the_hundredth_of_one(settings, sent):
    settings.MAX_ACTIVE_RUNS = 15
    for _ in range(20):
        start(PASS)
    start(PASS, owner=person("bob"))
    assert [priority for _, priority in sent] == [0] * 10 + [3] * 5 + [9] * 5 + [0]


@pytest.mark.django_db(transaction=True)
def test_runs_that_wait_do_not_count_against_the_next_one(sent):
    for _ in range(11):
        engine.work(start(WAIT, PASS).pk)
    sent.clear()
    start(PASS)
    assert [priority for _, priority in sent] == [0]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_has_had_its_share_waits_for_others(ledger, sent):
    run = start(*[action()] * 25)
    sent.clear()
    engine.work(run.pk)
    assert [priority for _, priority in sent] == [limits.USUAL]


def test_a_sweep_takes_the_oldest_of_everybody_first(sent):
    alices = [start(PASS) for _ in range(4)]
    bobs = [start(PASS, owner=person("bob")) for _ in range(2)]
    for age, run in enumerate(reversed([*alices, *bobs])):
        Run.objects.filter(pk=run.pk).update(wake_at=clock.now() - timedelta(seconds=1 + age))
    expected = [alices[0], bobs[0], alices[1], bobs[1], alices[2], alices[3]]
    assert engine.sweep().due == [run.pk for run in expected]


def test_a_person_with_very_many_due_runs_does_not_hide_another():
    for _ in range(12):
        start(PASS)
    bobs = start(PASS, owner=person("bob"))
    assert bobs.pk in engine.sweep(limit=5).due
