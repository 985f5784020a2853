"""A whole site, started as a user starts it, for the tests that need all of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
READY_SECONDS = 90
MANAGE_SECONDS = 120


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LiveSite:
    """`python -m supervisor` in a data folder of its own: what `./run` does once everything is installed."""

    def __init__(self, home: Path, port: int | None = None, **environment: str) -> None:
        self.home, self.port = home, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "HEADRACE_HOME": str(home), **environment}
        self.lines: list[str] = []
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready and how to sign in."""
        command = [sys.executable, "-m", "supervisor", "--port", str(self.port), "--no-browser"]
        self._child = subprocess.Popen(
            command,
            cwd=BASE,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for_line("Sign in once with:")
        assert any(line.startswith("Headrace is ready") for line in self.lines), "\n".join(self.lines)

    def _read(self) -> None:
        assert self._child is not None and self._child.stdout is not None
        for line in self._child.stdout:
            self.lines.append(line.rstrip())

    def wait_for_line(self, words: str, seconds: float = READY_SECONDS) -> str:
        """Return the first printed line that holds `words`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.lines:
                if words in line:
                    return line
            assert self._child is not None and self._child.poll() is None, "\n".join(self.lines)
            time.sleep(0.05)
        raise AssertionError(f"No line with {words!r} in {seconds} s:\n" + "\n".join(self.lines))

    @property
    def sign_in_link(self) -> str:
        found = re.search(r"https?://\S+", self.wait_for_line("Sign in once with:"))
        assert found is not None
        return found.group()

    @property
    def pid(self) -> int:
        """The supervisor's."""
        assert self._child is not None
        return self._child.pid

    def pids(self) -> list[int]:
        """Return the supervisor's children that live."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]

    def manage(self, *arguments: str) -> str:
        """Run a management command on this site's data and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=MANAGE_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        assert self._child is not None
        if self._child.poll() is None:
            self._child.send_signal(number)
        return self._child.wait(30)
