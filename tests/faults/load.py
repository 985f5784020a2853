"""The trials in which there is much to do, and nothing is harmed."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from tests.engine.workshop import wait_until
from tests.faults import checker, flows
from tests.faults.nemesis import Nemesis, children
from tests.faults.site import Site
from tests.faults.tables import instant
from tests.faults.trial import Outcome, judged, try_out
from tests.faults.web import percentile

ADDRESSES = ("DATABASE_URL", "REDIS_URL")


def passing(site: Site, runs: int = 400) -> Outcome:
    """R7: Pass steps, by four pool processes; steps/s is the figure."""
    return try_out(site, flows.passes(20), runs, lambda nemesis: None, seconds=120)


def looping(site: Site, runs: int = 1) -> Outcome:
    """R8: one run of nearly 10,000 steps; how much its worker grows meanwhile."""
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(1, 1)
    site.wait_for_worker()
    (pool,) = children(nemesis.workers[0].pid)
    resident = [resident_mib(pool)]
    began_at = time.monotonic()
    run_ids = site.start(flows.loop(4_990), runs, n=0)
    with nemesis:
        site.wait_for_end(run_ids, 240, lambda: resident.append(resident_mib(pool)))
        took = time.monotonic() - began_at
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    steps = sum(row["visit"] for row in site.tables.runs(run_ids).values())
    growth = max(resident) - resident[0]
    return Outcome(outcome.values | {"steps": steps, "growth MiB": round(growth, 1)}, outcome.violations)


def resident_mib(pid: int) -> float:
    """Return the memory that a process holds; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


def crowded(site: Site, runs: int = 2000) -> Outcome:
    """R9: many runs at once, while somebody looks at the list of runs."""
    web = site.web()
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    looks: list[float] = []
    began_at = time.monotonic()
    with nemesis:
        run_ids = site.start(flows.passes(5), runs, x=1)
        while site.tables.unfinished(run_ids) and time.monotonic() < began_at + 240:
            looks.append(web.ask("GET", "/api/runs").seconds)
            looks.append(web.ask("GET", "/runs/").seconds)
        took = time.monotonic() - began_at
    while len(looks) < 20:
        looks.append(web.ask("GET", "/runs/").seconds)
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    more = {"list p95 ms": round(1000 * percentile(looks, 0.95)), "wrong answers": len(web.errors)}
    return Outcome(outcome.values | more, (*outcome.violations, *web.errors))


def timed(site: Site, runs: int = 1000) -> Outcome:
    """R10: `runs` timers at one instant, and 10,000 runs that wait longer."""
    worker = site.worker(2)
    site.wait_for_worker()
    (first,) = site.start(flows.chain(flows.wait(86_400), flows.passing()), 1, x=1)
    wait_until(lambda: site.tables.runs([first])[first]["intent"])
    site.ask("copies", first, 10_000, 86_400.0)
    sweep_ms = 1000 * site.ask("sweep_seconds", 10)
    run_ids = site.ask("copies", first, runs, 20.0)
    due_at = instant(site.tables.runs(run_ids[:1])[run_ids[0]]["wake_at"])
    site.end([worker])
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    began_at = time.monotonic()
    with nemesis:
        site.wait_for_end(run_ids, 90)
        took = time.monotonic() - began_at
    nemesis.dismiss()
    late = [
        (entry.time - due_at).total_seconds()
        for log in site.tables.logs(run_ids).values()
        for entry in log
        if entry.code == "WaitCompleted"
    ]
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    more = {
        "fired": len(late),
        "early": sum(seconds < 0 for seconds in late),
        "late p99 s": round(percentile(late, 0.99), 2),
        "sweep ms": round(sweep_ms, 1),
    }
    return Outcome(outcome.values | more, outcome.violations)


def poisoned(site: Site, runs: int = 50) -> Outcome:
    """R13: a call that kills whoever makes it, beside runs that mean no harm."""
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    began_at = time.monotonic()
    with nemesis:
        (poison,) = site.start(flows.actions(f"{site.ledger}/deadly", 1), 1, x=1)
        others = site.start(flows.actions(f"{site.ledger}/brief", 10), runs, x=1)
        site.wait_for_end(others, 120)
        others_took = time.monotonic() - began_at
        site.wait_for_end([poison], 120)
        took = time.monotonic() - began_at
    outcome = judged(site, [poison, *others], nemesis, took, 0.0)
    last = site.tables.logs([poison])[poison][-1]
    more = {
        "attempts": site.books.calls()[f"{poison}:1"],
        "failed by name": int(last.details.get("exception") == "Flows.WorkerLost"),
        "others took": round(others_took, 1),
    }
    return Outcome(outcome.values | more, outcome.violations)


def spread(site: Site, runs: int = 60) -> Outcome:
    """Runs that mostly wait for a slow provider, by one worker; then by two, one of which stands elsewhere:

    it has a data folder of its own, and knows database and broker by another address of theirs.
    """
    alone = _seconds(site, [site.worker(2)], runs)
    together = _seconds(site, [site.worker(2), site.worker(2, **elsewhere(site))], runs)
    found = checker.check(site.tables, site.books, list(site.tables.runs()))
    counted = {name: getattr(found, name) for name in ("stuck", "doubled", "gaps", "failed")}
    values = {"one worker s": alone, "two workers s": together, "faster": round(alone / together, 2)}
    return Outcome(values | counted | {"violations": len(found.violations)}, tuple(found.violations))


def elsewhere(site: Site) -> dict[str, str]:
    """Return what a worker on another machine is told."""
    there = {name: site.environment[name].replace("127.0.0.1", "127.0.0.2") for name in ADDRESSES}
    key = (site.home / "secret_key").read_text()
    return {**there, "HEADRACE_HOME": str(site.home / "elsewhere"), "SECRET_KEY": key}


def _seconds(site: Site, workers: list[subprocess.Popen[Any]], runs: int) -> float:
    site.wait_for_worker()
    time.sleep(3)  # both of them are ready
    began_at = time.monotonic()
    run_ids = site.start(flows.actions(f"{site.ledger}/slow", 3), runs, x=1)
    assert site.wait_for_end(run_ids, 120)
    took = round(time.monotonic() - began_at, 2)
    site.end(workers)
    return took
