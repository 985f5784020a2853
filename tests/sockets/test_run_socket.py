"""The run socket: order, resuming after a number, rights, and bad addresses."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from django.contrib.sessions.models import Session

from runs import consumers, engine, live
from runs.models import Run, RunRole
from tests.engine.conftest import start
from tests.people import cookie_of, person, urn
from tests.sockets.conftest import close_code, in_database, socket

WAIT = {"Type": "Wait", "Seconds": 3600}
PASS = {"Type": "Pass", "End": True}

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def started(*states: dict, **options) -> Run:
    return await in_database(start, *states, **options)


async def open_socket(run: Run, name: str = "alice", after: object = ""):
    cookie = await in_database(cookie_of, name)
    query = f"?after={after}" if after != "" else ""
    viewer = socket(f"/ws/runs/{run.pk}/{query}", cookie)
    assert await viewer.connect()
    return viewer


async def numbers(viewer, count: int) -> list[int]:
    """Return the numbers of the next entries, in the order they come."""
    found: list[int] = []
    while len(found) < count:
        message = await viewer.receive()
        assert message["type"] == "events"
        found += [entry["seq"] for entry in message["entries"]]
    return found


async def test_a_viewer_gets_all_that_has_happened_and_then_what_happens():
    run = await started(PASS, WAIT, PASS)
    viewer = await open_socket(run)
    first = await viewer.receive()
    assert [entry["code"] for entry in first["entries"]] == ["FlowStarted"]
    assert first["entries"][0].keys() == {"seq", "time", "code", "description", "details"}
    assert (first["run"]["run_id"], first["run"]["status"]) == (str(run.pk), "ACTIVE")
    await in_database(engine.work, run.pk)
    assert await numbers(viewer, 3) == [2, 3, 4]
    await viewer.disconnect()


async def test_a_viewer_who_comes_back_gets_what_came_after_the_last_number():
    run = await started(PASS, PASS, PASS)
    await in_database(engine.work, run.pk)
    viewer = await open_socket(run, after=5)
    message = await viewer.receive()
    assert [entry["seq"] for entry in message["entries"]] == [6, 7, 8]
    assert message["run"]["status"] == "SUCCEEDED"
    await viewer.disconnect()


async def test_entries_come_in_order_each_once_however_many_there_are(monkeypatch):
    monkeypatch.setattr(live, "MOST_ENTRIES", 7)
    run = await started(*[PASS] * 25)
    await in_database(engine.work, run.pk)
    viewer = await open_socket(run)
    assert await numbers(viewer, 52) == list(range(1, 53))
    assert await viewer.receive_nothing(timeout=0.3)
    await viewer.disconnect()


async def test_many_viewers_of_a_run_all_see_it_end():
    run = await started(WAIT, PASS)
    sockets = [await open_socket(run) for _ in range(20)]
    await in_database(engine.work, run.pk)
    await in_database(engine.cancel, run)
    await in_database(engine.work, run.pk)
    for viewer in sockets:
        assert await numbers(viewer, 3) == [1, 2, 3]
        await viewer.disconnect()


async def test_the_entries_of_the_socket_are_those_of_the_page_and_the_log(client):
    run = await started(PASS, PASS)
    await in_database(engine.work, run.pk)
    viewer = await open_socket(run)
    message = await viewer.receive()
    await in_database(client.force_login, await in_database(person, "alice"))
    polled = await in_database(client.get, f"/runs/{run.pk}/events", {"after": 0})
    assert polled.json() == message
    await viewer.disconnect()


# --- rights


async def test_a_monitor_may_watch_but_does_not_see_who_else_may():
    run = await started(PASS, monitors=[await in_database(urn, "bob")])
    viewer = await open_socket(run, "bob")
    message = await viewer.receive()
    assert message["run"]["user_roles"] == ["run_monitor"]
    assert message["run"]["run_monitors"] == []
    await viewer.disconnect()


async def test_a_foreign_run_looks_like_one_that_is_not_there():
    run = await started(PASS)
    cookie = await in_database(cookie_of, "mallory")
    assert await close_code(socket(f"/ws/runs/{run.pk}/", cookie)) == 4404
    assert await close_code(socket(f"/ws/runs/{uuid.uuid4()}/", cookie)) == 4404


async def test_who_is_not_signed_in_is_told_so():
    run = await started(PASS)
    assert await close_code(socket(f"/ws/runs/{run.pk}/")) == 4401


@pytest.mark.parametrize("origin", [b"http://evil.example", b"http://localhost.evil.example", b"null"])
async def test_pages_of_other_sites_cannot_watch(origin):
    run = await started(PASS)
    cookie = await in_database(cookie_of, "alice")
    assert not await socket(f"/ws/runs/{run.pk}/", cookie, origin).connect()


@pytest.mark.parametrize("loss", ["role", "session", "account", "run"])
async def test_a_viewer_who_loses_the_right_sees_no_more(monkeypatch, loss):
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)
    run = await started(WAIT, PASS, monitors=[await in_database(urn, "bob")])
    viewer = await open_socket(run, "bob")
    await viewer.receive()
    bob = await in_database(person, "bob")
    losses = {
        "role": RunRole.objects.all().delete,
        "session": Session.objects.all().delete,
        "account": lambda: type(bob).objects.filter(pk=bob.pk).update(is_active=False),
        "run": Run.objects.all().delete,
    }
    await in_database(losses[loss])
    assert await viewer.close_code() == 4404


# --- bad addresses and talkative viewers


@pytest.mark.parametrize("after", ["-1", "x", "1e18", "NaN", "99999999999", "1.5", "１"])
async def test_a_number_that_is_none_closes_the_socket(after):
    run = await started(PASS)
    cookie = await in_database(cookie_of, "alice")
    assert await close_code(socket(f"/ws/runs/{run.pk}/?after={after}", cookie)) == 4400


@pytest.mark.parametrize("path", ["/ws/runs/x/", "/ws/runs/*/", "/ws/", "/ws/runs/" + "a" * 300 + "/"])
async def test_an_address_that_leads_nowhere_closes_the_socket(path):
    cookie = await in_database(cookie_of, "alice")
    assert await close_code(socket(path, cookie)) == 4404


async def test_a_viewer_that_talks_is_cut_off():
    run = await started(PASS)
    viewer = await open_socket(run)
    await viewer.receive()
    for _ in range(21):
        await viewer.say("x")
    assert await viewer.close_code() == 4400


async def test_a_viewer_who_asks_for_it_hears_that_the_connection_is_alive(monkeypatch):
    monkeypatch.setattr(consumers, "BEAT_SECONDS", 0.1)
    run = await started(WAIT, PASS)
    silent = await open_socket(run)
    viewer = await open_socket(run, after="1&beat=1")
    assert (await viewer.receive())["entries"] == []
    assert [await viewer.receive() for _ in range(2)] == [{"type": "beat"}] * 2
    await in_database(engine.work, run.pk)
    message = await viewer.receive()
    while message["type"] == "beat":
        message = await viewer.receive()
    assert [entry["seq"] for entry in message["entries"]] == [2]
    assert await numbers(silent, 2) == [1, 2], "who did not ask hears of events only"
    await viewer.disconnect()
    await silent.disconnect()


async def test_a_socket_leaves_nothing_behind():
    run = await started(PASS)
    viewer = await open_socket(run)
    await viewer.receive()
    await viewer.disconnect()
    await asyncio.sleep(0.05)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
