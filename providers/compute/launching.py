"""How each level of isolation starts a call: the command, and the descriptors that it needs."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from providers.compute import bubblewrap, policy, seccomp
from providers.compute.child import OVERHEAD, Launch
from providers.compute.inside import landlock
from providers.compute.levels import Level
from providers.compute.policy import Folder, Limits

OWN_FOLDER: Final = "headrace-call-"


def launch(folders: Sequence[Folder], hidden: Sequence[str], limits: Limits, at: Level) -> Launch:
    """Return how to start a call that may use `folders`, and must not see what is `hidden`."""
    if at.is_full:
        return _with_bubblewrap(folders, hidden, limits, at)
    return _confined(folders, hidden, limits, at)


def _with_bubblewrap(folders: Sequence[Folder], hidden: Sequence[str], limits: Limits, at: Level) -> Launch:
    answer, answering = os.pipe()
    calls = _readable(seccomp.program(os.uname().machine, has_namespaces=True))
    words = ["--seccomp", str(calls), *bubblewrap.arguments(folders, hidden, limits, at.features)]
    # Of somebody with many folders they are too long for a command line.
    told = _readable("".join(f"{word}\0" for word in words).encode())
    runner = policy.started("runner", str(answering), folder=bubblewrap.INSIDE)
    command = [bubblewrap.program() or "bwrap", "--args", str(told), *runner]
    made = Launch(command, answer, [answering, calls, told])
    return made if os.geteuid() != 0 else _guarded(made, limits)


def _guarded(made: Launch, limits: Limits) -> Launch:
    """The same under a guard: the kernel counts everybody's processes but root's."""
    alive, made.life = os.pipe()
    passed = ",".join(map(str, made.passed))
    made.command = policy.started("guard", str(_most_tasks(limits)), str(alive), passed, *made.command)
    made.passed.append(alive)
    return made


def _confined(folders: Sequence[Folder], hidden: Sequence[str], limits: Limits, at: Level) -> Launch:
    answer, answering = os.pipe()
    alive, life = os.pipe()
    own = Path(tempfile.mkdtemp(prefix=OWN_FOLDER))
    own.chmod(0o700 if at.name == "restricted" else 0o777)
    told = {"level": at.name, "folder": str(own), "most_tasks": _most_tasks(limits)}
    told |= _rules(folders, hidden, own) if at.name == "restricted" else {}
    rules = _readable(json.dumps(told).encode())
    command = policy.started("confine", str(rules), str(answering), str(alive))
    return Launch(command, answer, [answering, alive, rules], life, own)


def _rules(folders: Sequence[Folder], hidden: Sequence[str], own: Path) -> dict[str, Any]:
    shown = [each for each in policy.usable(folders, hidden) if not policy.covers(each, hidden)]
    system = (*policy.SYSTEM, *policy.SYSTEM_LINKS, *policy.SETTINGS_FILES, *policy.readable())
    may_signal = landlock.has_signal_scope()
    return {
        "readable": [*system, *(folder.path for folder in shown if not folder.is_writable)],
        "writable": [str(own), *(folder.path for folder in shown if folder.is_writable)],
        "filter": seccomp.program(os.uname().machine, has_namespaces=False, may_signal=may_signal).hex(),
    }


def _most_tasks(limits: Limits) -> int:
    return limits.processes + OVERHEAD


def _readable(content: bytes) -> int:
    """A descriptor from which the content can be read, of any length."""
    descriptor = os.memfd_create("headrace")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
