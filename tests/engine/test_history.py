"""The log of a run is only ever added to: the database itself refuses everything else."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from flowlang.events import Event
from runs import clock, engine, journal, removal
from runs.models import Run, RunEvent, RunRemoval
from tests.engine.conftest import codes, fresh, start
from tests.people import Api, person

PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 3600}
guards = import_module("runs.migrations.0003_requests_and_history")

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded() -> None:
    """Both guards, as a site has them; one is taken away for other tests."""
    last = guards._POSTGRESQL[guards._POSTGRESQL.index("CREATE TRIGGER run_event_kept") :]
    with connection.cursor() as cursor:
        cursor.execute(last if connection.vendor == "postgresql" else guards._SQLITE_DELETE)


def test_an_event_is_never_changed():
    run = start(PASS)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        RunEvent.objects.filter(run=run).update(code="FlowSucceeded")
    assert codes(run) == ["FlowStarted"]


def test_an_event_is_not_deleted_without_its_run(guarded):
    run = start(PASS)
    engine.work(run.pk)
    for events in (run.events.all(), run.events.filter(seq=2)):
        with pytest.raises(IntegrityError, match="together with the run"), transaction.atomic():
            events.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.all().delete()
    assert len(codes(run)) == 4


def test_a_run_that_has_ended_is_removed_with_its_log(guarded):
    run, other = start(PASS), start(PASS)
    engine.work(run.pk)
    assert removal.remove(run.pk)
    assert not Run.objects.filter(pk=run.pk).exists()
    assert not RunEvent.objects.filter(run=run.pk).exists()
    assert not RunRemoval.objects.exists()
    assert codes(other) == ["FlowStarted"]


def test_a_run_that_goes_on_is_not_removed(guarded):
    run = start(WAIT, PASS)
    engine.work(run.pk)
    assert not removal.remove(run.pk)
    assert fresh(run).status == Run.ACTIVE
    assert codes(run) == ["FlowStarted", "WaitStarted"]


def test_readers_pass_over_codes_that_they_do_not_know():
    """While a site is upgraded, old readers meet what new workers write."""
    run = start(WAIT, PASS)
    journal.insert(run.pk, 2, [Event("WhollyNew", "Something of tomorrow", {"state_name": "A"})], clock.now())
    Run.objects.filter(pk=run.pk).update(last_seq=2)
    client = Client()
    client.force_login(person("alice"))
    assert Api("alice")("GET", f"/runs/{run.pk}").json()["details"]["code"] == "WhollyNew"
    assert len(Api("alice")("GET", f"/runs/{run.pk}/log").json()["entries"]) == 2
    for path in ("", "events?after=0", "log?format=csv", "log?format=text"):
        answer = client.get(f"/runs/{run.pk}/{path}")
        assert answer.status_code == 200 and b"WhollyNew" in b"".join(answer)
    engine.work(run.pk)
    assert codes(run) == ["FlowStarted", "WhollyNew", "WaitStarted"]
