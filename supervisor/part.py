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
PULSE_VARIABLE = "HEADRACE_PULSE"
STEADY_SECONDS = 30
STUCK_SECONDS = 60
DEAF = 75  # with this exit code a worker ends that no longer hears
LONGEST_PAUSE_SECONDS = 30


def say(line: str) -> None:
    """Print one line about one thing that happened."""
    print(line, flush=True)


class Part:
    """A child with a name, e.g. "web". Its output goes to HOME/logs/<name>.log.

    A child that is given a file as its pulse touches it every second; one that stops doing so is stuck.
    """

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], log: Path, pulse: Path | None = None
    ) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self._pulse = pulse
        self._last_pulse, self._last_pulse_at = 0.0, 0.0
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._next_start_at = 0.0
        self._pause_seconds = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(exist_ok=True)
        environment = self.environment
        if self._pulse is not None:
            self._pulse.unlink(missing_ok=True)
            self._last_pulse = 0.0
            environment = {**environment, PULSE_VARIABLE: str(self._pulse)}
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.command,
                env=environment,
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
        if self._child is not None and self._child.poll() is None and self._is_stuck(now):
            say(f"{self.name} gave no sign of life for {STUCK_SECONDS} s and is stopped")
            _kill_group(self._child.pid)
            self._child.wait()
        if self._child is not None and self._child.poll() is not None:
            self._bury(now)
        if self._child is None and now >= self._next_start_at:
            self._start_again(now)

    def _start_again(self, now: float) -> None:
        """Start the child; a machine that is out of processes or of disk may have some a moment later."""
        try:
            self.start()
        except OSError as error:
            self._pause(now)
            say(f"{self.name} cannot be started ({error}); trying again in {self._pause_seconds:.0f} s")

    def _pause(self, now: float) -> None:
        """Put the next start off, for longer each time."""
        self._pause_seconds = min(max(1.0, self._pause_seconds * 2), LONGEST_PAUSE_SECONDS)
        self._next_start_at = now + self._pause_seconds

    def _is_stuck(self, now: float) -> bool:
        """Whether the pulse, once there, has not moved for long. The machine's own clock may jump."""
        if self._pulse is None:
            return False
        try:
            pulse = self._pulse.stat().st_mtime
        except FileNotFoundError:
            return False  # it is still starting
        if pulse != self._last_pulse:
            self._last_pulse, self._last_pulse_at = pulse, now
        return now - self._last_pulse_at > STUCK_SECONDS

    def _bury(self, now: float) -> None:
        assert self._child is not None
        _kill_group(self._child.pid)
        if now - self._started_at > STEADY_SECONDS:
            self._pause_seconds, self._next_start_at = 0.0, now
        else:
            self._pause(now)
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
    if code == DEAF:
        return "it took no message for 45 s although the broker answers"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
