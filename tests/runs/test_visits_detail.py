"""One visit in full: what a state changed in the run data, why a run waits, where ids lead, what is usual."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from providers.provider import ActionError
from providers.search.models import SearchIndex
from providers.transfer.models import Collection
from runs import engine
from runs.models import Run
from runs.timeline.visits_change import LONGEST_BYTES, MOST_PLACES, change
from tests.engine.conftest import action, ledger, start  # noqa: F401  (a fixture)
from tests.people import person, urn

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
EVAL = {"Type": "ExpressionEval", "Parameters": {"n.=": "n + 1"}, "ResultPath": "$.made", "End": True}
HIDDEN = {"n": 1, "_private": {"key": "canary"}}


# --- what changed


def places(before: Any, after: Any) -> list[tuple[str, str]]:
    return [(place["kind"], place["path"]) for place in change(before, after)["places"]]


def test_what_is_added_changed_and_removed_is_told_by_its_path():
    before, after = (
        {"a": 1, "b": {"c": 2, "d": [1, 2]}, "x": 0},
        {"a": 1, "b": {"c": 3, "d": [1]}, "e f": None},
    )
    found = [("changed", "$.b.c"), ("removed", "$.b.d[1]"), ("removed", "$.x"), ("added", "$['e f']")]
    assert places(before, after) == found


def test_what_was_added_is_one_place_with_all_that_is_in_it():
    told = change({}, {"Copy": {"details": {"files": 2}}})["places"]
    assert told == [{"kind": "added", "path": "$.Copy", "new": {"details": {"files": 2}}}]


def test_what_stayed_is_told_by_its_size_alone():
    told = change({"big": "x" * 200_000, "n": 1}, {"big": "x" * 200_000, "n": 2})
    assert told["same"] == [{"path": "$.big", "bytes": 200_002}]


def test_a_value_of_another_kind_is_a_change():
    assert places({"a": [1]}, {"a": {"0": 1}}) == [("changed", "$.a")]
    assert places({"a": True}, {"a": 1}) == [("changed", "$.a")]
    assert places({"a": 1}, {"a": 1.0}) == []
    assert places(1, None) == [("changed", "$")]


def test_long_values_and_many_places_are_cut():
    told = change({}, {"long": "x" * LONGEST_BYTES})["places"][0]
    assert "new" not in told and told["new_bytes"] == LONGEST_BYTES + 2
    told = change({}, {str(number): 1 for number in range(MOST_PLACES + 7)})
    assert len(told["places"]) == MOST_PLACES and told["more"] == 7


def test_data_nested_deeper_than_one_looks_are_compared_as_a_whole():
    before: Any = 1
    after: Any = 2
    for _ in range(300):
        before, after = {"a": before}, {"a": after}
    assert len(places(before, after)) == 1


# --- a visit


def client(name: str | None) -> Client:
    client = Client()
    if name:
        client.force_login(person(name))
    return client


def worked(*states: dict[str, Any], **options: Any) -> Run:
    run = start(*states, **options)
    engine.work(run.pk)
    run.refresh_from_db()
    return run


def ask(run: Run, first: int, query: str = "", name: str | None = "alice") -> dict[str, Any]:
    answer = client(name).get(f"/runs/{run.pk}/visits/{first}.json{query}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


@pytest.mark.django_db(transaction=True)
def test_a_visit_is_told_with_what_it_was_given_and_what_it_changed():
    run = worked(EVAL, PASS, input=HIDDEN)
    told = ask(run, 2)
    assert (told["before"], told["after"]) == ({"n": 1}, {"n": 1, "made": {"n": 2}})
    assert told["change"]["places"] == [{"kind": "added", "path": "$.made", "new": {"n": 2}}]
    assert [entry["code"] for entry in told["entries"]] == [
        "ExpressionEvalStarted",
        "ActionCompleted",
    ]
    assert (told["result_path"], told["waiting"], told["left_out"]) == ("$.made", None, 0)
    assert ask(run, 4)["change"]["places"] == []
    assert "canary" not in json.dumps([told, ask(run, 4)])


@pytest.mark.django_db(transaction=True)
def test_a_visit_as_of_an_earlier_event_has_not_ended():
    told = ask(worked(EVAL), 2, "?as_of=2")
    assert (told["after"], told["change"], len(told["entries"])) == (None, None, 1)
    assert told["waiting"] is None


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_failed_changed_nothing(ledger):  # noqa: F811
    ledger.answers.append(ActionError("Nope", "Not like this.", permanent=True))
    run = worked(action(), input=HIDDEN)
    told = ask(run, 2)
    assert run.status == Run.FAILED
    assert (told["before"], told["after"]) == ({"n": 1}, {"n": 1})
    assert told["change"]["places"] == [] and "canary" not in json.dumps(told)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [0, 1, 3, 4, 99, 10**30])
def test_an_event_that_begins_no_visit_is_not_found(first):
    run = worked(PASS)
    answer = client("alice").get(f"/runs/{run.pk}/visits/{first}.json")
    assert answer.status_code == 404 and answer.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "status"), [("bob", 200), ("mallory", 404), (None, 404)])
def test_a_visit_is_for_those_who_may_see_the_run(name, status):
    run = worked(PASS, monitors=[urn("bob")])
    for address in (f"/runs/{run.pk}/visits/2.json", f"/runs/{run.pk}/usual.json"):
        assert client(name).get(address).status_code == status


@pytest.mark.django_db(transaction=True)
def test_ids_lead_to_what_one_may_see():
    mine = Collection.objects.create(display_name="Beamline", root="/srv", owner=person("alice"))
    run = worked(
        {**PASS, "Parameters": {"x.$": "$.a"}}, input={"a": [str(mine.pk), "no id"]}, monitors=[urn("bob")]
    )
    href = f"/collections/{mine.pk}/"
    assert ask(run, 2)["links"] == [{"kind": "Collection", "name": "Beamline", "href": href}]
    assert ask(run, 2, name="bob")["links"] == []


@pytest.mark.django_db(transaction=True)
def test_what_is_put_into_an_index_is_found_there(ledger):  # noqa: F811
    index = SearchIndex.objects.create(display_name="Samples", owner=person("alice"))
    run = worked(action(Parameters={"search_index": str(index.pk), "subject": "S 1", "content": {}}))
    href = f"/search/{index.pk}/"
    assert ask(run, 2)["links"] == [
        {"kind": "Index", "name": "Samples", "href": href},
        {"kind": "Subject", "name": "S 1", "href": f"{href}?q=S+1"},
    ]


# --- why it waits


@pytest.mark.django_db(transaction=True)
def test_a_timer_tells_when_it_is_over():
    told = ask(worked(WAIT), 2)["waiting"]
    assert (told["kind"], told["recovers"]) == ("timer", True)
    assert told["next_look"] > timezone.now().isoformat()


@pytest.mark.django_db(transaction=True)
def test_an_action_tells_its_id_its_looks_and_its_deadline(ledger):  # noqa: F811
    ledger.answers.extend(["ACTIVE"] * 9)
    told = ask(worked(action(WaitTime=60)), 2)["waiting"]
    assert (told["kind"], told["message"], told["times"]) == ("action", "", 0)
    assert told["action_id"] and told["last_look"] < told["next_look"] < told["deadline"]


@pytest.mark.django_db(transaction=True)
def test_a_provider_that_does_not_answer_is_told_with_its_tries(ledger):  # noqa: F811
    ledger.answers.append(ActionError("Away", "The provider is away.", permanent=False))
    told = ask(worked(action(WaitTime=600)), 2)["waiting"]
    assert (told["kind"], told["times"], told["recovers"]) == ("start", 1, True)
    assert "The provider is away." in told["message"]


@pytest.mark.django_db(transaction=True)
def test_an_action_in_trouble_is_told_with_its_faults(ledger):  # noqa: F811
    ledger.answers.extend(["ACTIVE"] * 9)
    run = worked(action(WaitTime=60))
    intent = json.loads(run.intent)
    trouble = {"nice_status": "PERMISSION_DENIED", "nice_status_details": "denied on /x", "faults": 3}
    intent["status"]["details"] = {**trouble, "_private_key": "canary"}
    Run.objects.filter(pk=run.pk).update(intent=json.dumps(intent))
    told = ask(run, 2)["waiting"]
    assert (told["kind"], told["message"], told["times"], told["recovers"]) == (
        "action",
        "denied on /x",
        3,
        True,
    )
    assert "canary" not in json.dumps(told)


@pytest.mark.django_db(transaction=True)
def test_an_action_that_needs_a_person_says_so(ledger):  # noqa: F811
    ledger.answers.extend(["ACTIVE", "INACTIVE"])
    run = worked(action(WaitTime=60))
    Run.objects.filter(pk=run.pk).update(wake_at=timezone.now())
    engine.work(run.pk)
    told = ask(run, 2)["waiting"]
    assert (told["kind"], told["recovers"], told["deadline"]) == ("person", False, None)


@pytest.mark.django_db(transaction=True)
def test_a_question_is_told_by_its_title_and_linked():
    context = {"PresentationStyle": "Text", "Title": "Release it?", "Text": "Look."}
    options = [{"Value": "yes", "Label": "Yes"}]
    asking = {
        "Type": "CreateWebInput",
        "Parameters": {"InputType": "Selection", "Context": context, "Options": options},
        "ResultPath": "$.ask",
    }
    waiting = {"Type": "AwaitWebInput", "Parameters": {"web_input_id.$": "$.ask.web_input_id"}, "End": True}
    told = ask(worked(asking, waiting), 4)
    assert (told["waiting"]["kind"], told["waiting"]["message"]) == ("answer", "Release it?")
    assert told["links"] == [{"kind": "Question", "name": "Release it?", "href": "/inbox/"}]


# --- what is usual


@pytest.mark.django_db(transaction=True)
def test_what_is_usual_comes_from_the_runs_that_succeeded():
    cache.clear()
    first = worked(EVAL, input={"n": 1})
    address = f"/runs/{first.pk}/usual.json"
    assert client("alice").get(address).json() == {"runs": 1, "flow": None, "states": {}}
    for seconds in (60, 120, 180, 240):
        run = engine.start(first.version, first.owner, {"n": 1})
        engine.work(run.pk)
        began = timezone.now() - timedelta(hours=1)
        ended = began + timedelta(seconds=seconds)
        Run.objects.filter(pk=run.pk).update(started_at=began, completed_at=ended)
    engine.work(engine.start(first.version, first.owner, {}).pk)  # fails: it does not count
    cache.clear()
    told = client("alice").get(address).json()
    assert told["runs"] == 5
    assert (told["flow"]["median"], told["flow"]["p90"]) == (120_000, 240_000)
    assert 0 <= told["states"]["A"]["median"] <= told["states"]["A"]["p90"] < 1000
