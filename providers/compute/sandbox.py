"""Runs people's functions apart from everything else, in the best sandbox that this machine has."""

from __future__ import annotations

import json
import os
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from rest_framework.exceptions import ParseError

from flowlang.problems import JSON
from providers.compute import launching, levels, policy, watch
from providers.compute.child import Ended, carry
from providers.compute.inside import guard
from providers.compute.levels import Level
from providers.compute.policy import Folder, Limits
from wire.parsers import read_object

LEFTOVER_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Call:
    """What to run: a module's source, the name of the function in it, and what it is called with."""

    source: str
    name: str
    args: Sequence[JSON] = ()
    kwargs: dict[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result. `exception` is the traceback's text where the function raised."""

    code: str
    description: str
    exception: str = ""
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    result: JSON = None
    failure: Failure | None = None


def run(
    call: Call,
    folders: Sequence[Folder] = (),
    *,
    limits: Limits | None = None,
    go_on: Callable[[], bool] = lambda: True,
    at: Level | None = None,
) -> Outcome:
    """Return what the function returned, or why it did not.

    go_on   asked ten times a second; when it says no, the call is ended (failure "Stopped")
    at      another level than the best one
    """
    here = at or level()
    bounds = limits or Limits()
    if here.name == "none":
        return Outcome(failure=Failure("IsolationMissing", f"{here.description} {here.reason}"))
    launch = launching.launch(folders, _hidden(), bounds, here)
    request = _request(call, bounds, here)
    try:
        ended = carry(launch, request, bounds, go_on)
    finally:
        if launch.folder:
            watch.remove(launch.folder)
    return _outcome(ended, bounds)


def _request(call: Call, limits: Limits, at: Level) -> bytes:
    processes = limits.processes + (0 if at.is_full else watch.threads_of_this_user())
    bounds = {**asdict(limits), "processes": processes}
    used = ("cpu_seconds", "memory_bytes", "processes", "file_bytes", "result_bytes")
    return json.dumps(
        {
            "source": call.source,
            "name": call.name,
            "args": list(call.args),
            "kwargs": call.kwargs,
            "search_path": policy.search_path(),
            "limits": {name: bounds[name] for name in used},
        }
    ).encode()


def _hidden() -> list[str]:
    return [str(settings.HEADRACE_HOME)]


def _outcome(ended: Ended, limits: Limits) -> Outcome:
    if ended.stopped:
        return _failed(ended, *_stopped(ended.stopped, limits))
    if not ended.answer or ended.exit_code == guard.TOO_MANY_TASKS:
        return _failed(ended, *_silent(ended, limits))
    try:
        answer = read_object(ended.answer)
    except ParseError as error:
        reason = str(error.detail).replace("The body", "It")
        return _failed(ended, "ResultNotJSON", f"The function's answer cannot be kept. {reason}")
    if "result" in answer:
        return Outcome(result=answer["result"])
    return _failed(ended, *_told(answer.get("error")))


def _failed(ended: Ended, code: str, description: str, exception: str = "") -> Outcome:
    stdout, stderr = (text.replace("\0", "\ufffd") for text in (ended.stdout, ended.stderr))
    return Outcome(failure=Failure(code, description, exception, stdout, stderr))


def _told(error: Any) -> tuple[str, str, str]:
    """The runner's own words, of which nothing is taken for granted: the function could have written them."""
    told = error if isinstance(error, dict) else {}
    code, description, exception = (str(told.get(name, "")) for name in ("code", "description", "exception"))
    return (
        code[:64] or "ResultNotJSON",
        description[:2000] or "The answer is not understood.",
        exception[:8000],
    )


def _stopped(reason: str, limits: Limits) -> tuple[str, str]:
    mib = policy.MIB
    return {
        "time": ("FunctionTimeout", f"The function ran longer than {limits.wall_seconds:g} seconds."),
        "processes": ("TooManyProcesses", f"The function had more than {limits.processes} processes."),
        "memory": (
            "OutOfMemory",
            f"The function's processes held more than {2 * limits.memory_bytes // mib} MiB together.",
        ),
        "files": (
            "TooManyFiles",
            f"The function kept more than {limits.temporary_files} files or "
            f"{limits.temporary_bytes // mib} MiB in its temporary folder.",
        ),
        "output": ("OutputTooLarge", f"The function printed more than {limits.output_bytes // mib} MiB."),
        "answer": (
            "ResultTooLarge",
            f"The function's result is larger than {limits.result_bytes // policy.KIB} KiB.",
        ),
        "asked": ("Stopped", "The call was stopped."),
    }[reason]


def _silent(ended: Ended, limits: Limits) -> tuple[str, str]:
    if ended.exit_code == guard.TOO_MANY_TASKS:
        return _stopped("processes", limits)
    number = ended.exit_code - 128 if ended.exit_code > 128 else -ended.exit_code
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return (
            "FunctionKilled",
            f"The function was ended by the system: it may have used more than {limits.cpu_seconds} seconds "
            f"of processor time, or more memory than there is.",
        )
    if number in signal.valid_signals():
        return "FunctionCrashed", f"The function's interpreter died of {signal.Signals(number).name}."
    last = ended.stderr.strip().rpartition("\n")[2][:200]
    return "NoAnswer", f"The function ended without an answer (exit code {ended.exit_code}). {last}".strip()


@cache
def level() -> Level:
    """Return the best level that this machine offers, found out once by really trying."""
    reasons: dict[str, str] = {}
    for candidate in levels.candidates():
        problem = problem_of(candidate)
        if not problem:
            return candidate if candidate.is_full else replace(candidate, reason=_in_words(reasons))
        reasons.setdefault(candidate.name, problem)
    return Level("none", _in_words(reasons))


def remove_leftovers() -> None:
    """Delete the folders of calls that ended with a worker killed long ago."""
    for folder in Path(tempfile.gettempdir()).glob(f"{launching.OWN_FOLDER}*"):
        status = folder.lstat()
        is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
        if is_ours and time.time() - status.st_mtime > LEFTOVER_SECONDS:
            watch.remove(folder)


def problem_of(candidate: Level) -> str:
    """Return what keeps a level from being used here, found by trying what must fail; "" if nothing."""
    if missing := levels.missing(candidate):
        return missing
    source = (policy.INSIDE / "probe.py").read_text()
    call = Call(source, "findings", ([*_hidden()], os.getpid()))
    outcome = run(call, limits=Limits(wall_seconds=10), at=candidate)
    if outcome.failure:
        return f"{outcome.failure.description} {outcome.failure.stderr.strip()[:200]}".strip()
    if candidate.name == "minimal" or outcome.result == []:
        return ""
    found = outcome.result if isinstance(outcome.result, list) else ["something not understood"]
    return f"{', '.join(map(str, found))} was possible."


def _in_words(reasons: dict[str, str]) -> str:
    return " ".join(f"Not {name}: {problem}" for name, problem in reasons.items())
