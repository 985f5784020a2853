"""What does a site cost that has nothing to do, and what do 10,000 runs that wait add to it?

    .venv/bin/python bench/idle.py [--seconds 60] [--waiting 10000] [--database sqlite,postgresql]

The whole site as `./run` starts it, which nobody looks at. Memory is the proportional set size of the
supervisor and of all that it started, the broker too, a server of PostgreSQL not; CPU is what they used,
of one core. Both are measured while the site has no run, then while so many wait for a day. Exit code 1
when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

BASE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BASE), str(BASE / "bench")]

from live import site_in  # noqa: E402
from measure import cpu_seconds  # noqa: E402
from run_page import database_url  # noqa: E402

from tests.faults import flows  # noqa: E402
from tests.live import LiveSite  # noqa: E402

BAR_MB = {"sqlite": 300, "postgresql": 400}
BAR_CPU_PERCENT = 1.5
BAR_ADDED_PERCENT = 0.5
SETTLING_SECONDS = 20
A_DAY = 86_400


def main() -> None:
    """Measure on each database and judge it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--database", default="sqlite,postgresql")
    options = parser.parse_args()
    is_missed = [measured(name, options) for name in options.database.split(",")]
    sys.exit(1 if any(is_missed) else 0)


def measured(database: str, options: argparse.Namespace) -> bool:
    """Measure on one database; return whether a bar was missed."""
    home = tempfile.TemporaryDirectory()
    with home, database_url(database) as more, site_in(Path(home.name), **more) as site:
        megabytes, empty = looked_at(site, options.seconds)
        let_wait(site, options.waiting)
        grown, crowded = looked_at(site, options.seconds)
    print(f"{database}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    judged = [
        told("memory, MB", megabytes, BAR_MB[database]),
        told("CPU, % of a core", empty, BAR_CPU_PERCENT),
        told(f"added by {options.waiting:,} waiting runs, %", crowded - empty, BAR_ADDED_PERCENT),
    ]
    print(f"  {'memory beside them, MB':36} {grown:7.1f}", flush=True)
    return not all(judged)


def told(name: str, value: float, bar: float) -> bool:
    print(f"  {name:36} {value:7.2f}   bar {bar:5}   {'holds' if value <= bar else 'missed'}")
    return value <= bar


def looked_at(site: LiveSite, seconds: float) -> tuple[float, float]:
    """Return the megabytes that all processes of the site hold, and their CPU, in per cent of one core."""
    time.sleep(SETTLING_SECONDS)
    used = cpu_seconds(site.pid)
    time.sleep(seconds)
    return memory_mb(site.pid), 100 * (cpu_seconds(site.pid) - used) / seconds


def memory_mb(pid: int) -> float:
    """Return the proportional set size of a process and all its descendants."""
    top = psutil.Process(pid)
    return sum(each.memory_full_info().pss for each in (top, *top.children(recursive=True))) / 1e6


def let_wait(site: LiveSite, count: int) -> None:
    """Start a run that waits for a day, and add `count` like it."""
    (first,) = driven(site, "start", flows.chain(flows.wait(A_DAY), flows.passing()), 1, {"x": 1})
    time.sleep(2)  # it has come to its Wait
    driven(site, "copies", first, count, A_DAY)


def driven(site: LiveSite, *command: object) -> list[str]:
    """Return what a process on this site's data answers to one command."""
    words = [sys.executable, "-m", "tests.faults.drive"]
    said = subprocess.run(
        words,
        cwd=BASE,
        env=site.environment,
        input=json.dumps(command) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


if __name__ == "__main__":
    main()
