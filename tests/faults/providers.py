"""F19: providers that misbehave in every way that the ledger knows, and what a run makes of each."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import pairwise

from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged

RETRY_AFTER_SECONDS = 4.0  # longer than the pauses that the engine would make by itself
WAIT_SECONDS = 3
# What a run ends with: the exception of its last event, or None when it succeeds.
ENDS = {
    "instant": None,
    "slow": None,
    "polled": None,
    "unavailable": None,
    "throttled": None,
    "lost_before": None,
    "lost_after": None,
    "flaky": None,
    "broken": "ActionUnableToRun",
    "malformed": "ActionUnableToRun",
    "endless": "ActionTimeout",
    "nonsense": "ActionFailedException",
    "stranger": "ActionFailedException",
}


def misbehaving(site: Site, runs: int = 2) -> Outcome:
    """F19: each kind of provider, `runs` runs; nothing is doubled, and each error has its name."""
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    began_at = time.monotonic()
    with nemesis:
        started = {mode: site.start(_definition(site, mode), runs, x=1) for mode in ENDS}
        run_ids = [run_id for each in started.values() for run_id in each]
        site.wait_for_end(run_ids, 120)
        took = time.monotonic() - began_at
    nemesis.dismiss()
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    logs = site.tables.logs(run_ids)
    wrong = [
        f"{mode}: ended with {logs[run_id][-1]}"
        for mode, expected in ENDS.items()
        for run_id in started[mode]
        if logs[run_id][-1].details.get("exception") != expected
    ]
    more = {"kinds": len(ENDS), "wrong ends": len(wrong), "too early": _too_early(site)}
    return Outcome(outcome.values | more, (*wrong, *outcome.violations))


def _definition(site: Site, mode: str) -> flows.Definition:
    limit = {"WaitTime": WAIT_SECONDS} if ENDS[mode] == "ActionTimeout" else {}
    return flows.chain(flows.action(f"{site.ledger}/{mode}", **limit))


def _too_early(site: Site) -> int:
    """Return how many calls came before the provider wanted to be called again."""
    calls: defaultdict[str, list[float]] = defaultdict(list)
    for line in site.books.lines():
        if line["mode"] == "429" and line["op"] == "run":
            calls[line["id"]].append(line["at"])
    return sum(b - a < RETRY_AFTER_SECONDS for times in calls.values() for a, b in pairwise(times))
