"""The pages of schedules, and "When" on the start page, as a browser without scripts uses them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from runs.models import Run, RunSchedule
from runs.scheduling import schedule_documents, schedules
from runs.sweeper import Sweeper
from tests.people import person
from tests.runs.page import Form
from tests.runs.schedules import DAILY, SCHEMA, flow_of, fresh, later, make_due, schedule_of

pytestmark = pytest.mark.django_db
LATER = {"when": "at", "when-at": later(3)[:16], "when-zone": "Europe/Berlin"}


def client(name: str | None) -> Client:
    made = Client()
    if name:
        made.force_login(person(name))
    return made


def press_start(flow: Any, **typed: str) -> Any:
    """Fill in the start page as Bob, and press Start."""
    bob, address = client("bob"), f"/flows/{flow.pk}/start"
    form = Form(bob.get(address).content.decode(), "start")
    return bob.post(address, dict(form.pairs) | {"/x": "5"} | typed | {"action": "start"})


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_start_page_starts_now_unless_told_otherwise():
    answer = press_start(flow_of())
    assert answer.status_code == 302 and Run.objects.count() == 1 and not RunSchedule.objects.exists()


@pytest.mark.parametrize(
    ("typed", "columns"),
    [
        (LATER, {"kind": "once", "zone": "Europe/Berlin"}),
        (
            {
                "when": "every",
                "when-number": "2",
                "when-unit": "hours",
                "when-end": "after",
                "when-count": "4",
            },
            {"kind": "interval", "interval_seconds": 7200, "most_runs": 4, "zone": "UTC"},
        ),
        (
            {"when": "cron", "when-cron": "0  9 * * 1", "when-end": "on", "when-end_at": later(30)[:16]},
            {"kind": "cron", "cron": "0 9 * * 1", "most_runs": None},
        ),
    ],
)
def test_the_start_page_makes_a_schedule(typed, columns):
    answer = press_start(flow_of(), label="night", tags="a, b", **typed)
    schedule = RunSchedule.objects.get()
    assert answer.headers["Location"] == f"/schedules/{schedule.pk}/"
    assert not Run.objects.exists()
    assert {name: getattr(schedule, name) for name in columns} == columns
    assert (schedule.label, schedule.tags, json.loads(schedule.input)) == ("night", ["a", "b"], {"x": 5})


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"when": "at"}, "Choose a date and a time."),
        ({"when": "at", "when-at": "2020-01-01T00:00"}, "no time to come"),
        ({"when": "every", "when-number": "0"}, "Write a whole number"),
        ({"when": "every", "when-number": "9" * 50}, "Write a whole number"),
        ({"when": "every", "when-unit": "moons"}, "Write a whole number"),
        ({"when": "cron", "when-cron": "whenever"}, "is not a cron expression"),
        ({"when": "cron", "when-zone": "Berlin"}, "is not a time zone"),
        ({"when": "cron", "when-end": "on"}, "Choose a date and a time."),
        ({"when": "cron", "when-end": "after", "when-count": "-1"}, "whole number from 1"),
    ],
)
def test_wrong_times_are_told_and_nothing_is_made(typed, message):
    answer = press_start(flow_of(), **typed)
    assert answer.status_code == 422
    assert page_of(answer).count(message) >= 2  # in the list of problems, and at the field
    assert not RunSchedule.objects.exists() and not Run.objects.exists()
    assert f'value="{typed["when"]}" checked' in page_of(answer)


def test_a_wrong_input_is_told_before_any_schedule_is_made():
    answer = press_start(flow_of(SCHEMA | {"required": ["y"]}), **LATER)
    assert answer.status_code == 422 and not RunSchedule.objects.exists()


def test_the_next_times_are_shown_while_one_types():
    bob = client("bob")
    page = page_of(
        bob.get("/schedules/times", {"when": "cron", "when-cron": "0 9 * * *", "when-zone": "Asia/Tokyo"})
    )
    assert page.count("09:00") == 5 and "Asia/Tokyo" in page
    assert "<li>" not in page_of(bob.get("/schedules/times", {"when": "now"}))
    assert "field__error" not in page_of(bob.get("/schedules/times", {"when": "at"}))
    assert "not a time zone" in page_of(bob.get("/schedules/times", {"when": "cron", "when-zone": "Nowhere"}))


def test_the_list_shows_what_one_may_see_and_says_when_it_is_empty():
    assert "No schedules yet." in page_of(client("bob").get("/schedules/"))
    schedule = schedule_of(label="night 62", tags=["nightly"])
    page = page_of(client("bob").get("/schedules/"))
    assert "night 62" in page and "cron 0 9 * * *" in page and "Europe/Berlin" in page and "nightly" in page
    assert "night 62" in page_of(client("dora").get("/schedules/"))
    assert "No schedule matches" in page_of(client("dora").get("/schedules/?mine=1"))
    assert "night 62" in page_of(client("dora").get(f"/schedules/?flow={schedule.flow_id}"))
    assert "No schedule matches" in page_of(client("bob").get("/schedules/?flow=x"))
    assert "No schedules yet." in page_of(client("mallory").get("/schedules/"))
    assert client(None).get("/schedules/").status_code == 302


def test_a_page_shows_next_and_past_runs_and_no_secrets():
    schedule = schedule_of(label="night", body={"x": 1, "_private_key": "s3cr3t"})
    make_due(schedule)
    Sweeper().tick()
    page = page_of(client("bob").get(f"/schedules/{schedule.pk}/"))
    assert "s3cr3t" not in page and page.count("09:00") >= 5
    assert f"/runs/{Run.objects.get().pk}/" in page


@pytest.mark.parametrize(
    ("name", "status", "buttons"),
    [
        ("bob", 200, {"pause", "delete", "times"}),
        ("alice", 200, {"pause", "delete"}),
        ("carol", 404, set()),
        (None, 302, set()),
    ],
)
def test_everybody_sees_the_buttons_that_they_may_press(name, status, buttons):
    schedule = schedule_of()
    answer = client(name).get(f"/schedules/{schedule.pk}/")
    assert answer.status_code == status
    assert set(re.findall(rf'action="/schedules/{schedule.pk}/(\w+)"', answer.content.decode())) == buttons


def test_pause_resume_delete():
    schedule, bob = schedule_of(), client("bob")
    address = f"/schedules/{schedule.pk}"
    assert bob.post(f"{address}/pause").status_code == 302
    page = page_of(bob.get(f"{address}/"))
    assert "Paused" in page and "None while it is paused." in page
    bob.post(f"{address}/resume")
    assert fresh(schedule).status == RunSchedule.ACTIVE
    assert client("alice").post(f"{address}/resume").status_code == 403
    assert client("carol").post(f"{address}/delete").status_code == 404
    assert bob.get(f"{address}/delete").status_code == 405
    bob.post(f"{address}/delete")
    assert not RunSchedule.objects.exists()


def test_a_resume_that_cannot_be_is_told_on_the_page():
    schedule = schedules.pause(schedule_of({"type": "once", "datetime": later()}))
    make_due(schedule)
    RunSchedule.objects.update(next_at=None)
    answer = client("bob").post(f"/schedules/{schedule.pk}/resume", follow=True)
    assert "no time is left" in page_of(answer)


def test_a_reason_is_shown():
    schedule = schedule_of()
    make_due(schedule)
    schedule.flow.roles.all().delete()
    Sweeper().tick()
    page = page_of(client("bob").get(f"/schedules/{schedule.pk}/"))
    assert "It was paused, because it could not start" in page and "No Flow exists" in page
    assert "No Flow exists" in page_of(client("bob").get("/schedules/"))


def test_the_times_are_changed_on_the_page_that_shows_them_as_they_are():
    end = {"condition": "iterations", "iterations": 7}
    schedule, bob = schedule_of(DAILY | {"end": end}), client("bob")
    page = page_of(bob.get(f"/schedules/{schedule.pk}/"))
    assert 'value="0 9 * * *"' in page and 'value="7"' in page and 'value="cron" checked' in page
    address = f"/schedules/{schedule.pk}/times"
    wrong = bob.post(address, {"when": "cron", "when-cron": "x"})
    assert wrong.status_code == 422 and "is not a cron expression" in page_of(wrong)
    assert "Choose when" in page_of(bob.post(address, {}))
    bob.post(address, {"when": "every", "when-number": "3", "when-unit": "days", "when-zone": "UTC"})
    row = fresh(schedule)
    assert (row.kind, row.interval_seconds, row.most_runs) == ("interval", 3 * 86_400, None)
    assert 'value="3"' in bob.get(f"/schedules/{schedule.pk}/").content.decode()
    assert client("alice").post(address, {}).status_code == 403


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "every minute"), (90, "every 90 seconds"), (7200, "every 2 hours"), (604_800, "every week")],
)
def test_an_interval_in_words(seconds, words):
    assert schedule_documents.every(seconds) == words
