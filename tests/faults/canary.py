"""I12: a secret of a run is in no event, no log of a process and no message, also when things go wrong."""

from __future__ import annotations

import time

from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged

SECRET = "canary-7d1f0a"
_CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "S3"}]


def kept(site: Site, runs: int = 3) -> Outcome:
    """Secrets in private parameters and private run data, sent to providers that fail in many ways."""
    messages: set[bytes] = set()
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(1)
    nemesis.employ_sweeper()
    nemesis.every(0.3, nemesis.kill_a_pool_process)
    nemesis.every(0.2, lambda: messages.update(site.broker.everything()))
    site.wait_for_worker()
    began_at = time.monotonic()
    modes = ("brief", "broken", "malformed", "flaky", "unavailable")
    with nemesis:
        run_ids = [
            run_id
            for mode in modes
            for run_id in site.start(_definition(f"{site.ledger}/{mode}"), runs, _private={"key": SECRET})
        ]
        site.wait_for_end(run_ids, 120)
        took = time.monotonic() - began_at
    nemesis.dismiss()
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    found = leaks(site, messages)
    return Outcome(
        outcome.values | {"leaks": len(found), "messages": len(messages)}, (*found, *outcome.violations)
    )


def _definition(url: str) -> flows.Definition:
    parameters = {"token.$": "$._private.key", "a": 1, "__Private_Parameters": ["token"]}
    return flows.chain(
        flows.passing(), flows.action(url, Parameters=parameters, Catch=_CATCH), flows.passing()
    )


def leaks(site: Site, messages: set[bytes]) -> list[str]:
    """Say where the secret is and must not be. (It is in the run's own data, and with the provider.)"""
    rows = site.tables.ask("SELECT code, details, description FROM runs_runevent")
    found = [f"event {code}: {details}" for code, details, text in rows if SECRET in details + text]
    for log in site.home.glob("**/*.log"):
        if SECRET in log.read_text(errors="replace"):
            found.append(f"log {log.name}")
    if any(SECRET.encode() in each for each in messages):
        found.append("a message in the broker")
    return found
