"""One trial: runs are started, the site is harmed, and its tables and books are looked at afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.faults import checker
from tests.faults.flows import Definition
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.tables import LOST
from tests.faults.watcher import Watcher

Harms = Callable[[Nemesis], None]


class Outcome(NamedTuple):
    """What came of a trial; `stall` is the longest time without a new event."""

    values: dict[str, float]
    violations: tuple[str, ...]


class Progress:
    """Looks at the tables again and again while a trial goes on."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._count = -1
        self._since = time.monotonic()
        self.longest_stall = 0.0

    def look(self) -> None:
        count = self._site.tables.event_count()
        now = time.monotonic()
        if count != self._count:
            self._count, self._since = count, now
        self.longest_stall = max(self.longest_stall, now - self._since)


def try_out(
    site: Site,
    definition: Definition,
    runs: int,
    harms: Harms,
    *,
    seconds: float,
    workers: int = 2,
    concurrency: int = 2,
    body: dict[str, Any] | None = None,
) -> Outcome:
    """Run `runs` runs while `harms` are done; let them end within `seconds`, and judge."""
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(workers, concurrency)
    harms(nemesis)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    progress = Progress(site)
    started_at = time.monotonic()
    run_ids = site.start(definition, runs, **(body or {"x": 1}))
    watcher = Watcher(site.tables, run_ids[:10])
    with nemesis:
        site.wait_for_end(run_ids, seconds, lambda: _tried(progress.look) or _tried(watcher.look))
        took = time.monotonic() - started_at
    nemesis.dismiss()
    watcher.look()
    differences = tuple(watcher.differences(site.tables.logs(run_ids)))
    outcome = judged(site, run_ids, nemesis, took, progress.longest_stall)
    violations = outcome.values["violations"] + len(differences)
    return Outcome(outcome.values | {"violations": violations}, (*outcome.violations, *differences))


def _tried(work: Callable[[], None]) -> None:
    try:
        work()
    except LOST:  # the database may be down just now, which is the point
        time.sleep(0.1)


def judged(site: Site, run_ids: Iterable[str], nemesis: Nemesis, took: float, stall: float) -> Outcome:
    """Check the invariants and count."""
    ids = list(run_ids)
    found = checker.check(site.tables, site.books, ids)
    steps = sum(row["visit"] for row in site.tables.runs(ids).values())
    values = {
        "runs": len(ids),
        "stuck": found.stuck,
        "doubled": found.doubled,
        "gaps": found.gaps,
        "failed": found.failed,
        "violations": len(found.violations),
        "repeated": found.repeated,
        "repeated beyond kills": max(0, found.repeated - nemesis.kills),
        "taken over": found.taken_over,
        **nemesis.done,
        "seconds": round(took, 1),
        "longest stall": round(stall, 1),
        "steps/s": round(steps / took, 1),
    }
    failures = (f"nemesis: {each}" for each in nemesis.failures)
    return Outcome(values, (*found.violations, *found.unfinished, *failures))
