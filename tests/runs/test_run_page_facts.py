"""A run's label and tags, changed on its page."""

from __future__ import annotations

import pytest
from django.test import Client

from runs import news
from runs.models import Run, RunRole
from tests.engine.conftest import start
from tests.people import Api, person, urn

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}


@pytest.fixture
def run() -> Run:
    run = start(WAIT, label="first", tags=["night"], monitors=[urn("bob")])
    RunRole.objects.create(run=run, role=RunRole.MANAGER, principal=urn("carol"))
    return run


def describe(run: Run, name: str | None, **fields: str):
    client = Client()
    if name:
        client.force_login(person(name))
    answer = client.post(f"/runs/{run.pk}/describe", fields)
    run.refresh_from_db()
    return answer


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_owner_and_managers_change_label_and_tags(run, name):
    answer = describe(run, name, label="  S-113 ", tags="a, b  c,,a ")
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/")
    assert (run.label, run.tags) == ("S-113", ["a", "b c"])


def test_viewers_hear_of_it_whichever_way_it_was_changed(run):
    heard: list[object] = []
    with news.heard_by(heard.append):
        describe(run, "alice", label="second", tags="")
        Api("alice")("PUT", f"/runs/{run.pk}", {"label": "third"})
    assert heard == [run.pk, run.pk]


def test_empty_fields_empty_them(run):
    describe(run, "alice", label=" ", tags="")
    assert (run.label, run.tags) == ("", [])


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("mallory", 404), (None, 302)])
def test_nobody_else_does(run, name, status):
    assert describe(run, name, label="mine", tags="").status_code == status
    assert (run.label, run.tags) == ("first", ["night"])


WRONG = [{"label": "x" * 65}, {"label": "a\x00b"}, {"tags": "y" * 129}, {"tags": "a\x00b"}]


@pytest.mark.parametrize("fields", WRONG)
def test_what_is_too_long_or_unreadable_changes_nothing_and_is_told(run, fields):
    client = Client()
    client.force_login(person("alice"))
    answer = client.post(f"/runs/{run.pk}/describe", fields, follow=True)
    run.refresh_from_db()
    assert (run.label, run.tags) == ("first", ["night"])
    assert b"Nothing was changed." in answer.content
