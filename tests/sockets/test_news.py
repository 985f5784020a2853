"""News through a real broker: quick, together when they come thick, and not needed."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from runs import engine, fanout, news
from tests.engine.conftest import start
from tests.engine.workshop import broker_in
from tests.people import cookie_of
from tests.sockets.conftest import in_database, socket

WAIT = {"Type": "Wait", "Seconds": 3600}
PASS = {"Type": "Pass", "End": True}

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broker(tmp_path: Path, settings, monkeypatch) -> Iterator[redis.Redis]:
    """A broker of its own, and a publisher that speaks to it."""
    with broker_in(tmp_path, settings):
        monkeypatch.setattr(news, "_publisher", news._Publisher())
        monkeypatch.setattr("runs.fanout.POLL_SECONDS", 60)
        client = redis.Redis.from_url(settings.REDIS_URL)
        yield client
        client.close()


async def watched(run):
    viewer = socket(f"/ws/runs/{run.pk}/", await in_database(cookie_of, "alice"))
    await viewer.connect()
    await viewer.receive()
    return viewer


async def test_news_reaches_a_viewer_without_a_look_at_the_table(broker):
    run = await in_database(start, WAIT, PASS)
    viewer = await watched(run)
    while not broker.pubsub_numsub(news.CHANNEL)[0][1]:
        assert await viewer.receive_nothing(timeout=0.05)
    begun = time.monotonic()
    await in_database(engine.work, run.pk)
    message = await viewer.receive()
    assert [entry["code"] for entry in message["entries"]] == ["WaitStarted"]
    assert time.monotonic() - begun < fanout.POLL_BESIDE_NEWS_SECONDS / 2
    await viewer.disconnect()


async def test_news_of_other_runs_and_nonsense_disturbs_nobody(broker):
    run = await in_database(start, WAIT, PASS)
    viewer = await watched(run)
    while not broker.pubsub_numsub(news.CHANNEL)[0][1]:
        assert await viewer.receive_nothing(timeout=0.05)
    for nonsense in (b"", b"x", b"\xff\xfe 3", f"{uuid.uuid4()} 5".encode(), b"{}" * 1000):
        broker.publish(news.CHANNEL, nonsense)
    assert await viewer.receive_nothing(timeout=0.2)
    await in_database(engine.work, run.pk)
    assert [entry["seq"] for entry in (await viewer.receive())["entries"]] == [2]
    await viewer.disconnect()


async def test_of_thick_news_a_viewer_gets_few_messages_and_every_entry(broker):
    run = await in_database(start, *[PASS] * 40)
    viewer = await watched(run)
    await in_database(engine.work, run.pk)
    for _ in range(200):
        broker.publish(news.CHANNEL, f"{run.pk} 1")
    seen, messages = [1], 0
    while seen[-1] < 82:
        message = await viewer.receive()
        seen += [entry["seq"] for entry in message["entries"]]
        messages += 1
    assert seen == list(range(1, 83))
    assert messages < 20
    await viewer.disconnect()


async def test_without_a_broker_publishing_costs_nothing(settings, monkeypatch, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path / 'none.sock'}"
    monkeypatch.setattr(news, "_publisher", news._Publisher())
    begun = time.monotonic()
    for _ in range(1000):
        news.publish(uuid.uuid4(), 1)
    assert time.monotonic() - begun < 0.5


class Viewer:
    """What the hub sees of a socket."""

    def __init__(self, run_id: uuid.UUID, seq: int) -> None:
        self.run_id, self.seq, self.news = run_id, seq, asyncio.Event()


async def test_news_that_comes_while_other_news_is_brought_is_brought_too(monkeypatch):
    read: list[int] = []
    monkeypatch.setattr("runs.fanout.BATCH_SECONDS", 0.0)
    monkeypatch.setattr("runs.live.read", lambda run_id, after: read.append(after))
    hub, viewer = fanout.Hub(), Viewer(uuid.uuid4(), 7)
    hub.join(viewer)
    for turns in range(12):
        hub.tell(viewer.run_id)
        for _ in range(turns):
            await asyncio.sleep(0)
        so_far = len(read)
        hub.tell(viewer.run_id)
        async with asyncio.timeout(5):
            while len(read) == so_far:
                await asyncio.sleep(0.001)
            await viewer.news.wait()
        viewer.news.clear()
    assert set(read) == {7}
    hub.leave(viewer)


async def test_what_most_viewers_lack_is_read_once_and_before_they_wake(monkeypatch):
    read: list[int] = []
    monkeypatch.setattr("runs.live.read", lambda run_id, after: read.append(after) or f"after {after}")
    hub, run_id = fanout.Hub(), uuid.uuid4()
    viewers = [Viewer(run_id, seq) for seq in (3, 9, 9, 9, 2**31 - 1)]
    for viewer in viewers:
        hub.join(viewer)
    hub.tell(run_id)

    async def woken(viewer: Viewer) -> object:
        await viewer.news.wait()
        return await hub.read(run_id, viewer.seq)

    found = await asyncio.gather(*map(woken, viewers))
    assert found == [f"after {viewer.seq}" for viewer in viewers]
    assert read[0] == 9 and sorted(read) == [3, 9, 2**31 - 1]
    for viewer in viewers:
        hub.leave(viewer)
