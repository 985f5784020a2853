"""The page of a run, the list of runs, the inbox: who sees what, what can be done, and the log as a file."""

from __future__ import annotations

import csv
import io
import json
import uuid

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from runs import engine
from runs.models import Run, RunRole
from tests.engine.conftest import start
from tests.people import person, urn

pytestmark = pytest.mark.django_db(transaction=True)
PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
ASK = {
    "Type": "CreateWebInput",
    "Parameters": {
        "InputType": "Selection",
        "Context": {"PresentationStyle": "Text", "Title": "Release it?", "Text": "Look first."},
        "Options": [{"Value": "yes", "Label": "Yes"}, {"Value": "no", "Label": "No"}],
    },
    "ResultPath": "$.ask",
    "Next": "B",
}
ANSWER = {
    "Type": "AwaitWebInput",
    "Parameters": {"web_input_id.$": "$.ask.web_input_id"},
    "ResultPath": "$.answer",
    "End": True,
}


def client(name: str | None) -> Client:
    client = Client()
    if name:
        client.force_login(person(name))
    return client


@pytest.fixture
def finished() -> Run:
    run = start(PASS, input={"n": 1, "_private": {"key": "canary"}}, label="=first", monitors=[urn("bob")])
    engine.work(run.pk)
    return run


def page_data(body: str) -> dict:
    text = body.split('<script id="run-page" type="application/json">')[1].split("</script>")[0]
    return json.loads(text)


def test_the_page_holds_everything_that_has_happened(finished):
    data = page_data(client("alice").get(f"/runs/{finished.pk}/").content.decode())
    assert [entry["seq"] for entry in data["log"]["first"]["entries"]] == [1, 2, 3, 4]
    assert (data["visits"]["as_of"], data["first"]["entries"]) == (4, [])
    assert data["first"]["run"]["status"] == "SUCCEEDED"
    assert data["states"][0]["name"] == "A" and "digraph" in data["dot"]


def test_no_text_of_a_run_ends_the_script_that_holds_it():
    label = "</script><!-- & é \u2028"
    body = client("alice").get(f"/runs/{start(PASS, label=label).pk}/").content.decode()
    assert page_data(body)["first"]["run"]["label"] == label


def test_private_run_data_is_not_in_the_page(finished):
    assert b"canary" not in client("alice").get(f"/runs/{finished.pk}/").content
    assert b"canary" not in client("alice").get(f"/runs/{finished.pk}/log").getvalue()


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 200), ("mallory", 404), (None, 404)])
def test_only_those_with_a_role_see_a_run(finished, name, status):
    assert client(name).get(f"/runs/{finished.pk}/").status_code == status
    assert client(name).get(f"/runs/{finished.pk}/log").status_code == status


def test_a_run_that_does_not_exist_is_not_found():
    assert client("alice").get(f"/runs/{uuid.uuid4()}/").status_code == 404


def test_the_log_as_json_is_every_entry(finished):
    answer = client("alice").get(f"/runs/{finished.pk}/log")
    assert "attachment" in answer["Content-Disposition"]
    codes = [entry["code"] for entry in json.loads(answer.getvalue())]
    assert codes == ["FlowStarted", "PassStarted", "PassCompleted", "FlowSucceeded"]


def test_the_log_as_csv_holds_no_formula():
    run = start({"Type": "Pass", "Parameters": {"x": "=1+1"}, "End": True})
    Run.objects.filter(pk=run.pk).update(label="x")
    engine.work(run.pk)
    last = run.events.latest("seq")
    run.events.create(seq=last.seq + 1, time=last.time, code="X", description="=HYPERLINK()", details="{}")
    Run.objects.filter(pk=run.pk).update(last_seq=last.seq + 1)
    rows = list(
        csv.reader(io.StringIO(client("alice").get(f"/runs/{run.pk}/log?format=csv").getvalue().decode()))
    )
    assert rows[0][:3] == ["seq", "time", "code"]
    assert rows[-1][4] == "'=HYPERLINK()"


def test_the_log_as_text_is_a_line_an_entry(finished):
    lines = client("alice").get(f"/runs/{finished.pk}/log?format=text").getvalue().decode().splitlines()
    assert len(lines) == 4 and "FlowSucceeded" in lines[3]


def test_a_long_log_is_read_while_it_is_written(monkeypatch, finished):
    monkeypatch.setattr("runs.downloads._LEAST_BYTES", 1)
    monkeypatch.setattr("runs.logs.log_files._AT_ONCE", 2)
    pieces = client("alice").get(f"/runs/{finished.pk}/log?format=text").streaming_content
    with CaptureQueriesContext(connection) as captured:
        assert b"FlowStarted" in next(pieces) and not captured.captured_queries
        assert b"FlowSucceeded" in list(pieces)[-1] and len(captured) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/runs/{run}/log", "/runs/export?format=json"])
async def test_files_go_out_piece_by_piece_where_the_web_server_is_asynchronous(path):
    def begun() -> tuple[Run, AsyncClient]:
        visitor = AsyncClient()
        visitor.force_login(person("alice"))
        return start(PASS), visitor

    run, visitor = await database_sync_to_async(begun)()
    answer = await visitor.get(path.format(run=run.pk))
    assert answer.is_async
    assert len(json.loads(b"".join([piece async for piece in answer]))) == 1


def test_an_unknown_format_is_refused_with_the_known_ones(finished):
    answer = client("alice").get(f"/runs/{finished.pk}/log?format=xml")
    assert answer.status_code == 400 and b"csv" in answer.content


def test_cancel_ends_the_run():
    run = start(WAIT)
    engine.work(run.pk)
    assert client("alice").post(f"/runs/{run.pk}/cancel").status_code == 302
    engine.work(run.pk)
    run.refresh_from_db()
    assert run.status == Run.FAILED
    assert "Cancelled" in client("alice").get(f"/runs/{run.pk}/").content.decode()


def test_cancel_after_the_end_says_so(finished):
    answer = client("alice").post(f"/runs/{finished.pk}/cancel", follow=True)
    assert answer.status_code == 200 and b"has ended" in answer.content


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("mallory", 404)])
def test_cancel_needs_a_manager(finished, name, status):
    assert client(name).post(f"/runs/{finished.pk}/cancel").status_code == status


def test_cancel_by_get_changes_nothing(finished):
    assert client("alice").get(f"/runs/{finished.pk}/cancel").status_code == 405


def test_a_question_is_answered_on_the_page():
    run = start(ASK, ANSWER)
    engine.work(run.pk)
    alice = client("alice")
    assert "Release it?" in alice.get("/inbox/").content.decode()
    assert "Release it?" in alice.get(f"/runs/{run.pk}/").content.decode()
    question = run.web_inputs.get()
    alice.post(f"/inbox/{question.pk}/answer", {"option": question.options[0]["option_id"]})
    engine.work(run.pk)
    run.refresh_from_db()
    assert run.status == Run.SUCCEEDED
    assert json.loads(run.data)["answer"]["response"] == "yes"
    assert "Release it?" not in alice.get("/inbox/").content.decode()


def test_an_answer_that_is_no_option_is_refused():
    run = start(ASK, ANSWER)
    engine.work(run.pk)
    question = run.web_inputs.get()
    answer = client("alice").post(f"/inbox/{question.pk}/answer", {"option": "maybe"}, follow=True)
    assert b"Choose one of the options" in answer.content
    assert client("mallory").post(f"/inbox/{question.pk}/answer", {"option": "x"}).status_code == 404


def test_a_run_that_ended_asks_nothing_more():
    run = start(ASK, ANSWER)
    engine.work(run.pk)
    alice = client("alice")
    assert b"Release it?" in alice.get("/inbox/").content
    alice.post(f"/runs/{run.pk}/cancel")
    engine.work(run.pk)
    assert b"Release it?" not in alice.get("/inbox/").content
    assert b"q-" + str(run.web_inputs.get().pk).encode() not in alice.get(f"/runs/{run.pk}/").content


def test_a_run_that_waits_for_an_answer_needs_somebody():
    run = start(ASK, ANSWER)
    engine.work(run.pk)
    for address in (f"/runs/{run.pk}/", "/runs/"):
        assert b"status--needs-you" in client("alice").get(address).content


def test_without_a_script_the_events_are_listed(finished):
    page = client("alice").get(f"/runs/{finished.pk}/").content.decode()
    plain = page.split("<noscript>")[2].split("</noscript>")[0]
    assert [code in plain for code in ("FlowStarted", "PassStarted", "FlowSucceeded")] == [True] * 3


def test_the_list_shows_only_runs_one_may_see(finished):
    assert b"=first" in client("alice").get("/runs/").content
    assert b"=first" in client("bob").get("/runs/").content
    assert b"No runs yet" in client("mallory").get("/runs/").content
    assert client(None).get("/runs/").status_code == 302


def test_a_manager_by_role_may_cancel():
    run = start(WAIT)
    RunRole.objects.create(run=run, role=RunRole.MANAGER, principal=urn("bob"))
    assert client("bob").post(f"/runs/{run.pk}/cancel").status_code == 302
