"""One part of the site as a child: started, restarted when it dies, stopped with its own children."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
STEADY_SECONDS = 30
LONGEST_PAUSE_SECONDS = 30


def say(line: str) -> None:
    """Print one line about one thing that happened."""
    print(line, flush=True)


class Part:
    """A child with a name, e.g. "web". Its output goes to HOME/logs/<name>.log."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._next_start_at = 0.0
        self._pause_seconds = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the parts in order
                preexec_fn=_die_with_parent,
            )
        self._started_at = time.monotonic()

    def look_after(self) -> None:
        """Restart the child if it is gone, at once the first time, then after growing pauses."""
        now = time.monotonic()
        if self._child is not None and self._child.poll() is not None:
            self._bury(now)
        if self._child is None and now >= self._next_start_at:
            self.start()

    def _bury(self, now: float) -> None:
        assert self._child is not None
        _kill_group(self._child.pid)
        is_steady = now - self._started_at > STEADY_SECONDS
        self._pause_seconds = (
            0.0 if is_steady else min(max(1.0, self._pause_seconds * 2), LONGEST_PAUSE_SECONDS)
        )
        self._next_start_at = now + self._pause_seconds
        say(
            f"{self.name} stopped ({_reason(self._child.returncode)}); starting it again. Its log: {self.log}"
        )
        self._child = None

    def ask_to_stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until the child is gone; at `deadline` (monotonic seconds) kill it. Leaves no descendant."""
        if self._child is None:
            return
        try:
            self._child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop in time and was killed")
        _kill_group(self._child.pid)
        self._child.wait()
        self._child = None


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
