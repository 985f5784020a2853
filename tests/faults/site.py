"""A site under test: broker, database, workers, sweeper and a ledger, each a process that may be harmed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.engine.workshop import BASE, PATIENCE_SECONDS, kill, wait_until
from tests.faults.broker import Broker
from tests.faults.postgres import Postgres
from tests.faults.tables import LOST, Tables
from tests.faults.web import Web
from tests.live import free_port

DATABASES = ("sqlite", "postgresql")
LEASE_SECONDS = 3.0


class Books:
    """What the ledger wrote down."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[dict[str, Any]]:
        with self._path.open() as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def calls(self) -> Counter[str]:
        """Return how often each request id was called with."""
        return Counter(line["id"] for line in self.lines() if line["op"] == "run")

    def effects(self) -> Counter[str]:
        return Counter(line["id"] for line in self.lines() if line["effect"])


def _close_when_terminated() -> None:
    """A SIGTERM ends this process as an error does: what it started must not outlive it."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class Site:
    """Processes on a data folder of their own. Close it: nothing that it started stays.

    database   "sqlite" or "postgresql"
    settings   the settings module of all processes
    """

    def __init__(
        self,
        database: str = "sqlite",
        *,
        seed: int = 7,
        settings: str = "config.settings",
        **environment: str,
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="hr-"))
        self.database, self.seed = database, seed
        self.broker = Broker(self.home, free_port() if database == "postgresql" else 0)
        self.postgres: Postgres | None = None
        self.books = Books(self.home / "book")
        self._children: list[subprocess.Popen[Any]] = []
        self._lock = threading.Lock()
        self._web_port = free_port()
        self._driver: subprocess.Popen[str] | None = None
        self._environment = {
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "DJANGO_SETTINGS_MODULE": settings,
        } | environment

    def __enter__(self) -> Site:
        _close_when_terminated()
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        self.broker.start()
        url = f"sqlite:///{self.home / 'site.sqlite3'}"
        if self.database == "postgresql":
            self.postgres = Postgres()
            self.postgres.start()
            url = self.postgres.create("site")
        self.tables = Tables(url)
        self.environment = {
            **os.environ,
            "HEADRACE_HOME": str(self.home),
            "REDIS_URL": self.broker.url,
            "DATABASE_URL": url,
            "ALLOW_HTTP_PROVIDERS": "1",
            "HEADRACE_FAILPOINT": "",
            "FIRST_POLL_SECONDS": "0.2",
            "MAX_POLL_SECONDS": "1",
            **self._environment,
        }
        self.manage("migrate", "--verbosity", "0")
        self.tables.trace_claims()
        ledger = [sys.executable, "-m", "tests.faults.ledger", str(self.home / "book"), str(self.seed)]
        child = self.spawn("ledger", ledger, stdout=subprocess.PIPE)
        self.ledger = f"http://127.0.0.1:{int(child.stdout.readline())}"

    def spawn(self, name: str, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a child in a process group of its own; what it says goes to HOME/<name>.log."""
        more = options.pop("environment", {})
        with (self.home / f"{name}.log").open("ab") as log:
            pipes = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL} | options
            child = subprocess.Popen(
                command, cwd=BASE, env=self.environment | more, text=True, start_new_session=True, **pipes
            )
        with self._lock:
            self._children.append(child)
        return child

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE, env=self.environment | environment, text=True, capture_output=True, timeout=120,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
        return done

    def worker(self, concurrency: int = 2, **environment: str) -> subprocess.Popen[Any]:
        command = [
            sys.executable,
            "manage.py",
            "worker",
            "--queue",
            "runs",
            "--concurrency",
            str(concurrency),
        ]
        return self.spawn("worker", command, environment=environment)

    def sweeper(self) -> subprocess.Popen[Any]:
        return self.spawn("sweeper", [sys.executable, "manage.py", "sweeper"])

    def web(self) -> Web:
        """Start a web process, always at the same address, and wait until it answers."""
        port = str(self._web_port)
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", port]
        options = ["--log-level", "warning", "--no-access-log", "--lifespan", "off"]
        self.web_process = self.spawn("web", [*command, *options])
        self.address = f"http://127.0.0.1:{port}"
        web = Web(self.address, self.ask("token", "alice"), self.ask("cookie", "alice"))
        wait_until(lambda: web.ask("GET", "/healthz").status == 200)
        web.forget()
        return web

    def ask(self, command: str, *arguments: Any) -> Any:
        """Return what the driver answers."""
        if self._driver is None:
            words = [sys.executable, "-m", "tests.faults.drive"]
            self._driver = self.spawn("drive", words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._driver.stdin is not None and self._driver.stdout is not None
        self._driver.stdin.write(json.dumps([command, *arguments]) + "\n")
        self._driver.stdin.flush()
        line = self._driver.stdout.readline()
        assert line, (self.home / "drive.log").read_text()[-4000:]
        return json.loads(line)

    def start(self, definition: dict[str, Any], count: int = 1, **body: Any) -> list[str]:
        return list(self.ask("start", definition, count, body))

    def wait_for_end(self, run_ids: list[str], seconds: float, meanwhile: Callable[[], Any] = int) -> bool:
        """Return whether all runs ended in time; `meanwhile` is called now and then."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            meanwhile()
            try:
                if not self.tables.unfinished(run_ids):
                    return True
            except LOST:  # the database may be down just now, which is the point
                time.sleep(0.2)
            time.sleep(0.1)
        return not self.tables.unfinished(run_ids)

    def wait_for_worker(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until a worker takes messages: it has carried a run of one Pass state to its end."""
        run = self.start({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
        wait_until(lambda: not self.tables.unfinished(run), seconds)

    def end(self, children: list[subprocess.Popen[Any]]) -> None:
        """Kill these children."""
        for child in children:
            kill(child, signal.SIGCONT)
            kill(child)

    def close(self) -> None:
        self.end(self._children)
        for child in self._children:
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        self.broker.close()
        if self.postgres is not None:
            self.postgres.close()
        if "FAULTS_KEEP" not in os.environ:
            shutil.rmtree(self.home, ignore_errors=True)
