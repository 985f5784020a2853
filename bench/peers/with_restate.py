"""Restate: each state is a journalled step of a handler. `with_restate.py SERVER_PROGRAM TIMES HELLO_URL`.

A run counts from the HTTP call of the handler to its answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import httpx  # noqa: E402  (the path must be set first)
import measure  # noqa: E402
import workloads  # noqa: E402

PROGRAM, TIMES, HELLO = sys.argv[1], int(sys.argv[2]), sys.argv[3]
RUNS_AT_ONCE = 200
LIMITS = httpx.Limits(max_connections=300, max_keepalive_connections=300)
http = httpx.Client(timeout=120, limits=LIMITS)
PORTS = {name: measure.free_port() for name in ("service", "ingress", "admin", "node")}
BODIES: dict[str, Any] = {"W1": workloads.INPUT, "W2": None, "W3": None}


def start(folder: str) -> list[subprocess.Popen[bytes]]:
    """Start the service and the server, and make them known to each other."""
    at = {name: f"127.0.0.1:{port}" for name, port in PORTS.items()}
    settings = {
        "RESTATE_INGRESS__BIND_ADDRESS": at["ingress"],
        "RESTATE_ADMIN__BIND_ADDRESS": at["admin"],
        "RESTATE_BIND_ADDRESS": at["node"],
        "RESTATE_ADVERTISED_ADDRESS": f"http://{at['node']}",
        "RESTATE_BASE_DIR": folder,
        "RESTATE_LOG_FILTER": "warn",
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE": "512MB",
        "RESTATE_CLUSTER_NAME": "bench",
        "RESTATE_NODE_NAME": "n1",
        "RESTATE_AUTO_PROVISION": "true",
    }
    environment = os.environ | settings | {"HELLO": HELLO, "PYTHONPATH": f"{HERE}:{HERE.parent}"}
    serve = [sys.executable, "-m", "hypercorn", "restate_service:app", "-b", at["service"]]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    children = [
        subprocess.Popen(each, env=environment, cwd=folder, **quiet)
        for each in ([*serve, "--log-level", "error"], [PROGRAM])
    ]
    until(lambda: http.get(f"http://{at['admin']}/health").is_success)
    deployment = {"uri": f"http://{at['service']}", "force": True}
    until(lambda: http.post(f"http://{at['admin']}/deployments", json=deployment).is_success)
    until(lambda: bool(call("W1")))
    return children


def until(is_done: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if is_done():
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("Restate did not start.")


def call(name: str) -> Any:
    answer = http.post(f"http://127.0.0.1:{PORTS['ingress']}/bench/{name.lower()}", json=BODIES[name])
    answer.raise_for_status()
    return answer.json()


def cpu_ms() -> float:
    return measure.cpu_seconds(os.getpid()) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-restate-") as folder:
        children = start(folder)
        try:
            run()
        finally:
            for child in children:
                child.kill()
                child.wait()


def run() -> None:
    for name, count in (("W1", TIMES), ("W2", TIMES), ("W3", max(2, TIMES // 10))):
        before = cpu_ms()
        took = measure.times_ms(lambda name=name: call(name), count)
        cpu = round((cpu_ms() - before) / (workloads.STATES[name] * (count + 1)), 3)
        measure.emit(engine="restate", workload=name, ms=measure.median(took), cpu_ms_per_state=cpu)
    before, began_at = cpu_ms(), time.perf_counter()
    with ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
        list(pool.map(call, ["W1"] * RUNS_AT_ONCE))
    states = RUNS_AT_ONCE * workloads.STATES["W1"]
    rate = round(states / (time.perf_counter() - began_at))
    cpu = round((cpu_ms() - before) / states, 3)
    measure.emit(engine="restate", workload="W4", states_per_second=rate, cpu_ms_per_state=cpu)


if __name__ == "__main__":
    main()
