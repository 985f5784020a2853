"""R14: a new release arrives while runs are under way."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from typing import Any

from tests.engine.workshop import wait_until
from tests.faults import flows
from tests.faults.matrix import TYPES, definition
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged

NEW_RELEASE = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
STOP_SECONDS = 30


def upgraded(site: Site, runs: int = 100) -> Outcome:
    """R14: while runs are half done, a migration dies at each of its statements and is done again; then the
    workers are replaced one by one, so that old and new ones work side by side.
    """
    workers = [site.worker(2) for _ in range(2)]
    sweeper = site.sweeper()
    site.wait_for_worker()
    flow = flows.chain(*[flows.action(f"{site.ledger}/slow"), flows.wait(10)] * 8)
    run_ids = site.start(flow, runs, x=1)
    for kind in TYPES:
        run_ids += site.start(definition(kind, site.ledger), 1, x=1)
    began_at = time.monotonic()
    wait_until(lambda: site.tables.event_count() > 3 * runs, 60)
    half_done = len(site.tables.unfinished(run_ids))
    deaths = migrate_dying(site)
    workers, slowest = _replaced(site, workers)
    still_under_way = len(site.tables.unfinished(run_ids))
    new_sweeper = site.spawn("sweeper", sweeper.args, environment=NEW_RELEASE)
    nemesis = Nemesis(site, site.seed)
    site.wait_for_end(run_ids, 240, lambda: [site.ask("answer", run_id) for run_id in run_ids[-2:]])
    took = time.monotonic() - began_at
    site.end([*workers, sweeper, new_sweeper])
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    more = {
        "in flight": half_done,
        "in flight still": still_under_way,
        "deaths in migration": deaths,
        "slowest stop s": round(slowest, 1),
    }
    return Outcome(outcome.values | more, outcome.violations)


def migrate_dying(site: Site) -> int:
    """Apply the migration; it dies at its first statement, then at its second ... Return how often."""
    for statement in itertools.count(1):
        done = site.manage(
            "migrate", "faults_extra", HEADRACE_FAILPOINT=f"in_migration:{statement}", **NEW_RELEASE
        )
        if done.returncode == 0:
            return statement - 1
        assert done.returncode == -signal.SIGKILL, done.stderr
    raise AssertionError("unreachable")


def _replaced(site: Site, workers: list[subprocess.Popen[Any]]) -> tuple[list[subprocess.Popen[Any]], float]:
    """Ask each worker to stop, after its successor has started; return these, and the longest stop."""
    successors, slowest = [], 0.0
    for worker in workers:
        successors.append(site.worker(2, **NEW_RELEASE))
        before = time.monotonic()
        os.kill(worker.pid, signal.SIGTERM)
        worker.wait(STOP_SECONDS)
        slowest = max(slowest, time.monotonic() - before)
    return successors, slowest
