"""What all sides measure with: times, the CPU time of trees of processes, one JSON object a line."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def emit(**figures: Any) -> None:
    """Print one figure as one line."""
    print(json.dumps(figures), flush=True)


def times_ms(do: Callable[[], Any], times: int) -> list[float]:
    """Call `do` once to warm up, then `times` times; return how long each took."""
    do()
    return [_once(do) for _ in range(times)]


def _once(do: Callable[[], Any]) -> float:
    began_at = time.perf_counter()
    do()
    return (time.perf_counter() - began_at) * 1000


def median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def cpu_seconds(root: int, without: Iterable[int] = ()) -> float:
    """Return the CPU time that a process and its descendants, `without` some, have used so far."""
    ticks = 0
    for pid in set(_family(root)) - set(without):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*"):
            with contextlib.suppress(OSError):
                queue += map(int, (task / "children").read_text().split())
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
