"""Celery alone: a chain of tasks over Redis, nothing stored. `with_celery.py SERVER_PROGRAM TIMES HELLO_URL`.

A run counts from sending the chain to its result.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import measure  # noqa: E402  (the path must be set first)
import workloads  # noqa: E402
from celery import chain  # noqa: E402

PROGRAM, TIMES, HELLO = sys.argv[1], int(sys.argv[2]), sys.argv[3]
RUNS_AT_ONCE = 200
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def main() -> None:
    port = measure.free_port()
    os.environ.update(BROKER=f"redis://127.0.0.1:{port}/0", HELLO=HELLO, PYTHONPATH=f"{HERE}:{HERE.parent}")
    with tempfile.TemporaryDirectory(prefix="bench-celery-") as folder:
        server = [PROGRAM, "--port", str(port), "--save", "", "--dir", folder]
        worker = [sys.executable, "-m", "celery", "-A", "celery_tasks", "worker", "-P", "prefork", "-c", "2"]
        children = [subprocess.Popen(each, cwd=HERE, **QUIET) for each in (server, worker)]
        try:
            run()
        finally:
            for child in reversed(children):
                child.terminate()
                child.wait(20)


def send(name: str) -> Any:
    """Send a new chain: one that is sent again has the ids, and so the results, of the first time."""
    tasks = importlib.import_module("celery_tasks")  # it reads the broker's address from the environment
    first, *rest = workloads.KINDS
    if name == "W1":
        steps = [tasks.step.s(dict(workloads.INPUT), first), *[tasks.step.s(kind) for kind in rest]]
    elif name == "W2":
        steps = [tasks.act.s(None, 0), *[tasks.act.s(x) for x in range(1, workloads.ACTIONS)]]
    else:
        steps = [tasks.increment.s(0), *[tasks.increment.s() for _ in range(2 * workloads.TURNS - 1)]]
    return chain(*steps).apply_async()


def cpu_ms() -> float:
    return measure.cpu_seconds(os.getpid()) * 1000


def run() -> None:
    for name, count in (("W1", TIMES), ("W2", TIMES), ("W3", 1)):
        before = cpu_ms()
        took = measure.times_ms(lambda name=name: send(name).get(timeout=120), count)
        cpu = round((cpu_ms() - before) / (workloads.STATES[name] * (count + 1)), 3)
        measure.emit(engine="celery", workload=name, ms=measure.median(took), cpu_ms_per_state=cpu)
    before, began_at = cpu_ms(), time.perf_counter()
    for result in [send("W1") for _ in range(RUNS_AT_ONCE)]:
        result.get(timeout=120)
    states = RUNS_AT_ONCE * workloads.STATES["W1"]
    rate = round(states / (time.perf_counter() - began_at))
    cpu = round((cpu_ms() - before) / states, 3)
    measure.emit(engine="celery", workload="W4", states_per_second=rate, cpu_ms_per_state=cpu)


if __name__ == "__main__":
    main()
