"""Runs over the API: shapes, status codes, and what a start refuses."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import engine
from runs.models import Run
from tests.people import Api, urn

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT = {
    "StartAt": "A",
    "States": {"A": {"Type": "Wait", "Seconds": 3600, "Next": "B"}, "B": {"Type": "Pass", "End": True}},
}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "TooBig", "Cause": "It is too big."}}}
KEYS = (
    "run_id action_id flow_id flow_title flow_last_updated start_time completion_time status display_status "
    "label tags details run_owner created_by run_managers run_monitors manage_by monitor_by user_role "
    "user_roles blocking_web_input_id"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Api:
    return Api("alice")


def started(api: Api, definition: dict[str, Any] = PASS, *, work: bool = True, **more: Any) -> dict[str, Any]:
    flow = api.flow(definition=definition)
    answer = api("POST", f"/flows/{flow['id']}/run", {"body": {"x": 1}} | more)
    assert answer.status_code == 201, answer.content
    run = dict(answer.json())
    if work:
        engine.work(uuid.UUID(run["run_id"]))
    return run


def refused(answer: Any, status: int, code: str) -> Any:
    """Return the detail of a refusal, after a look at its envelope."""
    assert answer.status_code == status, answer.content
    document = answer.json()
    assert document["error"]["code"] == code
    uuid.UUID(document["debug_id"])
    return document["error"]["detail"]


def test_a_start_answers_with_the_whole_run(alice):
    run = started(alice, work=False, label="night 62", tags=["  a   b ", "c"])
    assert set(run) == set(KEYS.split())
    assert (run["status"], run["label"], run["tags"]) == ("ACTIVE", "night 62", ["a b", "c"])
    assert run["run_owner"] == run["created_by"] == urn("alice")
    assert run["details"] == {
        "code": "FlowStarting",
        "description": "The Flow is starting execution",
        "details": {"input": {"x": 1}},
    }
    assert (run["user_role"], run["user_roles"]) == ("run_owner", ["run_owner", "flow_run_manager"])
    assert run["completion_time"] is None and run["start_time"].endswith("+00:00")


def test_a_run_that_succeeded_shows_its_output(alice):
    run = started(alice)
    shown = alice("GET", f"/runs/{run['run_id']}").json()
    assert (shown["status"], shown["details"]["code"], shown["details"]["output"]) == (
        "SUCCEEDED",
        "FlowSucceeded",
        {"x": 1},
    )
    assert datetime.fromisoformat(shown["completion_time"]) >= datetime.fromisoformat(shown["start_time"])


def test_a_run_that_failed_says_where_and_why(alice):
    run = started(alice, FAIL)
    details = alice("GET", f"/runs/{run['run_id']}").json()["details"]
    assert details["code"] == "FlowFailed" and details["description"]
    assert details["details"] == {"state_name": "A", "exception": "TooBig", "cause": "It is too big."}


def test_a_run_that_waits_shows_its_last_entry(alice):
    run = started(alice, WAIT)
    details = alice("GET", f"/runs/{run['run_id']}").json()["details"]
    assert (details["code"], details["details"]["state_name"]) == ("WaitStarted", "A")


def test_secrets_in_the_input_are_shown_nowhere(alice):
    run = started(alice, body={"x": 1, "_private_key": "canary-1", "_tokens": {"r": "canary-2"}})
    path = f"/runs/{run['run_id']}"
    for answer in (alice("GET", path), alice("GET", f"{path}/log"), alice("GET", "/runs")):
        assert b"canary" not in answer.content
    assert "canary" not in str(run)


def test_the_flow_is_described_only_when_asked_for(alice):
    run = started(alice)
    path = f"/runs/{run['run_id']}"
    assert "flow_description" not in alice("GET", path, include_flow_description="False").json()
    described = alice("GET", path, include_flow_description="True").json()["flow_description"]
    assert (described["id"], described["title"]) == (run["flow_id"], "Nightly copy")


# --- what a start refuses


@pytest.mark.parametrize("action", ["run", "validate_run"])
def test_an_input_that_the_schema_forbids_is_refused_field_by_field(alice, action):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["m"]}
    flow = alice.flow(input_schema=schema)
    answer = alice("POST", f"/flows/{flow['id']}/{action}", {"body": {"n": "x"}})
    detail = refused(answer, 400, "FLOW_INPUT_ERROR")
    assert {tuple(item["loc"]) for item in detail} == {("$.n",), ("$",)}
    assert {item["type"] for item in detail} == {"InvalidActionInput"}
    assert answer.json()["error"]["message"] == "Input failed schema validation with 2 errors."
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("more", "loc"),
    [
        ({"label": ""}, ["label"]),
        ({"label": "x" * 65}, ["label"]),
        ({"label": 3}, ["label"]),
        ({"tags": "a"}, ["tags"]),
        ({"tags": ["a", 3]}, ["tags", 1]),
        ({"tags": [" "]}, ["tags", 0]),
        ({"run_managers": ["carol"]}, ["run_managers", 0]),
        ({"run_monitors": ["public"]}, ["run_monitors", 0]),
        (
            {"activity_notification_policy": {"status": ["DONE"]}},
            ["activity_notification_policy", "status", 0],
        ),
        ({"activity_notification_policy": []}, ["activity_notification_policy"]),
    ],
)
def test_metadata_that_is_wrong_is_refused_with_its_place(alice, more, loc):
    flow = alice.flow()
    detail = refused(
        alice("POST", f"/flows/{flow['id']}/run", {"body": {}} | more), 422, "UNPROCESSABLE_ENTITY"
    )
    assert [item["loc"] for item in detail] == [loc]
    assert not Run.objects.exists()


@pytest.mark.parametrize("body", [{}, {"body": None}, {"body": []}, {"body": "x"}])
def test_an_input_that_is_no_object_is_refused(alice, body):
    flow = alice.flow()
    assert refused(alice("POST", f"/flows/{flow['id']}/run", body), 422, "UNPROCESSABLE_ENTITY")[0][
        "loc"
    ] == ["body"]


def test_an_input_that_is_too_large_is_refused(alice):
    flow = alice.flow()
    answer = alice("POST", f"/flows/{flow['id']}/run", {"body": {"x": "y" * 250_000}})
    assert "204,800" in refused(answer, 400, "FLOW_INPUT_ERROR")[0]["msg"]


def test_members_that_are_null_count_as_absent(alice):
    run = started(alice, label=None, tags=None, run_managers=None, activity_notification_policy=None)
    assert (run["label"], run["tags"], run["run_managers"]) == (None, [], [])
    assert Run.objects.get().notify_on == ["INACTIVE"]


def test_the_owner_chooses_of_what_to_be_told(alice):
    started(alice, activity_notification_policy={"status": ["SUCCEEDED", "FAILED"]})
    assert Run.objects.get().notify_on == ["FAILED", "SUCCEEDED"]


def test_a_valid_start_can_be_tried_without_starting(alice):
    flow = alice.flow()
    answer = alice("POST", f"/flows/{flow['id']}/validate_run", {"body": {}})
    assert (answer.status_code, answer.json()) == (200, {"message": "validation successful"})
    assert not Run.objects.exists()


def test_a_run_keeps_the_definition_it_started_with(alice):
    run = started(alice, WAIT)
    alice("PUT", f"/flows/{run['flow_id']}", {"definition": PASS, "input_schema": {"type": "object"}})
    answer = alice("GET", f"/runs/{run['run_id']}/definition")
    assert answer.json() == {"flow_id": run["flow_id"], "definition": WAIT, "input_schema": {}}
    assert list(answer.json()["definition"]["States"]) == ["A", "B"]


# --- changing, cancelling, releasing, resuming


def test_an_update_changes_what_is_given_and_nothing_else(alice):
    run = started(alice, label="a", tags=["t"], run_monitors=[urn("bob")])
    path = f"/runs/{run['run_id']}"
    changed = alice("PUT", path, {"tags": ["a", "b"], "run_managers": [urn("carol")]}).json()
    assert (changed["label"], changed["tags"]) == ("a", ["a", "b"])
    assert (changed["run_managers"], changed["run_monitors"]) == ([urn("carol")], [urn("bob")])
    assert alice("PUT", path, {"run_monitors": []}).json()["run_monitors"] == []


def test_a_wrong_update_changes_nothing(alice):
    run = started(alice, label="a")
    refused(alice("PUT", f"/runs/{run['run_id']}", {"label": "b", "tags": 3}), 422, "UNPROCESSABLE_ENTITY")
    assert alice("GET", f"/runs/{run['run_id']}").json()["label"] == "a"


def test_a_run_is_cancelled(alice):
    run = started(alice, WAIT)
    answer = alice("POST", f"/runs/{run['run_id']}/cancel")
    assert answer.status_code == 202
    engine.work(uuid.UUID(run["run_id"]))
    details = alice("GET", f"/runs/{run['run_id']}").json()["details"]
    assert (details["code"], details["details"]) == ("FlowCanceled", {})
    assert details["description"] == "The Flow Instance was canceled by the user"


def test_a_run_that_has_ended_is_not_cancelled_or_resumed(alice):
    run = started(alice)
    for action in ("cancel", "resume"):
        refused(alice("POST", f"/runs/{run['run_id']}/{action}"), 409, "STATE_CONFLICT")


def test_a_run_is_released_only_when_it_has_ended(alice):
    run = started(alice, WAIT)
    path = f"/runs/{run['run_id']}"
    detail = refused(alice("POST", f"{path}/release"), 409, "STATE_CONFLICT")
    assert detail == (
        f"Run {run['run_id']} has status 'ACTIVE' but must have status in "
        "{'ENDED', 'SUCCEEDED', 'FAILED'} for requested operation"
    )
    alice("POST", f"{path}/cancel")
    engine.work(uuid.UUID(run["run_id"]))
    assert alice("POST", f"{path}/release").json()["details"]["code"] == "FlowCanceled"
    refused(alice("GET", path), 404, "NOT_FOUND")


def test_resuming_a_run_that_is_at_work_is_a_harmless_hint(alice):
    run = started(alice, WAIT)
    assert alice("POST", f"/runs/{run['run_id']}/resume").json()["status"] == "ACTIVE"


def test_runs_survive_their_flow(alice):
    run = started(alice)
    alice("DELETE", f"/flows/{run['flow_id']}")
    shown = alice("GET", f"/runs/{run['run_id']}", include_flow_description="true").json()
    assert shown["flow_title"] == "Nightly copy" and shown["flow_description"]["deleted_at"]
    refused(alice("POST", f"/flows/{run['flow_id']}/run", {"body": {}}), 404, "NOT_FOUND")


# --- the log


def entries(api: Api, run: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """All entries, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = api("GET", f"/runs/{run['run_id']}/log", **query).json()
        found += page["entries"]
        if not page["has_next_page"]:
            return found
        query = {"marker": page["marker"]}


def test_the_log_comes_in_pages_of_ten_in_either_order(alice):
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(12)}
    run = started(alice, {"StartAt": "S0", "States": states | {"S12": {"Type": "Pass", "End": True}}})
    first = alice("GET", f"/runs/{run['run_id']}/log").json()
    assert (first["limit"], len(first["entries"])) == (10, 10)
    forth = entries(alice, run)
    assert [entry["code"] for entry in forth] == [
        "FlowStarted",
        *["PassStarted", "PassCompleted"] * 13,
        "FlowSucceeded",
    ]
    assert forth[0].keys() == {"time", "code", "description", "details"}
    assert entries(alice, run, reverse_order="True", limit=7) == forth[::-1]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"reverse_order": "maybe"}, {"marker": "x"}]
)
def test_a_log_asked_for_wrongly_is_refused(alice, query):
    run = started(alice)
    refused(alice("GET", f"/runs/{run['run_id']}/log", **query), 400, "BAD_REQUEST")


# --- lists


def test_runs_are_listed_newest_first_in_pages(alice):
    runs = [started(alice)["run_id"] for _ in range(3)][::-1]
    first = alice("GET", "/runs", per_page=2).json()
    assert [run["run_id"] for run in first["runs"]] == runs[:2]
    assert (first["limit"], first["has_next_page"]) == (2, True)
    second = alice("GET", "/runs", marker=first["marker"]).json()
    assert [run["run_id"] for run in second["runs"]] == runs[2:]
    assert (second["has_next_page"], second["marker"]) == (False, None)
    assert second["runs"][0] == alice("GET", f"/runs/{runs[2]}").json()


def listed(api: Api, **query: Any) -> list[str]:
    answer = api("GET", "/runs", **query)
    assert answer.status_code == 200, answer.content
    return [run["label"] for run in answer.json()["runs"]]


def test_the_filters_of_the_list(alice):
    ended = started(alice, label="Night one")
    waiting = started(alice, WAIT, label="night two")
    failed = started(alice, FAIL, label="day")
    both = f"{ended['flow_id']},{failed['flow_id']}"
    assert listed(alice, filter_flow_id=both) == ["day", "Night one"]
    assert listed(alice, filter_flow_id="", filter_roles="") == ["day", "night two", "Night one"]
    assert listed(alice, filter_status="ACTIVE,FAILED") == ["day", "night two"]
    assert listed(alice, filter_status="ENDED") == []
    assert listed(alice, filter_label="NIGHT") == ["night two", "Night one"]
    assert listed(alice, filter_flow_title="nightly") == ["day", "night two", "Night one"]
    since = waiting["start_time"]
    assert listed(alice, filter_start_time=since) == ["day", "night two"]
    assert listed(alice, filter_start_time=f",{since}") == ["Night one"]
    assert listed(alice, filter_start_time=f"{since},{failed['start_time']}") == ["night two"]
    assert listed(alice, filter_completion_time="2020-01-01T00:00:00+00:00") == ["day", "Night one"]
    assert listed(alice, orderby="label ASC") == ["Night one", "day", "night two"]
    assert listed(alice, orderby="start_time ASC") == ["Night one", "night two", "day"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter_status": "DONE"},
        {"filter_roles": "boss"},
        {"filter_flow_id": "x"},
        {"filter_start_time": "yesterday"},
        {"filter_start_time": ","},
        {"filter_start_time": "2026-01-01,2026-02-01,2026-03-01"},
        {"filter_start_time": "0001-01-01T00:00:00+14:00"},
        {"orderby": "owner__password ASC"},
        {"orderby": "label SIDEWAYS"},
        {"per_page": 1_000_000},
        {"marker": "tampered"},
    ],
)
def test_a_list_asked_for_wrongly_is_refused(alice, query):
    refused(alice("GET", "/runs", **query), 400, "BAD_REQUEST")


def test_a_list_costs_the_same_number_of_queries_however_long(alice):
    costs = []
    for _ in range(2):
        for _ in range(3):
            started(alice)
        with CaptureQueriesContext(connection) as captured:
            listed(alice)
        costs.append(len(captured))
    assert costs[0] == costs[1] < 10


@pytest.mark.parametrize("run_id", ["x", "0", str(uuid.uuid4()), "A" * 300])
def test_a_run_that_is_not_there_is_not_found(alice, run_id):
    for method, path in [
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/cancel"),
        ("GET", "/log"),
        ("GET", "/definition"),
    ]:
        refused(alice(method, f"/runs/{run_id}{path}", {} if method == "PUT" else None), 404, "NOT_FOUND")
