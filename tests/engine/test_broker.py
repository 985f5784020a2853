"""A broker that hangs or is gone costs nobody who starts a run anything; what it missed is found later."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from providers import hints
from runs import engine, news
from runs.models import EPOCH, Run
from tests.engine.workshop import broker_in, wait_until
from tests.people import Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(tmp_path: Path, settings, monkeypatch) -> Iterator[subprocess.Popen[bytes]]:
    """A broker, and senders of hints and news that speak to it."""
    with broker_in(tmp_path, settings) as child:
        monkeypatch.setattr(hints, "_sender", hints._Sender())
        monkeypatch.setattr(news, "_publisher", news._Publisher())
        yield child


@pytest.fixture
def start() -> Callable[[], Any]:
    alice = Api("alice")
    flow_id = alice.flow()["id"]
    return lambda: alice("POST", f"/flows/{flow_id}/run", {"body": {}})


def seconds_of(work: Callable[[], Any]) -> float:
    begun = time.monotonic()
    assert work().status_code == 201
    return time.monotonic() - begun


def test_a_hundred_starts_beside_a_broker_that_hangs_take_no_longer(broker, start):
    start()
    broker.send_signal(signal.SIGSTOP)
    seconds = sorted(seconds_of(start) for _ in range(100))
    assert seconds[94] <= 0.5
    assert Run.objects.count() == 101


def test_starts_beside_a_broker_that_is_gone_take_no_longer(broker, start):
    broker.kill()
    broker.wait()
    assert sorted(seconds_of(start) for _ in range(20))[18] <= 0.5


def test_after_a_failure_the_broker_is_left_alone_for_a_while(broker, start):
    broker.kill()
    broker.wait()
    start()
    wait_until(lambda: hints._sender._closed_until > time.monotonic())
    start()
    assert hints._sender._queue.empty()


def test_a_hint_that_was_lost_is_sent_again(broker, start, monkeypatch):
    with monkeypatch.context() as lost:
        lost.setattr(hints, "send", lambda *_, **__: None)
        run_id = start().json()["run_id"]
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert client.llen("runs") == 0
    Run.objects.update(hint_at=EPOCH)
    engine.sweep()
    assert wait_until(lambda: client.llen("runs")) == 1
    assert run_id.encode() in client.lrange("runs", 0, -1)[0]
    client.close()
