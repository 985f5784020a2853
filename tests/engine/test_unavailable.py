"""When the database is away, people and programs are told to come again; it is no bug of the site."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from runs import documents, transactions
from runs.models import Run
from tests.people import Api, person

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("error", [DOWN, InterfaceError("connection already closed")])
def test_the_api_says_so_and_when_to_come_again(monkeypatch, error):
    api = Api("alice")

    def fail(*_):
        raise error

    monkeypatch.setattr("runs.lists.listing.runs_for", fail)
    answer = api("GET", "/runs")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


def test_a_page_says_so_whoever_needed_the_database(monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(person("alice"))

    def fail(*_):
        raise DOWN

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    answer = client.get("/runs/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "does not answer at present" in answer.content.decode()


def test_a_bug_is_still_a_bug(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("runs.lists.listing.runs_for", fail)
    assert Api("alice")("GET", "/runs").status_code == 500


def test_a_start_is_not_answered_by_an_error_once_the_run_is_there(monkeypatch):
    api = Api("alice")
    flow_id = api.flow()["id"]
    whole, failures = documents.run_document, [DOWN, DOWN]
    monkeypatch.setattr(transactions, "_PAUSES_SECONDS", (0.0, 0.0, 0.0))

    def fail_first(*arguments, **named):
        if failures:
            raise failures.pop()
        return whole(*arguments, **named)

    monkeypatch.setattr(documents, "run_document", fail_first)
    answer = api("POST", f"/flows/{flow_id}/run", {"body": {}})
    assert answer.status_code == 201
    assert str(Run.objects.get().pk) == answer.json()["run_id"]
