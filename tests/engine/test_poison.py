"""Definitions that another edition of the site has stored: shown, not run, and never an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client

from runs import engine
from runs.models import Run
from tests.engine.conftest import codes, expire_lease, fresh, last_details, start, version_of
from tests.people import Api, person

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
UNREADABLE = ["", "{", "null", "[1]", '"x"', "3"]
BROKEN = [
    "{}",
    '{"StartAt": 3}',
    '{"StartAt": "A"}',
    '{"StartAt": "A", "States": []}',
    '{"StartAt": "A", "States": {"A": 3}}',
    '{"StartAt": "A", "States": {"A": {"Type": ["Pass"]}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Nope"}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Choice"}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Action", "End": true}}}',
    '{"StartAt": null, "States": {"": {}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": "x", "End": true}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.=": "(("}, "End": true}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": 4}}}',
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("source", UNREADABLE + BROKEN)
def test_pages_lists_and_the_run_itself_survive_it(source):
    version = version_of(PASS)
    run = engine.start(version, person("alice"), {})
    type(version).objects.update(source=source)
    api, client = Api("alice"), Client()
    client.force_login(person("alice"))
    for path in ("/flows", f"/flows/{version.flow_id}", "/runs", f"/runs/{run.pk}/definition"):
        assert api("GET", path).status_code == 200, path
    for page in ("", "start", "edit"):
        assert client.get(f"/flows/{version.flow_id}/{page}").status_code in (200, 301), page
    for page in ("/", "/runs/", f"/runs/{run.pk}/"):
        assert client.get(page).status_code == 200, page
    engine.work(run.pk)
    assert (fresh(run).status, codes(run)[-1]) == (Run.FAILED, "FlowFailed")


@pytest.mark.parametrize("source", UNREADABLE)
def test_what_cannot_be_read_is_not_started_and_says_why(source):
    version = version_of(PASS)
    type(version).objects.update(source=source)
    answer = Api("alice")("POST", f"/flows/{version.flow_id}/run", {"body": {}})
    assert answer.status_code == 409
    assert "publish it again" in answer.json()["error"]["detail"]
    client = Client()
    client.force_login(person("alice"))
    page = client.post(
        f"/flows/{version.flow_id}/start", {"action": "start", "tab": "advanced", "text": "{}"}
    )
    assert page.status_code == 422 and "publish it again" in page.content.decode()
    assert not Run.objects.exists()


def test_one_that_costs_workers_their_lives_does_not_keep_others_from_theirs(ledger):
    poison, other = start({"Type": "Pass", "End": True}), start({"Type": "Pass", "End": True})
    for _ in range(6):
        engine.claim(poison.pk)  # and dies
        expire_lease(poison)
    for run_id in engine.sweep().due:
        engine.work(run_id)
    assert fresh(other).status == Run.SUCCEEDED
    assert last_details(poison)["exception"] == "Flows.WorkerLost"
