"""One child process: fed, listened to, bounded, ended. Nothing that it does can make us wait for ever."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from providers.compute import watch
from providers.compute.policy import KIB, Limits

TICK_SECONDS: Final = 0.1
_CHUNK: Final = 64 * KIB
_ROOM_FOR_ERRORS: Final = 128 * KIB
_KEPT_OUTPUT: Final = 8 * KIB
OVERHEAD: Final = 3  # processes of the sandbox itself
_CLOSING_SECONDS: Final = 2.0


@dataclass(slots=True)
class Launch:
    """How to start the child.

    command     ends with nothing to add: the descriptor numbers are already in it
    answer      the reading end of the answer's pipe; `passed` holds the writing end, among others
    life        closing it makes the child's watcher end everything; without one the child is killed
    folder      a call's own folder outside, where the sandbox has no file system of its own for it
    """

    command: list[str]
    answer: int
    passed: list[int]
    life: int | None = None
    folder: Path | None = None


@dataclass(slots=True)
class Ended:
    """What became of the child. `stopped` names the limit that ended it, or is "asked", or ""."""

    exit_code: int
    answer: bytes
    stdout: str
    stderr: str
    stopped: str = ""


@dataclass(slots=True)
class _Stream:
    file: IO[bytes]
    most_bytes: int
    limit: str  # what is exceeded when more comes
    kept: bytearray = field(default_factory=bytearray)
    seen: int = 0

    def read(self) -> bool:
        """Read what is there; False at the end."""
        try:
            chunk = os.read(self.file.fileno(), _CHUNK)
        except BlockingIOError:
            return True
        self.seen += len(chunk)
        self.kept += chunk
        return bool(chunk)

    def trim(self, kept_bytes: int) -> None:
        del self.kept[:-kept_bytes]


def carry(launch: Launch, request: bytes, limits: Limits, go_on: Callable[[], bool]) -> Ended:
    """Run the child to its end, at most `limits.wall_seconds`; `go_on` is asked every TICK_SECONDS."""
    child = subprocess.Popen(
        launch.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=launch.passed,
        # Not the worker's environment: it holds secrets, and a sandbox shows its own start's one in /proc/1.
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home(launch), "TMPDIR": home(launch)}
        | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        close_fds=True,
    )
    for descriptor in launch.passed:
        os.close(descriptor)
    with _Pump(child, launch, request, limits) as pump:
        return pump.run(go_on)


def home(launch: Launch) -> str:
    """Return the folder of the call's own, as the function sees it."""
    return str(launch.folder) if launch.folder else "/tmp"


class _Pump:
    def __init__(
        self, child: subprocess.Popen[bytes], launch: Launch, request: bytes, limits: Limits
    ) -> None:
        assert child.stdin and child.stdout and child.stderr
        self._child, self._launch, self._limits = child, launch, limits
        self._unsent = memoryview(request)
        answer = os.fdopen(launch.answer, "rb")
        self._answer = _Stream(answer, limits.result_bytes + _ROOM_FOR_ERRORS, "answer")
        self._output = [
            _Stream(child.stdout, limits.output_bytes, "output"),
            _Stream(child.stderr, limits.output_bytes, "output"),
        ]
        self._ended = os.pidfd_open(child.pid)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._ended, selectors.EVENT_READ)
        self._selector.register(child.stdin, selectors.EVENT_WRITE)
        os.set_blocking(child.stdin.fileno(), False)
        for stream in (self._answer, *self._output):
            os.set_blocking(stream.file.fileno(), False)
            self._selector.register(stream.file, selectors.EVENT_READ, stream)
        self._open_streams = 1 + len(self._output)
        self._has_ended = False

    def __enter__(self) -> _Pump:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        self._selector.close()
        os.close(self._ended)
        for stream in (self._answer, *self._output):
            stream.file.close()
        if self._child.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()

    def run(self, go_on: Callable[[], bool]) -> Ended:
        stopped = self._until_it_ends(go_on)
        if stopped:
            self._end()
        self._drain(_CLOSING_SECONDS)
        texts = [bytes(stream.kept).decode("utf-8", "replace") for stream in self._output]
        return Ended(self._child.wait(), bytes(self._answer.kept), texts[0], texts[1], stopped)

    def _until_it_ends(self, go_on: Callable[[], bool]) -> str:
        """Pump until the child has ended ("") or must be ended (the name of what it exceeded)."""
        started = ticked = time.monotonic()
        while not self._has_ended:
            exceeded = self._step(TICK_SECONDS)
            now = time.monotonic()
            if not exceeded and now - started > self._limits.wall_seconds:
                exceeded = "time"
            if not exceeded and now - ticked >= TICK_SECONDS:
                ticked = now
                exceeded = self._exceeded() if go_on() else "asked"
            if exceeded:
                return exceeded
        return ""

    def _step(self, seconds: float) -> str:
        """Move what can be moved now; return the limit that a stream exceeded."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj == self._ended:
                self._has_ended = True
                self._selector.unregister(self._ended)
            elif isinstance(key.data, _Stream):
                self._receive(key.data)
                if key.data.seen > key.data.most_bytes:
                    return key.data.limit
            else:
                self._send()
        return ""

    def _receive(self, stream: _Stream) -> None:
        if not stream.read():
            self._selector.unregister(stream.file)
            self._open_streams -= 1
        if stream is not self._answer:
            stream.trim(_KEPT_OUTPUT)

    def _send(self) -> None:
        stdin = self._child.stdin
        assert stdin
        try:
            self._unsent = self._unsent[os.write(stdin.fileno(), self._unsent[:_CHUNK]) :]
        except BrokenPipeError:
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._selector.unregister(stdin)
            stdin.close()

    def _exceeded(self) -> str:
        processes, memory = watch.usage(self._child.pid)
        if processes > self._limits.processes + OVERHEAD:
            return "processes"
        if memory > 2 * self._limits.memory_bytes:
            return "memory"
        if self._launch.folder is None:
            return ""
        files, size = watch.contents(self._launch.folder, self._limits.temporary_files)
        return "files" if files > self._limits.temporary_files or size > self._limits.temporary_bytes else ""

    def _drain(self, seconds: float) -> None:
        """Read what was written before the end; a stream that stays open is not waited for."""
        deadline = time.monotonic() + seconds
        while self._open_streams and time.monotonic() < deadline:
            if self._step(TICK_SECONDS):
                return

    def _end(self) -> None:
        """End the child and all below it, and wait until it is gone."""
        if self._launch.life is not None:
            os.close(self._launch.life)
            self._launch.life = None
        elif self._child.poll() is None:
            self._child.kill()
        # A guard is never killed: it ends when nothing is left below it.
        self._child.wait()
