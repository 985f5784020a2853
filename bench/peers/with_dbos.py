"""DBOS: each state is a durable step of a workflow. `with_dbos.py DATABASE_URL TIMES HELLO_URL`.

A run counts from the call of the workflow to its result.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import measure
import workloads
from dbos import DBOS

URL, TIMES, HELLO = sys.argv[1], int(sys.argv[2]), sys.argv[3]
SERVER = int(sys.argv[4]) if len(sys.argv) > 4 else os.getpid()  # the database's, whose CPU time counts too
DATABASE = "postgresql" if URL.startswith("postgres") else "sqlite"
RUNS_AT_ONCE = 200
http = httpx.Client()

DBOS(config={"name": "bench", "system_database_url": URL, "run_admin_server": False, "log_level": "ERROR"})


@DBOS.step()
def step(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return workloads.step(kind, data)


@DBOS.step()
def act(x: int) -> Any:
    return http.post(HELLO, json={"body": {"x": x}}).json()


@DBOS.step()
def increment(i: int) -> int:
    return i + 1


@DBOS.workflow()
def w1(data: dict[str, Any]) -> dict[str, Any]:
    for kind in workloads.KINDS:
        data = step(kind, data)
    return data


@DBOS.workflow()
def w2() -> None:
    for index in range(workloads.ACTIONS):
        act(index)


@DBOS.workflow()
def w3() -> int:
    i = 0
    for _ in range(2 * workloads.TURNS):
        i = increment(i)
    return i


def cpu_ms() -> float:
    return sum(measure.cpu_seconds(pid) for pid in {os.getpid(), SERVER}) * 1000


def main() -> None:
    DBOS.launch()
    runs = {"W1": lambda: w1(dict(workloads.INPUT)), "W2": w2, "W3": w3}
    for name, count in (("W1", TIMES), ("W2", TIMES), ("W3", max(2, TIMES // 10))):
        before = cpu_ms()
        took = measure.times_ms(runs[name], count)
        cpu = round((cpu_ms() - before) / (workloads.STATES[name] * (count + 1)), 3)
        figures = {"ms": measure.median(took), "cpu_ms_per_state": cpu}
        measure.emit(engine="dbos", database=DATABASE, workload=name, **figures)
    before, began_at = cpu_ms(), time.perf_counter()
    handles = [DBOS.start_workflow(w1, dict(workloads.INPUT)) for _ in range(RUNS_AT_ONCE)]
    for handle in handles:
        handle.get_result()
    states = RUNS_AT_ONCE * workloads.STATES["W1"]
    rate = round(states / (time.perf_counter() - began_at))
    cpu = round((cpu_ms() - before) / states, 3)
    figures = {"states_per_second": rate, "cpu_ms_per_state": cpu}
    measure.emit(engine="dbos", database=DATABASE, workload="W4", **figures)
    DBOS.destroy()


if __name__ == "__main__":
    main()
