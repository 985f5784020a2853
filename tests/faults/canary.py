"""I12: a secret of a run is in no event, log, mail or message and on no page, also when things go wrong."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged
from tests.faults.web import Web

SECRET = "canary-7d1f0a"
KEPT = {f"runs_run.{column}" for column in ("input", "data", "intent")}  # the run's own row
_CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "S4"}]
_MODES = ("brief", "broken", "malformed", "flaky", "unavailable")
_LARGE = (".sqlite3", ".sqlite3-wal", ".sqlite3-shm", "book")


def kept(site: Site, runs: int = 3) -> Outcome:
    """Secrets in private parameters and private run data, sent to providers that fail in many ways."""
    web = site.web()
    messages: set[bytes] = set()
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(1)
    nemesis.employ_sweeper()
    nemesis.every(1.0, nemesis.kill_a_pool_process)  # a call that fails is held for 0.6 s
    nemesis.every(0.2, lambda: messages.update(site.broker.everything()))
    site.wait_for_worker()
    began_at = time.monotonic()
    with nemesis:
        run_ids = [
            run_id
            for mode in _MODES
            for run_id in site.start(_definition(f"{site.ledger}/{mode}"), runs, _private={"key": SECRET})
        ]
        site.wait_for_end(run_ids, 120)
        took = time.monotonic() - began_at
    pages = [page for run_id in run_ids for page in shown(web, run_id)]
    nemesis.dismiss()
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    found = [*leaks(site, messages), *(f"page {page[:200]!r}" for page in pages if SECRET.encode() in page)]
    more = {
        "leaks": len(found),
        "messages": len(messages),
        "pages": len(pages),
        "kept": len(site.tables.places_of(SECRET) & KEPT),
        "sent": sum(SECRET in json.dumps(line.get("body")) for line in site.books.lines()),
    }
    return Outcome(outcome.values | more, (*found, *outcome.violations, *web.errors))


def _definition(url: str) -> flows.Definition:
    """The secret is copied, worked with and sent."""
    copy: dict[str, Any] = {"Parameters": {"k.$": "$._private.key"}, "ResultPath": "$._private_copy"}
    parameters = {
        "token.$": "$._private_copy.k",
        "password.=": "'p-' + _private.key",
        "deep": {"pin.$": "$._private.key", "__Private_Parameters": ["pin"]},
        "__Private_Parameters": ["token", "password"],
    }
    call = flows.action(url, Parameters=parameters, Catch=_CATCH)
    return flows.chain(flows.passing(), {"Type": "Pass", **copy}, call, flows.passing())


def shown(web: Web, run_id: str) -> list[bytes]:
    """Return what is shown of a run to whom it belongs."""
    paths = (f"/runs/{run_id}/", f"/api/runs/{run_id}", f"/api/runs/{run_id}/log")
    return [said.content for said in (web.ask("GET", path) for path in paths) if said.status == 200]


def leaks(site: Site, messages: set[bytes]) -> list[str]:
    """Say where the secret is and must not be. (It is in the run's own row, and with the provider.)"""
    found = [f"column {place}" for place in sorted(site.tables.places_of(SECRET) - KEPT)]
    for path in site.home.rglob("*"):
        if path.is_file() and not path.name.endswith(_LARGE) and SECRET.encode() in path.read_bytes():
            found.append(f"file {path.name}")
    if any(SECRET.encode() in each for each in messages):
        found.append("a message in the broker")
    return found
