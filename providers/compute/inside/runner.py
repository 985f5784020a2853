"""Carries out one function: a request on standard input, the answer as JSON on a pipe of its own.

The request: {"source", "name", "args", "kwargs", "search_path", "limits": {"cpu_seconds", "memory_bytes",
"processes", "file_bytes", "result_bytes"}}. The answer: {"result": ...}, or {"error": {"code", "description",
"exception"}}. Whoever reads the answer trusts nothing in it: the function shares this interpreter.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # importing typing would cost more than starting Python does
if TYPE_CHECKING:
    from typing import Any

LONGEST_TRACEBACK = 8000
LONGEST_DESCRIPTION = 1000


class _Unusable(Exception):
    """What makes a call fail without the function being at fault by raising."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


def main(answer_descriptor: str) -> None:
    """Answer the request that waits on standard input, and end this process."""
    request = json.load(sys.stdin.buffer)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _limit(**request["limits"])
    sys.path += request["search_path"]
    me = os.getpid()
    answer = _answer(request)
    _flush()
    if os.getpid() != me:
        os._exit(1)  # a fork that came back from the function has nothing to say
    with open(int(answer_descriptor), "wb") as pipe:
        pipe.write(answer)
    # Threads that the function left behind would hold the process open.
    os._exit(0)


def _limit(cpu_seconds: int, memory_bytes: int, processes: int, file_bytes: int, result_bytes: int) -> None:
    for name, soft, hard in (
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_NPROC, processes, processes),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_NOFILE, 256, 256),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(name)[1]
        bounds = [value if most == resource.RLIM_INFINITY else min(value, most) for value in (soft, hard)]
        resource.setrlimit(name, (bounds[0], bounds[1]))


def _answer(request: dict[str, Any]) -> bytes:
    try:
        function = _loaded(request["source"], request["name"])
        result = function(*request["args"], **request["kwargs"])
        return _encoded(result, request["limits"]["result_bytes"])
    except _Unusable as error:
        return _error(error.code, error.description, "")
    except BaseException as error:  # noqa: BLE001  (whatever the function raises is the answer, SystemExit too)
        return _error("FunctionRaised", *_told(error, request))


def _loaded(source: str, name: str) -> Any:
    """The function, out of a module of its own whose lines tracebacks can show."""
    module = ModuleType("function")
    module.__file__ = f"{name}.py"
    sys.modules["function"] = module
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    function = getattr(module, name, None)
    if not callable(function):
        raise _Unusable("FunctionBroken", f'The source defines no function "{name}".')
    return function


def _encoded(result: Any, most_bytes: int) -> bytes:
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        answer = b'{"result":' + text.encode() + b"}"
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)[:200]
        raise _Unusable(
            "ResultNotJSON",
            f"The function returned a {type(result).__name__} that cannot be written as JSON: {reason}. "
            "Return only objects, arrays, text, finite numbers, true, false and null.",
        ) from error
    if len(answer) > most_bytes:
        raise _Unusable(
            "ResultTooLarge",
            f"The function's result has {len(answer):,} bytes as JSON; at most {most_bytes:,} are kept. "
            "Write large results to a file and return its path.",
        )
    return answer


def _error(code: str, description: str, trace: str) -> bytes:
    error = {"code": code, "description": _printable(description), "exception": _printable(trace)}
    return json.dumps({"error": error}).encode()


def _told(error: BaseException, request: dict[str, Any]) -> tuple[str, str]:
    """One line, and the traceback from the function's own first line on."""
    # Loaded only now: calls that succeed need not pay for them.
    linecache, traceback = import_module("linecache"), import_module("traceback")
    lines = request["source"].splitlines(keepends=True)
    name = f"{request['name']}.py"
    linecache.cache[name] = (len(request["source"]), None, lines, name)
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    summary = "".join(traceback.format_exception_only(error)).strip()
    trace = "".join(traceback.format_exception(type(error), error, frames))
    return summary[:LONGEST_DESCRIPTION], trace[-LONGEST_TRACEBACK:]


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # The function may have closed or replaced them; what it printed is then its own loss.
            continue
