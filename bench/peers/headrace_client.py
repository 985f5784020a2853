"""The client of `with_headrace.py`: it starts runs and sees them end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django
import redis
from django.conf import settings

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE), str(BASE / "bench")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import measure  # noqa: E402  (the path must be set and the models loaded first)
import workloads  # noqa: E402

from runs import engine, news  # noqa: E402
from runs.models import Run  # noqa: E402
from tests.engine.conftest import version_of  # noqa: E402
from tests.people import person  # noqa: E402

DATABASE, TIMES, URL, HELLO_PID = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
FLOWS = {
    "W1": (workloads.w1(), workloads.INPUT),
    "W2": (workloads.w2(URL), workloads.INPUT),
    "W3": (workloads.w3(), {"i": 0}),
}
LIMIT_SECONDS = 120
RUNS_AT_ONCE = 200


class Client:
    """Starts runs and sees them end."""

    def __init__(self) -> None:
        self._heard = redis.Redis.from_url(settings.REDIS_URL).pubsub()
        self._heard.subscribe(news.CHANNEL)
        self._heard.get_message(timeout=1)
        self._owner = person("alice")
        self._versions = {name: version_of(definition) for name, (definition, _) in FLOWS.items()}

    def start(self, name: str) -> str:
        body = dict(FLOWS[name][1])
        return str(engine.start(self._versions[name], self._owner, body, notify_on=()).pk)

    def run(self, name: str) -> None:
        self.wait({self.start(name)})

    def wait(self, waiting: set[str]) -> None:
        """Wait until these runs have ended well."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while waiting and time.monotonic() < deadline:
            message = self._heard.get_message(timeout=0.5)
            run_id = message["data"].split()[0].decode() if message and message["type"] == "message" else ""
            if run_id in waiting:
                status = Run.objects.values_list("status", flat=True).get(pk=run_id)
                assert status != Run.FAILED, f"Run {run_id} failed."
                waiting -= {run_id} if status == Run.SUCCEEDED else set()
        assert not waiting, f"{len(waiting)} runs did not end."


def cpu_ms() -> float:
    return measure.cpu_seconds(os.getppid(), without=[HELLO_PID]) * 1000


def main() -> None:
    client = Client()
    for name, count in (("W1", TIMES), ("W2", TIMES), ("W3", max(2, TIMES // 10))):
        before = cpu_ms()
        took = measure.times_ms(lambda name=name: client.run(name), count)
        cpu = round((cpu_ms() - before) / (workloads.STATES[name] * (count + 1)), 3)
        figures = {"ms": measure.median(took), "cpu_ms_per_state": cpu}
        measure.emit(engine="headrace", database=DATABASE, workload=name, **figures)
    before, began_at = cpu_ms(), time.perf_counter()
    client.wait({client.start("W1") for _ in range(RUNS_AT_ONCE)})
    states = RUNS_AT_ONCE * workloads.STATES["W1"]
    rate = round(states / (time.perf_counter() - began_at))
    cpu = round((cpu_ms() - before) / states, 3)
    figures = {"states_per_second": rate, "cpu_ms_per_state": cpu}
    measure.emit(engine="headrace", database=DATABASE, workload="W4", **figures)


if __name__ == "__main__":
    main()
