"""Finding runs by what went in, what came out, and what is said of them; by nobody who may not see them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import connection
from django.db.models import F
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from library.models import FlowRole, FlowVersion
from runs import access, engine, metadata, removal
from runs.finding import asking, keeping, values
from runs.finding.tables import RunFacts, RunValue
from runs.models import Run, RunRole
from runs.sweeper import Sweeper
from tests.engine.conftest import start, version_of
from tests.people import person, urn

pytestmark = pytest.mark.django_db(transaction=True)
PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
FAIL = {"Type": "Fail", "Error": "PermissionDenied", "Cause": "You may not write to /Data."}
MADE = {
    "Type": "Pass",
    "Result": {"score": 7.0, "files": [{"name": "b.h5"}]},
    "ResultPath": "$.made",
    "End": True,
}


def ran(*states: dict[str, Any], input: dict[str, Any] | None = None, **options: Any) -> Run:
    run = start(*states, input=input, **options)
    engine.work(run.pk)
    return run


def found(words: str, name: str = "alice") -> list[Run]:
    asked = asking.read(_query(words))
    facts = asking.ordered(asking.found(asked, person(name)), asked)
    return [each.run for each in facts.select_related("run")]


def _query(words: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query["q"] = words
    return query


def facts_of(run: Run) -> RunFacts:
    return RunFacts.objects.get(run=run.pk)


@pytest.fixture
def measured() -> Run:
    """A run that has succeeded; beside it one that has failed, and one that goes on."""
    body = {"sample": "S-113", "source": {"path": "/data/Run 7/scan.h5"}, "n": 3, "ok": True, "none": None}
    ran(FAIL, input={"sample": "S-114"}, label="Nightly", tags=["beamline-7", "zwölf"])
    run = ran(MADE, input=body, label="first light", tags=["beamline-70"])
    ran(WAIT, input={"sample": "S-1139"})
    return run


ONE = [
    'input.sample:"S-113"',
    "input.sample:s-113",
    "output.sample:S-113",
    "S-113",
    'input.source.path:"/data/run 7/scan.h5"',
    "input.source.path:scan.h5",
    "input.source.path:/data/r*",
    "scan.h5",
    "input.n:3",
    "input.ok:true input.none:null",
    "output.made.score:7",
    "output.made.files.name:b.h5",
    "output.made.files[0].name:B.*",
    "status:succeeded",
    'label:"first l"',
    "light",
    "tag:beamline-70",
    "input.sample:S-11* -status:failed,running",
    "by:ALICE -error:* status:succeeded",
    "since:1h status:succeeded",
]
COUNTS = {
    "": 3,
    "input.sample:S-11*": 3,
    "-input.sample:S-113": 2,
    "output.n:3": 1,
    "input.made.score:7": 0,
    "input.sample:113": 0,
    "status:failed,running": 2,
    "tag:beamline": 0,
    "tag:beamline*": 2,
    "tag:ZWÖLF": 1,
    "error:permissiondenied": 1,
    "error:/data": 1,
    "error:*": 1,
    "label:*": 2,
    "nightly": 3,  # the title of the flow
    "label:nightly": 1,
    "flow:nightly": 3,
    "by:me": 3,
    "by:bob": 0,
    "-by:ali*": 0,
    "until:1h": 0,
    "%": 0,
    "label:_": 0,
}


def test_exactly_the_runs_that_meet_all_criteria_are_found(measured):
    assert [words for words in ONE if found(words) != [measured]] == []


def test_so_many_runs_are_found(measured):
    assert {words: len(found(words)) for words in COUNTS} == COUNTS


def test_a_run_is_found_by_its_id_and_by_that_of_its_flow(measured):
    assert found(str(measured.pk)) == [measured]
    assert found(f"flow:{measured.flow_id}") == [measured]


def test_the_status_is_found_as_pages_name_it():
    run = start(WAIT)
    assert facts_of(run).status == "running"
    engine.work(run.pk)
    engine.cancel(Run.objects.get(pk=run.pk))
    engine.work(run.pk)
    facts = facts_of(run)
    assert (facts.status, facts.ended_at) == ("cancelled", Run.objects.get(pk=run.pk).completed_at)
    assert facts.seconds == pytest.approx((facts.ended_at - facts.started_at).total_seconds(), abs=0.01)
    Run.objects.filter(pk=run.pk).update(cancel_requested=False)
    assert facts_of(run).status == "failed"
    Run.objects.filter(pk=run.pk).update(status=Run.INACTIVE)
    assert facts_of(run).status == "needs-you"


# --- rights


def test_a_value_is_found_by_nobody_who_may_not_see_the_run(measured):
    ran(PASS, input={"sample": "S-113"}, owner=person("bob"))  # of a flow of Alice's
    assert len(found("S-113")) == 2
    assert [run.owner.username for run in found("S-113", "bob")] == ["bob"]
    assert found("S-113", "mallory") == []


def test_what_is_found_is_what_may_be_seen(measured):
    group_run = ran(PASS, owner=person("bob"), monitors=[urn("carol")], managers=["all_authenticated_users"])
    ran(PASS, owner=person("mallory"))
    for role in (FlowRole.RUN_MONITOR, FlowRole.STARTER, FlowRole.ADMINISTRATOR):
        other = ran(PASS, owner=person("bob"))
        FlowRole.objects.create(flow=other.flow, role=role, principal=urn("carol"))
    for name in ("alice", "bob", "carol", "mallory", "nobody"):
        user = person(name)
        seen = set(access.visible_to(user).values_list("pk", flat=True))
        assert set(access.facts_visible_to(user).values_list("run_id", flat=True)) == seen
        assert group_run.pk in seen
    assert RunRole.objects.filter(principal=urn("carol")).count() == 1


# --- secrets


SECRET_SCHEMA = {
    "type": "object",
    "properties": {"pin": {"type": "string", "format": "password"}, "name": {"type": "string"}},
}
COPY = {
    "Type": "Pass",
    "Parameters": {"copied.$": "$.pin", "key": "x-9876"},
    "ResultPath": "$.out",
    "End": True,
}


def test_secrets_are_kept_nowhere_and_found_by_nobody():
    version = version_of({"StartAt": "A", "States": {"A": COPY}})
    FlowVersion.objects.filter(pk=version.pk).update(schema_source=orjson.dumps(SECRET_SCHEMA).decode())
    body = {"pin": "canary-1", "_private": {"deep": "canary-2"}, "api_key": "canary-3", "name": "open"}
    run = engine.start(FlowVersion.objects.get(pk=version.pk), person("alice"), body)
    for _ in range(2):
        keeping.take_up(5)
        assert not RunValue.objects.filter(value__contains="canary").exists()
        engine.work(run.pk)
    assert found("output.name:open") == found("output.out.key:x-9876") == [run]
    assert found("canary-1") == found("input.pin:c*") == []


# --- keeping


def test_an_edited_label_is_found_at_once():
    run = ran(PASS, label="before")
    assert found("before") == [run]
    metadata.store(run, metadata.read({"label": "after", "tags": ["new"]}))
    assert found("label:before") == []
    assert found("label:after tag:new") == [run]


def test_the_sweeper_takes_up_what_has_changed():
    run = ran(PASS, input={"x": "y"})
    Sweeper().tick()
    assert not keeping.pending(RunFacts.objects.all()).exists()
    assert RunValue.objects.get(facts__run=run.pk, path="x").sides == RunValue.BOTH


def test_the_sweeper_leaves_what_has_just_begun_for_a_moment():
    run = start(WAIT, input={"x": "y"})
    Sweeper().tick()
    assert facts_of(run).pending == 1
    assert found("input.x:y") == [run]


def test_a_change_that_comes_meanwhile_is_not_missed(monkeypatch: pytest.MonkeyPatch):
    run = start(PASS, input={"x": "y"})
    write = keeping._write

    def late(taken: Any) -> None:
        engine.work(run.pk)  # it ends after it was read and before that is written
        monkeypatch.setattr(keeping, "_write", write)
        write(taken)

    monkeypatch.setattr(keeping, "_write", late)
    keeping.take_up(0)
    assert facts_of(run).pending == 2
    assert found("output.x:y") == [run]


def test_two_who_take_up_the_same_write_it_once():
    run = ran(PASS, input={"x": "y"})
    taken = keeping._read(RunFacts.objects.all())
    keeping._write(taken)
    keeping._write(taken)
    assert RunValue.objects.filter(facts__run=run.pk).count() == 1


def test_of_a_large_input_the_first_values_are_kept():
    body = {"files": [f"/data/{number}" for number in range(5_000)], "long": "x" * 100_000}
    run = ran(PASS, input=body)
    keeping.take_up(5)
    assert RunValue.objects.filter(facts__run=run.pk).count() == values.MOST_VALUES
    assert found("input.files:/data/149") == [run]
    assert found("input.files:/data/4999") == []


def test_a_deep_document_does_no_harm():
    deep: Any = "x"
    for _ in range(119):
        deep = {"a": [deep]}
    run = ran(PASS, input={"deep": deep, "_private": 1, "flat": "y"})
    keeping.take_up(5)
    assert facts_of(run).pending == 0


def test_a_deleted_run_leaves_nothing(measured):
    keeping.take_up(5)
    facts = facts_of(measured)
    assert removal.remove(measured.pk)
    assert not RunValue.objects.filter(facts=facts.pk).exists()
    assert found('input.sample:"S-113"') == []


def test_runs_of_before_are_found_once_they_are_taken_up(measured):
    """As the migration leaves them."""
    keeping.take_up(5)
    RunValue.objects.all().delete()
    RunFacts.objects.update(pending=F("pending") + 1, label="", tags="", error="")
    assert found("input.sample:S-113 label:first") == [measured]


def test_a_search_asks_the_database_a_fixed_number_of_times(measured):
    found("")
    for _ in range(5):
        ran(PASS, input={"sample": "S-113"})
    keeping.take_up(5)
    with CaptureQueriesContext(connection) as captured:
        found("input.sample:S-113 nightly -tag:x error:y by:bob")
    assert len(captured) <= 4  # pending, groups, runs
