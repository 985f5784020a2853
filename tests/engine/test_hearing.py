"""A worker that no longer hears ends itself; one that is stuck is ended by the supervisor."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from celery.utils.nodenames import worker_direct
from celery.worker import state

from providers import pulse
from providers.pulse import Pulse
from supervisor import part
from supervisor.part import Part
from tests.engine.workshop import PATIENCE_SECONDS, Workshop, broker_in, kill, wait_until
from tests.live import LiveSite


@pytest.fixture
def broker(tmp_path: Path, settings) -> Iterator[subprocess.Popen[bytes]]:
    with broker_in(tmp_path, settings) as child:
        yield child


@pytest.fixture
def ended(monkeypatch) -> list[int]:
    """The exit codes with which this very process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr(pulse.os, "_exit", codes.append)
    monkeypatch.setattr(pulse, "DEAF_SECONDS", 0.2)
    return codes


def beating(seconds: float) -> Pulse:
    """A pulse whose worker hears nothing, after some seconds of beats."""
    watched = Pulse("runs", 1)
    watched.worker = "runs-1@here"
    sender = Celery("test", set_as_current=False)
    sender.config_from_object("django.conf:settings", namespace="CELERY")
    sender.conf.broker_transport_options |= {"max_retries": 1, "interval_start": 0}
    until, beats = time.monotonic() + seconds, 0
    while time.monotonic() < until or beats < 2:  # of which the first may take all of the time
        watched._next_canary = 0.0
        watched.beat(sender)
        time.sleep(0.02)
        beats += 1
    return watched


def test_a_worker_that_hears_nothing_although_the_broker_answers_ends_itself(broker, ended):
    beating(0.5)
    assert ended and set(ended) == {pulse.DEAF}


def test_a_worker_is_not_deaf_because_the_broker_is_gone(broker, ended):
    broker.kill()
    broker.wait()
    beating(0.5)
    assert ended == []


def test_a_worker_is_not_deaf_because_it_has_its_hands_full(broker, ended, monkeypatch):
    monkeypatch.setattr(state, "active_requests", {"a request"})
    beating(0.5)
    assert ended == []


def test_canaries_go_to_the_worker_itself_and_to_nobody_else(broker, ended, settings):
    watched = beating(0.1)
    with pulse.broker_client() as client:
        queues = {key.decode(): client.llen(key) for key in client.scan_iter() if client.type(key) == b"list"}
    assert list(queues) == [worker_direct(watched.worker).name]
    assert queues.popitem()[1] >= 1


def test_a_worker_answers_canaries_by_name(workshop: Workshop):
    worker = workshop.worker()
    name = f"worker:runs-{worker.pid}@{socket.gethostname()}"
    assert wait_until(lambda: name in workshop.ask("workers", ""))
    worker.terminate()
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert name not in workshop.ask("workers", "")
    kill(worker)


# --- the supervisor


def test_supervisor_and_worker_mean_the_same_exit_code():
    assert part.DEAF == pulse.DEAF
    assert part.PULSE_VARIABLE == pulse.FILE_VARIABLE


BEATS = "import os, time; open(os.environ['HEADRACE_PULSE'], 'w').close(); time.sleep(60)"


def look_after(child: Part, words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Look after the part until the supervisor has said these words; return all that it said."""
    said: list[str] = []

    def has_said() -> bool:
        child.look_after()
        said.append(capsys.readouterr().out)
        return words in "".join(said)

    wait_until(has_said)
    return "".join(said)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[Part]]:
    parts: list[Part] = []
    yield parts
    for each in parts:
        each.wait_or_kill(0.0)


def test_a_part_whose_pulse_stops_is_stopped_and_started_again(tmp_path, made, monkeypatch, capsys):
    monkeypatch.setattr(part, "STUCK_SECONDS", 0.3)
    child = Part("worker", [sys.executable, "-c", BEATS], {}, tmp_path / "worker.log", tmp_path / "pulse")
    made.append(child)
    child.start()
    said = look_after(child, "worker stopped (signal SIGKILL); starting it again", capsys)
    assert "worker gave no sign of life for 0.3 s" in said


def test_a_part_that_has_not_begun_to_beat_is_given_time(tmp_path, made, monkeypatch, capsys):
    monkeypatch.setattr(part, "STUCK_SECONDS", 0.1)
    child = Part("worker", ["sleep", "60"], {}, tmp_path / "worker.log", tmp_path / "pulse")
    made.append(child)
    child.start()
    for _ in range(10):
        child.look_after()
        time.sleep(0.05)
    assert capsys.readouterr().out == ""


def test_a_deaf_part_is_told_of_in_one_calm_line(tmp_path, made, capsys):
    child = Part("worker", ["sh", "-c", f"exit {part.DEAF}"], {}, tmp_path / "worker.log")
    made.append(child)
    child.start()
    words = "worker stopped (it took no message for 45 s although the broker answers)"
    assert words in look_after(child, words, capsys)


def test_a_part_that_cannot_be_started_now_is_tried_again(tmp_path, monkeypatch, capsys):
    child = Part("worker", ["sleep", "60"], {}, tmp_path / "worker.log")

    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as full:
        full.setattr(part.subprocess, "Popen", refuse)
        child.look_after()
    assert "worker cannot be started" in capsys.readouterr().out
    child._next_start_at = 0.0
    child.look_after()
    assert child._child.poll() is None
    child.ask_to_stop()
    child.wait_or_kill(time.monotonic() + 5)


@pytest.mark.soak
def test_a_site_that_idles_restarts_nothing_and_hears_everywhere(tmp_path):
    site = LiveSite(tmp_path)
    site.start()
    try:
        said = len(site.lines)
        time.sleep(pulse.DEAF_SECONDS + 2 * pulse.CANARY_SECONDS)
        assert site.lines[said:] == []
        names = "Heartbeat.objects.filter(name__startswith='worker:')"
        question = f"from runs.models import Heartbeat; print({names}.count())"
        assert site.manage("shell", "--no-imports", "-c", question) == "3"
    finally:
        assert site.stop() == 0
