"""Schedules and retries over the API: shapes, status codes, and what is refused."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from globus_sdk import MISSING, FlowTimer, OnceTimerSchedule, RecurringTimerSchedule

from runs import engine
from runs.models import Run, RunSchedule
from runs.sweeper import Sweeper
from tests.api.test_runs import FAIL, refused, started
from tests.people import Api, urn
from tests.runs.schedules import DAILY, flow_of, later

pytestmark = pytest.mark.django_db
KEYS = (
    "schedule_id flow_id flow_title schedule_owner user_role status reason schedule body label tags "
    "run_managers run_monitors activity_notification_policy next_run_time next_run_times runs_started "
    "last_run_id created_timestamp edited_timestamp"
)


@pytest.fixture
def bob() -> Api:
    return Api("bob")


@pytest.fixture
def flow_id() -> str:
    return str(flow_of().pk)


def made(api: Api, flow_id: str, schedule: dict[str, Any] = DAILY, **more: Any) -> dict[str, Any]:
    answer = api("POST", "/schedules", {"flow_id": flow_id, "body": {"x": 1}, "schedule": schedule} | more)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_schedule_is_shown_as_it_was_asked_for(bob, flow_id):
    document = made(bob, flow_id, label="night", tags=["a"], run_managers=[urn("dora")])
    assert set(document) == set(KEYS.split())
    assert (document["status"], document["user_role"]) == ("ACTIVE", "schedule_owner")
    assert document["schedule"]["expression"] == "0 9 * * *" and len(document["next_run_times"]) == 5
    assert document["next_run_time"] == document["next_run_times"][0]
    again = bob("GET", f"/schedules/{document['schedule_id']}").json()
    assert again == document
    plan = bob("POST", "/schedules/preview", {"schedule": document["schedule"]})
    assert plan.json()["next_run_times"] == document["next_run_times"]


def test_the_times_are_those_of_globus_timers(bob, flow_id):
    end = {"condition": "iterations", "iterations": 3}
    plans = [OnceTimerSchedule(), OnceTimerSchedule(later()), RecurringTimerSchedule(3600, end=end)]
    for plan in plans:
        timer = FlowTimer(flow_id=flow_id, name="t", schedule=plan, body={"body": {"x": 1}})
        sent = {name: value for name, value in timer["schedule"].items() if value is not MISSING}
        made(bob, timer["flow_id"], sent)
    last = RunSchedule.objects.latest("created_at")
    assert (last.interval_seconds, last.most_runs) == (3600, 3)


@pytest.mark.parametrize(
    ("schedule", "place"),
    [
        (None, ["schedule", "type"]),
        ("daily", ["schedule", "type"]),
        ({"type": "weekly"}, ["schedule", "type"]),
        ({"type": "once", "datetime": "2020-01-01T00:00:00Z"}, ["schedule"]),
        ({"type": "once", "datetime": 5}, ["schedule", "datetime"]),
        ({"type": "once", "datetime": "soon"}, ["schedule", "datetime"]),
        ({"type": "once", "datetime": "9999-12-31T23:59"}, ["schedule", "datetime"]),
        ({"type": "recurring"}, ["schedule", "interval_seconds"]),
        ({"type": "recurring", "interval_seconds": 59}, ["schedule", "interval_seconds"]),
        ({"type": "recurring", "interval_seconds": True}, ["schedule", "interval_seconds"]),
        ({"type": "recurring", "interval_seconds": 10**12}, ["schedule", "interval_seconds"]),
        (DAILY | {"expression": "61 * * * *"}, ["schedule", "expression"]),
        (DAILY | {"expression": None}, ["schedule", "expression"]),
        (DAILY | {"time_zone": "Mars/Olympus"}, ["schedule", "time_zone"]),
        (DAILY | {"time_zone": 1}, ["schedule", "time_zone"]),
        (DAILY | {"end": "never"}, ["schedule", "end"]),
        (DAILY | {"end": {"condition": "time"}}, ["schedule", "end", "datetime"]),
        (DAILY | {"end": {"condition": "time", "datetime": "2020-01-01T00:00:00Z"}}, ["schedule"]),
        (DAILY | {"end": {"condition": "iterations", "iterations": 0}}, ["schedule", "end", "iterations"]),
        (DAILY | {"start": "2026-02-30T00:00"}, ["schedule", "start"]),
    ],
)
def test_a_wrong_plan_is_told_with_its_place(bob, flow_id, schedule, place):
    body = {"flow_id": flow_id, "body": {"x": 1}, "schedule": schedule}
    detail = refused(bob("POST", "/schedules", body), 422, "UNPROCESSABLE_ENTITY")
    assert place in [item["loc"] for item in detail]
    assert all(item["msg"].endswith(".") for item in detail)
    assert not RunSchedule.objects.exists()


def test_what_else_is_refused(bob, flow_id):
    whole = {"flow_id": flow_id, "body": {"x": 1}, "schedule": DAILY}
    refused(bob("POST", "/schedules", whole | {"flow_id": "x"}), 422, "UNPROCESSABLE_ENTITY")
    refused(bob("POST", "/schedules", whole | {"flow_id": None}), 422, "UNPROCESSABLE_ENTITY")
    refused(bob("POST", "/schedules", whole | {"flow_id": str(uuid.uuid4())}), 404, "NOT_FOUND")
    refused(bob("POST", "/schedules", whole | {"body": 1}), 422, "UNPROCESSABLE_ENTITY")
    refused(bob("POST", "/schedules", whole | {"body": {"x": "y"}}), 400, "FLOW_INPUT_ERROR")
    refused(bob("POST", "/schedules", whole | {"label": 5}), 422, "UNPROCESSABLE_ENTITY")
    refused(Api("carol")("POST", "/schedules", whole), 403, "FORBIDDEN")
    refused(Api("mallory")("POST", "/schedules", whole), 404, "NOT_FOUND")
    refused(Api(None)("POST", "/schedules", whole), 401, "AUTHENTICATION_ERROR")
    assert not RunSchedule.objects.exists()


def test_what_is_given_changes_and_nothing_else(bob, flow_id):
    schedule = made(bob, flow_id, body={"x": 1, "_private_key": "s"}, label="night")
    address = f"/schedules/{schedule['schedule_id']}"
    assert schedule["body"] == {"x": 1}
    changed = bob(
        "PUT", address, {"body": {"x": 2}, "schedule": {"type": "recurring", "interval_seconds": 60}}
    )
    assert changed.status_code == 200 and changed.json()["label"] == "night"
    row = RunSchedule.objects.get()
    assert json.loads(row.input) == {"x": 2, "_private_key": "s"}
    assert (row.kind, row.interval_seconds, row.cron) == ("interval", 60, "")
    refused(bob("PUT", address, {"body": {"x": "no"}}), 400, "FLOW_INPUT_ERROR")
    refused(bob("PUT", address, {"schedule": {"type": "cron"}}), 422, "UNPROCESSABLE_ENTITY")


def test_pause_resume_delete(bob, flow_id):
    address = f"/schedules/{made(bob, flow_id)['schedule_id']}"
    paused = bob("POST", f"{address}/pause").json()
    assert (paused["status"], paused["next_run_time"], paused["next_run_times"]) == ("PAUSED", None, [])
    assert bob("POST", f"{address}/pause").status_code == 200
    assert bob("POST", f"{address}/resume").json()["status"] == "ACTIVE"
    assert bob("DELETE", address).status_code == 200
    refused(bob("GET", address), 404, "NOT_FOUND")


def test_its_runs_are_listed_to_who_may_see_them(bob, flow_id):
    schedule = made(bob, flow_id, {"type": "once"})
    Sweeper().tick()
    address = f"/schedules/{schedule['schedule_id']}"
    (run,) = bob("GET", f"{address}/runs").json()["runs"]
    assert run["run_owner"] == urn("bob")
    assert bob("GET", address).json()["last_run_id"] == run["run_id"]
    refused(bob("POST", f"{address}/pause"), 409, "STATE_CONFLICT")
    refused(bob("POST", f"{address}/resume"), 409, "STATE_CONFLICT")
    assert bob("DELETE", address).status_code == 200 and Run.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sees", "stops", "changes"),
    [
        ("bob", 200, 200, 200),
        ("alice", 200, 200, 403),
        ("dora", 200, 200, 403),
        ("carol", 404, 404, 404),
        ("mallory", 404, 404, 404),
    ],
)
def test_who_may_what(bob, flow_id, name, sees, stops, changes):
    address, api = f"/schedules/{made(bob, flow_id)['schedule_id']}", Api(name)
    assert api("GET", address).status_code == sees
    assert api("POST", f"{address}/pause").status_code == stops
    assert api("PUT", address, {"label": "x"}).status_code == changes
    assert api("POST", f"{address}/resume").status_code == changes
    assert len(api("GET", "/schedules").json()["schedules"]) == (sees == 200)
    assert api("DELETE", address).status_code == stops


def test_the_list_is_paged_filtered_and_costs_the_same_at_any_length(bob, flow_id):
    first = made(bob, flow_id)
    Api("bob")("GET", "/schedules")
    with CaptureQueriesContext(connection) as short:
        bob("GET", "/schedules")
    for _ in range(4):
        made(bob, flow_id)
    with CaptureQueriesContext(connection) as long:
        bob("GET", "/schedules")
    assert len(long) == len(short)
    bob("POST", f"/schedules/{first['schedule_id']}/pause")
    page = bob("GET", "/schedules", per_page=3).json()
    rest = bob("GET", "/schedules", marker=page["marker"]).json()
    assert (len(page["schedules"]), len(rest["schedules"]), rest["has_next_page"]) == (3, 2, False)
    assert len(bob("GET", "/schedules", filter_status="PAUSED").json()["schedules"]) == 1
    assert len(bob("GET", "/schedules", filter_status="PAUSED,ACTIVE").json()["schedules"]) == 5
    assert bob("GET", "/schedules", filter_flow_id=str(uuid.uuid4())).json()["schedules"] == []
    assert len(bob("GET", "/schedules", filter_mine="true", filter_flow_id=flow_id).json()["schedules"]) == 5
    refused(bob("GET", "/schedules", filter_status="ASLEEP"), 400, "BAD_REQUEST")


@pytest.mark.parametrize("wrong", ["x", str(uuid.uuid4()), "0" * 500])
def test_a_schedule_that_is_not_there(bob, wrong):
    for method, end in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/pause"), ("GET", "/runs")):
        refused(bob(method, f"/schedules/{wrong}{end}", {} if method != "GET" else None), 404, "NOT_FOUND")


# --- retry


@pytest.fixture
def alice() -> Api:
    return Api("alice")


def test_a_retry_is_previewed_and_done(alice):
    run = started(alice, FAIL)
    address = f"/runs/{run['run_id']}/retry"
    told = alice("GET", address).json()
    assert (told["state_name"], told["definition"], told["version"], told["newest_version"]) == (
        "A",
        "same",
        1,
        1,
    )
    assert (told["run_data"], told["states_completed"], told["states_ahead"]) == ({"x": 1}, [], ["A"])
    answer = alice("POST", address, {"run_data": {"x": 2}, "definition": "newest"})
    assert answer.status_code == 201
    new = answer.json()
    assert new["details"]["details"]["retry_of"] == run["run_id"]
    assert new["details"]["details"]["run_data"] == {"x": 2}
    refused(alice("POST", address, {}), 409, "STATE_CONFLICT")


def test_the_log_shows_on_request_what_was_finished_before(alice):
    run = started(alice, FAIL)
    new = alice("POST", f"/runs/{run['run_id']}/retry", {}).json()
    engine.work(uuid.UUID(new["run_id"]))
    log = f"/runs/{new['run_id']}/log"
    assert [entry["code"] for entry in alice("GET", log).json()["entries"]] == [
        "FlowStarted",
        "FailStarted",
        "FlowFailed",
    ]
    whole = alice("GET", log, include_earlier="true").json()["entries"]
    assert [entry.get("from_run") for entry in whole] == [run["run_id"], None, None, None]
    page = alice("GET", log, include_earlier="true", limit=2, reverse_order="true").json()
    rest = alice("GET", log, marker=page["marker"]).json()["entries"]
    assert [*page["entries"], *rest] == whole[::-1]


@pytest.mark.parametrize(
    "wrong",
    [{"state_name": 5}, {"state_name": ""}, {"state_name": "Z"}, {"run_data": [1]}, {"definition": "oldest"}],
)
def test_a_wrong_retry_is_told(alice, wrong):
    run = started(alice, FAIL)
    detail = refused(alice("POST", f"/runs/{run['run_id']}/retry", wrong), 422, "UNPROCESSABLE_ENTITY")
    assert [item["loc"] for item in detail] == [list(wrong)]


def test_a_wrong_question_about_a_retry_is_told(alice):
    run = started(alice, FAIL)
    refused(alice("GET", f"/runs/{run['run_id']}/retry", definition="oldest"), 400, "BAD_REQUEST")
    refused(alice("GET", f"/runs/{run['run_id']}/retry", state_name="Z"), 422, "UNPROCESSABLE_ENTITY")
    refused(alice("GET", f"/runs/{started(alice)['run_id']}/retry"), 409, "STATE_CONFLICT")
    refused(Api("mallory")("GET", f"/runs/{run['run_id']}/retry"), 404, "NOT_FOUND")
