"""Many runs from one table: reading it, checking each row, starting each once, trying failed ones again."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from library.models import Flow, FlowRole
from library.publish import current_version
from runs import clock, tasks
from runs.batching import batch_due, batch_stop, batches, bulk_table
from runs.models import Batch, BatchRow, Run
from tests.people import person
from tests.runs.page import Form
from tests.runs.test_prefill import flow_of
from tests.runs.test_start import Visit, client

pytestmark = pytest.mark.django_db
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["sample"],
    "additionalProperties": False,
    "properties": {
        "sample": {"type": "string", "title": "Sample", "pattern": "^S-[0-9]+$"},
        "count": {"type": "integer", "maximum": 900},
        "fast": {"type": "boolean"},
        "way": {"type": "string", "enum": ["slow", "quick"]},
        "source": {
            "type": "object",
            "title": "Source",
            "properties": {"id": {"type": "string"}, "path": {"type": "string", "title": "Path"}},
        },
        "target": {"type": "object", "title": "Target", "properties": {"path": {"type": "string"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "more": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"x": {"type": "number"}}}]},
    },
}


def table_of(text: str, base: dict[str, Any] | None = None, **more: Any) -> bulk_table.Table:
    chosen = more.get("chosen")
    return bulk_table.read(SCHEMA, base or {}, text, chosen, has_head=more.get("has_head"))


def fifty(wrong: int = 17) -> str:
    rows = [f"{'bad' if number == wrong else f'S-{number}'}\t/data/{number}" for number in range(1, 51)]
    return "\n".join(["sample\tsource.path", *rows])


# --- reading


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("sample\tcount\tfast\nS-1\t3\tyes", {"sample": "S-1", "count": 3, "fast": True}),
        ("Sample;source.path\nS-1;/a", {"sample": "S-1", "source": {"path": "/a"}}),
        ("sample,Source › Path\nS-1,/a", {"sample": "S-1", "source": {"path": "/a"}}),
        ('sample,source.path\nS-1,"/a, b"', {"sample": "S-1", "source": {"path": "/a, b"}}),
        ("sample,tags\nS-1,a;b", {"sample": "S-1", "tags": ["a", "b"]}),
        ('sample\ttags\nS-1\t["a;b"]', {"sample": "S-1", "tags": ["a;b"]}),
        ("$.sample,way\nS-1,quick", {"sample": "S-1", "way": "quick"}),
        ("sample,count\nS-1,\n", {"sample": "S-1"}),
        ("sample,nobody knows\nS-1,x", {"sample": "S-1"}),
        ("label,sample\nfirst,S-1", {"sample": "S-1"}),
        ("\ufeffsample\tcount\r\nS-1\t3\r\n", {"sample": "S-1", "count": 3}),
        ("  \n\t\nsample;count\n\n;\nS-1;3\n", {"sample": "S-1", "count": 3}),
        ("sep=;\nsample;count\nS-1;3", {"sample": "S-1", "count": 3}),
        ('sample\ttags\nS-1\t"5"" pipe"', {"sample": "S-1", "tags": ['5" pipe']}),
    ],
)
def test_cells_become_values_where_their_columns_say(text: str, body: dict[str, Any]):
    (row,) = table_of(text).rows
    assert (row.body, row.problems) == (body, [])


def test_a_name_that_could_mean_two_places_means_none():
    table = table_of("sample,path\nS-1,/a")
    assert [column.target for column in table.columns] == ["$.sample", ""]
    assert [column.head for column in table.unused] == ["path"]


def test_rows_begin_with_what_all_share_and_do_not_change_it():
    base = {"count": 5, "source": {"id": "i", "path": "/z"}}
    table = table_of("sample,source.path\nS-1,/a\nS-2,", base)
    assert [row.body["source"] for row in table.rows] == [
        {"id": "i", "path": "/a"},
        {"id": "i", "path": "/z"},
    ]
    assert base == {"count": 5, "source": {"id": "i", "path": "/z"}}


def test_a_table_without_names_is_mapped_by_hand():
    table = table_of("S-1,/a\nS-2,/b")
    assert (table.has_head, [column.head for column in table.columns]) == (False, ["Column 1", "Column 2"])
    assert all(row.problems for row in table.rows)
    chosen = {"column-0": "$.sample", "column-1": "$.target.path"}
    again = table_of("S-1,/a\nS-2,/b", chosen=chosen, has_head=False)
    assert [row.body for row in again.right][1] == {"sample": "S-2", "target": {"path": "/b"}}


def test_only_the_wrong_row_is_wrong_and_says_why():
    table = table_of(fifty())
    assert [row.number for row in table.wrong] == [17]
    assert len(table.right) == 49
    assert table.wrong[0].told.startswith("Sample: “bad” does not have the right form")


def test_what_is_no_number_is_told_at_its_column():
    (row,) = table_of("sample,count\nS-1,many").rows
    assert row.problems[0][0] == "count"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste a table"),
        ("\n \n", "Paste a table"),
        ("sample", "names of columns only"),
        ("sample\n" + "S-1\n" * 501, "more than 500 rows"),
        ("S-1\n" * 501, "more than 500 rows"),
        ("sample\tcount\n" + "S-1\t3\n" * 10_000, "more than 500 rows"),
        (",".join("x" * 51), "51 columns"),
        ("x" * 1_000_001, "1,000,001 characters"),
    ],
    ids=range(8),
)
def test_what_is_no_usable_table_is_told(text: str, words: str):
    assert words in table_of(text).fault


def test_two_columns_for_one_field_are_told():
    table = table_of("a,b\nS-1,S-2", chosen={"column-0": "$.sample", "column-1": "$.sample"}, has_head=True)
    assert "fill the same field" in table.fault


def test_labels_are_checked_as_the_api_checks_them():
    table = table_of(f'sample,label\nS-1,{"x" * 65}\nS-2,"a\nb"\nS-3,ok')
    assert [(row.number, row.problems[0][0]) for row in table.wrong] == [(1, "Label"), (2, "Label")]


# --- the page


def bulk(flow: Flow, name: str = "bob", **fields: Any) -> Any:
    return client(name).post(f"/flows/{flow.pk}/bulk", {"base": "{}", **fields})


def again(answer: Any, **fields: Any) -> dict[str, list[Any]]:
    pairs: dict[str, list[Any]] = {}
    for name, text in Form(answer.content.decode(), "bulk").pairs:
        pairs.setdefault(name, []).append(text)
    return pairs | {name: [value] for name, value in fields.items()}


def begun(flow: Flow, text: str, name: str = "bob", **fields: Any) -> Batch:
    first = bulk(flow, name, table=text, action="check", **fields)
    answer = client(name).post(f"/flows/{flow.pk}/bulk", again(first, action="start"))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Batch.objects.get(pk=answer.headers["Location"].strip("/").split("/")[-1])


def test_forty_nine_of_fifty_are_started_and_the_wrong_one_is_kept():
    flow = flow_of(SCHEMA)
    page = bulk(flow, table=fifty(), action="check").content.decode()
    assert page.count('class="is-wrong"') == 1
    assert '<tr id="row-17" class="is-wrong">' in page
    assert "Start 49 runs" in page
    assert not Run.objects.exists()
    batch = begun(flow, fifty())
    batches.start_waiting(batch.pk, 60)
    assert Run.objects.count() == 49
    refused = batch.rows.get(is_started=False)
    assert (refused.number, refused.run) == (17, None)
    assert orjson.loads(batch.rows.get(number=3).run.input) == {
        "sample": "S-3",
        "source": {"path": "/data/3"},
    }
    assert Batch.objects.get().next_at is None


def test_the_form_brings_what_all_rows_share():
    flow = flow_of(SCHEMA)
    visit = Visit(flow)
    pairs = dict(visit.form.pairs) | {"/count": "7", "label": "night", "tags": "a, b"}
    answer = visit.client.post(f"/flows/{flow.pk}/bulk", {**pairs, "action": "open"})
    form = again(answer)
    assert orjson.loads(form["base"][0]) == {"count": 7}
    assert (form["label"], form["tags"]) == (["night"], ["a, b"])


def test_each_run_has_its_row_in_its_label_and_what_all_share():
    batch = begun(
        flow_of(SCHEMA), "sample,label\nS-1,\nS-2,own", label="night", tags="a,b", base='{"count": 3}'
    )
    runs = [row.run for row in batch.rows.order_by("number")]
    assert [run.label for run in runs] == ["night, row 1", "own"]
    assert [run.tags for run in runs] == [["a", "b"], ["a", "b"]]
    assert orjson.loads(runs[0].input) == {"sample": "S-1", "count": 3}


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_file_is_a_table_too(coding: str):
    flow = flow_of(SCHEMA)
    file = SimpleUploadedFile("rows.csv", "\ufeffsample,count\r\nS-1,1\r\nS-2,2\r\n".encode(coding))
    answer = bulk(flow, file=file, action="check")
    form = again(answer, action="start")
    client("bob").post(f"/flows/{flow.pk}/bulk", form)
    assert Run.objects.count() == 2


def test_a_file_in_another_coding_is_refused_with_the_way_out():
    file = SimpleUploadedFile("rows.csv", "sample,tags\nS-1,Größe\n".encode("cp1252"))
    page = bulk(flow_of(SCHEMA), file=file, action="check").content.decode()
    assert "byte 19 is none. Save it as “CSV UTF-8”" in page
    assert "S-1" not in page


def test_columns_chosen_for_one_table_are_forgotten_with_another():
    flow = flow_of(SCHEMA)
    first = bulk(flow, table="S-1,/a", action="check")
    form = again(first, action="check", **{"column-0": "$.sample"})
    assert "Start 1 run<" in client("bob").post(f"/flows/{flow.pk}/bulk", form).content.decode()
    other = form | {"table": ["sample\nS-1"], "column-0": ["$.count"]}
    assert "Start 1 run<" in client("bob").post(f"/flows/{flow.pk}/bulk", other).content.decode()


def test_pressing_start_twice_starts_each_row_once():
    flow = flow_of(SCHEMA)
    form = again(bulk(flow, table="sample\nS-1\nS-2", action="check"), action="start")
    places = {client("bob").post(f"/flows/{flow.pk}/bulk", form).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"base": "{"}, "Line 1"),
        ({"base": "[1]"}, "is a JSON object"),
        ({"label": "x" * 70}, "1 to 64 are allowed"),
        ({"notify-asked": "1", "managers": "nobody"}, "There is no user or group “nobody”"),
        ({"table": "sample\nbad"}, "No row can be started"),
        ({"table": ""}, "Paste a table"),
    ],
)
def test_nothing_starts_while_something_is_wrong(fields: dict[str, str], words: str):
    answer = bulk(flow_of(SCHEMA), **({"table": "sample\nS-1", "action": "start"} | fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("bob", 200), ("mallory", 404), (None, 302)])
def test_only_starters_see_the_page(name: str | None, status: int):
    assert client(name).get(f"/flows/{flow_of(SCHEMA).pk}/bulk").status_code == status


# --- starting, again


def test_rows_that_wait_are_started_by_the_sweeper_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runs.batching.bulk_page._FIRST_SECONDS", 0)
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nS-2\nS-3")
    assert Run.objects.count() == 1
    assert batch_due.due()[0] == [batch.pk]
    tasks.start_batch(str(batch.pk))
    tasks.start_batch(str(batch.pk))
    assert Run.objects.count() == 3
    assert batch_due.due() == ([], None)


def test_a_row_whose_starter_died_before_it_said_so_is_not_started_twice():
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nS-2")
    run = batch.rows.get(number=1).run
    batch.rows.filter(number=1).update(run=None, is_started=False)
    batches.start_waiting(batch.pk)
    assert batch.rows.get(number=1).run == run
    assert Run.objects.count() == 2


def test_too_many_runs_put_the_rest_off(settings: Any):
    settings.MAX_ACTIVE_RUNS, settings.MAX_WAITING_RUNS = 1, 0
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nS-2")
    assert Run.objects.count() == 1
    batch.refresh_from_db()
    assert batch.next_at > clock.now()
    assert "at most 1 are allowed" in batch.reason
    Run.objects.update(status=Run.SUCCEEDED, wake_at=None)
    batches.start_waiting(batch.pk)
    assert Run.objects.count() == 2


def test_who_may_no_longer_start_the_flow_starts_no_more_rows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runs.batching.bulk_page._FIRST_SECONDS", 0)
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nS-2")
    FlowRole.objects.all().delete()
    batches.start_waiting(batch.pk)
    assert Run.objects.count() == 1
    assert "exists with id" in batch.rows.get(number=2).problem


def test_failed_rows_are_started_again_and_lead_back():
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nS-2\nS-3")
    failed = batch.rows.get(number=2).run
    Run.objects.update(status=Run.SUCCEEDED, wake_at=None)
    Run.objects.filter(pk=failed.pk).update(status=Run.FAILED)
    visitor = client("bob")
    for _ in range(2):
        assert visitor.post(f"/batches/{batch.pk}/retry").status_code == 302
    row = batch.rows.get(number=2)
    assert (row.tries, row.earlier, row.run.input) == (1, failed, failed.input)
    assert Run.objects.count() == 4
    assert row.run.again.earlier == failed
    with CaptureQueriesContext(connection) as captured:
        page = visitor.get(f"/batches/{batch.pk}/live").content.decode()
    assert "Started 2 times" in page and f"/runs/{failed.pk}/" in page
    read = " ".join(query["sql"] for query in captured)
    assert re.findall(r'"(?:runs_run|T\d)"\."(?:input|data|context|intent)"', read) == []


@pytest.fixture
def half(monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A batch of three rows of which one has been started."""
    monkeypatch.setattr("runs.batching.bulk_page._FIRST_SECONDS", 0)
    return begun(flow_of(SCHEMA), "sample\nS-1\nS-2\nS-3")


def status_words(batch: Batch) -> list[str]:
    page = client("bob").get(f"/batches/{batch.pk}/").content.decode()
    return re.findall(r'<td><span class="status status--[a-z-]+">.*?</svg>([^<]+)</span>', page)


def test_a_stopped_batch_starts_no_more_rows_and_says_so(half: Batch):
    visitor = client("bob")
    said = visitor.post(f"/batches/{half.pk}/stop", follow=True).content.decode()
    assert "Stopped: 2 rows left out. Runs that were started go on." in said
    assert status_words(half) == ["Running", "Left out", "Left out"]
    assert batch_due.due() == ([], None)
    batches.start_waiting(half.pk, 60)
    assert Run.objects.count() == 1
    assert not Run.objects.get().cancel_requested
    assert "nothing to stop" in visitor.post(f"/batches/{half.pk}/stop", follow=True).content.decode()


def test_rows_that_were_left_out_are_started_after_all(half: Batch):
    visitor = client("bob")
    visitor.post(f"/batches/{half.pk}/stop")
    said = visitor.post(f"/batches/{half.pk}/go-on", follow=True).content.decode()
    assert "2 rows will be started after all." in said
    batches.start_waiting(half.pk, 60)
    assert Run.objects.count() == 3
    assert not half.rows.exclude(problem="").exists()


def test_cancelling_a_batch_cancels_what_is_under_way_once(half: Batch):
    visitor = client("bob")
    said = visitor.post(f"/batches/{half.pk}/cancel", follow=True).content.decode()
    assert "1 run under way will be cancelled." in said
    assert Run.objects.get().cancel_requested
    assert status_words(half)[1:] == ["Left out", "Left out"]
    assert "nothing to cancel" in visitor.post(f"/batches/{half.pk}/cancel", follow=True).content.decode()


def test_a_row_that_is_just_being_started_is_not_said_to_be_left_out(half: Batch):
    row = half.rows.get(number=1)
    half.rows.filter(pk=row.pk).update(run=None, is_started=False)
    version = current_version(half.flow)
    with mock.patch("runs.batching.batches.failpoints.reach", lambda _: batch_stop.stop(half)):
        batches._start(half, row, version)
    assert status_words(half) == ["Running", "Left out", "Left out"]
    assert half.rows.get(number=1).problem == ""


@pytest.mark.parametrize("verb", ["stop", "go-on", "cancel"])
def test_only_who_made_a_batch_stops_it(half: Batch, verb: str):
    assert client("alice").post(f"/batches/{half.pk}/{verb}").status_code == 404
    assert client("bob").get(f"/batches/{half.pk}/{verb}").status_code == 405
    assert batches.waiting(half).count() == 2


def test_a_failed_row_says_why():
    batch = begun(flow_of(SCHEMA), "sample\nS-1")
    run = batch.rows.get().run
    details = '{"state_name": "A", "cause": "The disk is full."}'
    run.events.create(
        seq=2, time=clock.now(), code="FlowFailed", description="State A failed", details=details
    )
    Run.objects.update(status=Run.FAILED, wake_at=None)
    assert "State A failed: The disk is full." in client("bob").get(f"/batches/{batch.pk}/").content.decode()


def test_a_batch_is_seen_by_who_made_it_only():
    batch = begun(flow_of(SCHEMA), "sample\nS-1\nbad")
    for path in ("", "live"):
        page = client("bob").get(f"/batches/{batch.pk}/{path}")
        assert page.status_code == 200
        assert "Not started" in page.content.decode()
        assert client("alice").get(f"/batches/{batch.pk}/{path}").status_code == 404
    assert client("alice").post(f"/batches/{batch.pk}/retry").status_code == 404
    assert str(batch.pk) in client("bob").get("/batches/").content.decode()
    assert str(batch.pk) not in client("alice").get("/batches/").content.decode()
    assert Client().get(f"/batches/{batch.pk}/").status_code == 302


def test_a_run_leads_to_its_batch_for_who_made_it():
    batch = begun(flow_of(SCHEMA), "sample\nS-1")
    run = batch.rows.get().run
    assert f"/batches/{batch.pk}/" in client("bob").get(f"/runs/{run.pk}/").content.decode()
    assert f"/batches/{batch.pk}/" not in client("alice").get(f"/runs/{run.pk}/").content.decode()


def test_a_row_outlives_its_run():
    batch = begun(flow_of(SCHEMA), "sample\nS-1")
    BatchRow.objects.update(run=None)
    assert "Deleted" in client("bob").get(f"/batches/{batch.pk}/").content.decode()
    batches.start_waiting(batch.pk)
    assert Run.objects.filter(owner=person("bob")).count() == 1


def test_a_starter_that_dies_leaves_no_run_that_its_row_does_not_know(half: Batch):
    def die(point: str) -> None:
        if point == "in_batch":
            raise KeyboardInterrupt

    row, version = half.rows.get(number=2), current_version(half.flow)
    with mock.patch("runs.batching.batches.failpoints.reach", die), pytest.raises(KeyboardInterrupt):
        batches._start(half, row, version)
    assert batch_stop.cancel(half) == 1
    assert [run.cancel_requested for run in Run.objects.all()] == [True]
    batches.started_after(half, lambda: half.rows.filter(pk=row.pk).update(problem=""))
    assert [row.is_started for row in half.rows.order_by("number")] == [True, True, False]
