"""The list of runs: its page, its live rows, the bars, several runs at once, views and export."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from library.models import Flow, FlowVersion
from runs import engine
from runs.finding import over_time
from runs.finding.tables import RunFacts, RunView
from runs.models import Run, RunAgain
from tests.engine.conftest import start
from tests.people import person, urn

pytestmark = pytest.mark.django_db(transaction=True)
PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
FAIL = {"Type": "Fail", "Error": "Broken", "Cause": "It broke."}


def client(name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(name))
    return client


def ran(*states: dict[str, Any], **options: Any) -> Run:
    run = start(*states, **options)
    engine.work(run.pk)
    return run


def get(path: str, name: str = "alice", status: int = 200, **query: Any) -> str:
    answer = client(name).get(path, query)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def listed(page: str) -> list[str]:
    return re.findall(r'<tr data-run="([^"]+)"', page)


# --- the page


def test_the_newest_runs_come_first_and_in_pages():
    first = start(PASS)
    Run.objects.bulk_create(
        Run(flow=first.flow, version=first.version, owner=first.owner, label=f"run {number}")
        for number in range(30)
    )
    page = get("/runs/")
    assert len(listed(page)) == 20 and 'rel="next"' in page
    assert listed(get("/runs/", page=2))[-1] == str(first.pk)
    assert len(listed(get("/runs/", per_page=100))) == 31


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("q=label:first", True),
        ("q=nothing", False),
        ("status=SUCCEEDED", True),  # addresses of before there was one box
        ("status=FAILED", False),
        ("mine=1", True),
        (f"flow={uuid.uuid4()}", False),
        ("sort=nonsense", True),
    ],
)
def test_the_address_says_what_is_shown(query, is_shown):
    run = ran(PASS, label="first")
    assert (str(run.pk) in listed(get(f"/runs/?{query}"))) is is_shown


def test_a_search_that_cannot_be_read_says_where_and_what_to_do():
    ran(PASS)
    page = get("/runs/", q="<b> staus:failed", status=400)
    assert listed(page) == []
    assert "cannot be read at position 5" in page
    assert "Did you mean &quot;status&quot;?" in page
    assert "?q=%3Cb%3E%20status%3Afailed" in page and "<b>" not in page
    for path in ("/runs/live", "/runs/when", "/runs/export"):
        assert "Position 5" in get(path, q="<b> staus:failed", status=400)


def test_each_criterion_can_be_taken_out():
    page = get("/runs/", q='status:failed label:"a b"')
    assert "?q=status%3Afailed&quot;" in page.replace('"', "&quot;")
    assert "?q=label%3A%22a+b%22&quot;" in page.replace('"', "&quot;")


def test_orders_are_by_time_and_name():
    fast, slow, going = ran(PASS, label="b"), ran(PASS, label="C"), start(WAIT, label="a")
    for run, seconds in ((fast, 1), (slow, 60)):
        Run.objects.filter(pk=run.pk).update(completed_at=run.started_at + timedelta(seconds=seconds))
    get("/runs/", q="a")  # takes up the labels
    shown = {sort: listed(get("/runs/", sort=sort)) for sort in ("oldest", "longest", "shortest", "label")}
    ids = [str(run.pk) for run in (fast, slow, going)]
    assert shown == {
        "oldest": ids,
        "longest": [ids[1], ids[0], ids[2]],
        "shortest": ids,
        "label": [ids[2], ids[0], ids[1]],
    }


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/runs/", {"page": "0"}),
        ("/runs/", {"per_page": "1000"}),
        ("/runs/live", {"shown": "x"}),
        ("/runs/live", {"shown": [str(uuid.uuid4())] * 101}),
        ("/runs/export", {"format": "xml"}),
    ],
)
def test_an_address_that_means_nothing_is_a_clear_400(path, query):
    assert "cannot be understood" in get(path, status=400, **query)


@pytest.mark.parametrize("path", ["/runs/", "/runs/live", "/runs/when", "/runs/export", "/runs/views/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(path):
    assert Client().get(path).status_code == 302


# --- live


def test_live_rows_are_those_found_now_and_those_on_the_page():
    gone, there = ran(PASS), start(WAIT)
    alien = start(WAIT, owner=person("bob"))
    Flow.objects.filter(pk=alien.flow_id).update(owner=person("bob"))
    text = get("/runs/live", q="status:running", shown=[gone.pk, there.pk, alien.pk])
    found, others = text.split("data-others")
    assert listed(found) == [str(there.pk)]
    assert listed(others) == [str(gone.pk)] and "Succeeded" in others


def test_a_row_has_another_version_once_its_status_has_changed():
    run = start(PASS)
    before = re.findall('data-version="([^"]+)"', get("/runs/live"))
    engine.work(run.pk)
    assert re.findall('data-version="([^"]+)"', get("/runs/live")) != before


# --- the bars


def started(*instants: datetime) -> None:
    first = ran(PASS)
    for instant in instants:
        Run.objects.create(flow=first.flow, version=first.version, owner=first.owner, started_at=instant)
    RunFacts.objects.filter(run=first.pk).update(started_at=instants[0])


def bars(facts: Any) -> list[int]:
    return [bar.total for bar in over_time.over_time(facts).bars]


def test_bars_have_the_least_width_that_suffices():
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    started(noon, noon + timedelta(minutes=3), noon + timedelta(minutes=3, seconds=59))
    assert bars(RunFacts.objects.all()) == [2, 0, 0, 2]
    Run.objects.create(**one_more(noon + timedelta(hours=20)))
    assert bars(RunFacts.objects.all()) == [4] + [0] * 39 + [1]
    Run.objects.create(**one_more(noon + timedelta(days=100)))
    counted = over_time.over_time(RunFacts.objects.all())
    assert len(counted.bars) <= over_time.MOST_BARS
    assert {(bar.end - bar.start).days for bar in counted.bars} == {7}
    assert all(bar.start.weekday() == 0 for bar in counted.bars)
    assert counted.counts == {"succeeded": 1, "running": 5} and counted.total == 6


def one_more(instant: datetime) -> dict[str, Any]:
    run = Run.objects.select_related("flow", "version", "owner").first()
    assert run is not None
    return {"flow": run.flow, "version": run.version, "owner": run.owner, "started_at": instant}


def test_a_bar_leads_to_its_runs_alone():
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    started(noon, noon + timedelta(days=10))
    text = get("/runs/when", q="status:running since:2025-01-01")
    (address,) = re.findall(r'href="/runs/([^"]+)" aria-label="12 Mar 2026[^"]*: 1 running"', text)
    assert "since%3A2026-03-12" in address and "2025" not in address
    assert len(listed(client("alice").get("/runs/" + address.replace("&amp;", "&")).content.decode())) == 1


def test_without_runs_there_are_no_bars():
    assert get("/runs/when", q="nothing").strip() == ""


# --- several at once


def post(name: str, action: str, *runs: Any, status: int = 200, **more: str) -> str:
    ids = [str(getattr(run, "pk", run)) for run in runs]
    answer = client(name).post("/runs/chosen", {"action": action, "run": ids, **more})
    assert answer.status_code == status, answer.content
    return answer.content.decode() if status == 200 else answer.headers.get("Location", "")


def test_cancelling_several_is_shown_first_and_says_what_is_left_alone():
    going, ended = start(WAIT, monitors=[urn("bob")]), ran(PASS)
    page = post("alice", "cancel", going, ended, uuid.uuid4())
    assert "Cancel 1 run" in page
    assert "It has ended already." in page and "There is no such run, or you may not see it." in page
    assert not Run.objects.get(pk=going.pk).cancel_requested
    assert "not manage it" in post("bob", "cancel", going, sure="1", request=str(uuid.uuid4()))
    assert not Run.objects.get(pk=going.pk).cancel_requested
    post("alice", "cancel", going, ended, sure="1", request=str(uuid.uuid4()))
    engine.work(going.pk)
    assert Run.objects.get(pk=going.pk).status == Run.FAILED


def test_several_are_run_again_once_however_often_it_is_sent():
    first, second = ran(FAIL, input={"n": 1}, label="a", tags=["t"]), ran(PASS, input={"n": 2})
    request = re.search('name="request" value="([^"]+)"', post("alice", "again", first, second))
    assert request is not None
    for _ in range(2):
        assert "Started again" in post("alice", "again", first, second, sure="1", request=request[1])
    new = Run.objects.get(again__earlier=first.pk)
    assert (new.input, new.label, new.tags, new.flow_id) == ('{"n":1}', "a", ["t"], first.flow_id)
    assert RunAgain.objects.count() == 2 and Run.objects.count() == 4


def test_what_cannot_be_run_again_says_why():
    asks = ran(PASS, input={"n": 1})
    schema = json.dumps({"type": "object", "required": ["sample"]})
    FlowVersion.objects.filter(pk=asks.version_id).update(schema_source=schema)
    theirs = ran(PASS, input={"_private_key": "canary"}, owner=person("bob"))
    strange = ran(PASS, monitors=[urn("mallory")])
    page = post("alice", "again", asks, theirs)
    assert "sample" in page and "Its input holds secrets of bob." in page and "canary" not in page
    assert "Left alone:" in post("mallory", "again", strange)
    post("mallory", "again", strange, sure="1", request=str(uuid.uuid4()))
    assert Run.objects.count() == 3


def test_two_that_are_ticked_are_compared():
    one, other = ran(PASS), ran(PASS)
    assert post("alice", "compare", one, other, status=302) == f"/runs/{one.pk}/compare?with={other.pk}"
    assert post("alice", "compare", one, status=302, back="?q=x") == "/runs/?q=x"
    assert post("alice", "cancel", status=302, back="https://elsewhere") == "/runs/"


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "burn", "run": str(uuid.uuid4())},
        {"action": "cancel", "run": "x"},
        {"action": "cancel", "run": [str(uuid.uuid4()) for _ in range(101)]},
        {"action": "again", "run": str(uuid.uuid4()), "sure": "1", "request": "x"},
        {"action": "again", "run": str(uuid.uuid4()), "sure": "1"},
    ],
)
def test_a_choice_that_means_nothing_is_a_clear_400(fields):
    answer = client("alice").post("/runs/chosen", fields)
    assert answer.status_code == 400 and b"cannot be understood" in answer.content


# --- views


def test_a_view_is_kept_renamed_and_deleted_by_its_owner_alone():
    alice = client("alice")
    kept = {"q": 'input.sample:"S-113"', "sort": "longest", "name": "Sample  113"}
    assert alice.post("/runs/views/", kept).headers["Location"].endswith("113%22&sort=longest")
    assert alice.post("/runs/views/", kept | {"q": "status:failed"}).status_code == 302
    (view,) = RunView.objects.all()
    assert (view.name, view.words, view.order) == ("Sample 113", "status:failed", "longest")
    assert "Sample 113" in get("/runs/") and "Sample 113" not in get("/runs/", "bob")
    assert client("bob").post(f"/runs/views/{view.pk}", {"action": "delete"}).status_code == 404
    alice.post(f"/runs/views/{view.pk}", {"action": "rename", "name": "Mine"})
    assert "Mine" in get("/runs/views/")
    alice.post(f"/runs/views/{view.pk}", {"action": "delete"})
    assert not RunView.objects.exists()


def test_what_is_no_view_is_not_kept():
    alice = client("alice")
    for fields in ({"q": "x", "name": " "}, {"q": "x", "name": "n" * 65}, {"q": "staus:x", "name": "n"}):
        assert alice.post("/runs/views/", fields).status_code == 302
    assert not RunView.objects.exists()
    for name in ("a", "b"):
        alice.post("/runs/views/", {"q": "x", "name": name})
    alice.post(f"/runs/views/{RunView.objects.get(name='b').pk}", {"name": "a"})
    assert set(RunView.objects.values_list("name", flat=True)) == {"a", "b"}


# --- export


def test_all_that_is_found_is_exported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runs.export._AT_ONCE", 2)
    runs = [ran(FAIL, label=f"=number {number}", tags=["t"]) for number in range(5)]
    ran(PASS)
    alice = client("alice")
    text = alice.get("/runs/export", {"q": "status:failed error:broke"}).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["run_id"] for row in rows] == [str(run.pk) for run in reversed(runs)]
    assert (rows[0]["label"], rows[0]["status"], rows[0]["tags"]) == ("'=number 4", "failed", "t")
    told = json.loads(alice.get("/runs/export", {"format": "json"}).getvalue())
    assert len(told) == 6 and told[0]["status"] == "succeeded" and told[0]["seconds"] >= 0
    assert json.loads(alice.get("/runs/export", {"format": "json", "q": "nothing"}).getvalue()) == []
    assert client("mallory").get("/runs/export").getvalue().count(b"\n") == 1
