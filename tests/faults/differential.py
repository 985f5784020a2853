"""R2: random flows, the engine under fire and the model beside it."""

from __future__ import annotations

import json
import time

from tests.faults import model
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged

WORKER_LOST = "Flows.WorkerLost"
INCIDENTAL = ("ActionPolled",)  # how often one has to ask is not part of what a flow means


def agreed(site: Site, runs: int = 60) -> Outcome:
    """R2: while pool processes are killed, each flow ends as the model says: by the same events,

    in the same state, with the same counter. One that happens to be killed five times at a visit ends there.
    """
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
    site.wait_for_worker()
    definitions = model.flows(site.ledger, runs, site.seed)
    began_at = time.monotonic()
    with nemesis:
        flows = {site.start(each, 1, **model.INPUT)[0]: each for each in definitions}
        site.wait_for_end(list(flows), 150)
        took = time.monotonic() - began_at
    nemesis.dismiss()
    outcome = judged(site, list(flows), nemesis, took, 0.0)
    rows, differing, given_up = site.tables.runs(flows), [], 0
    for run_id, log in site.tables.logs(flows).items():
        codes = [entry.code for entry in log if entry.code not in INCIDENTAL]
        came_to = model.End(codes, rows[run_id]["state"], json.loads(rows[run_id]["data"])["c"]["v"])
        wanted = model.expected(flows[run_id])
        if log[-1].details.get("exception") == WORKER_LOST:
            given_up += 1
            is_same = codes[:-1] == wanted.codes[: len(codes) - 1]
        else:
            is_same = came_to == wanted
        if not is_same:
            differing.append(f"{flows[run_id]}: {came_to} instead of {wanted}")
    more = {"flows": len(definitions), "differing": len(differing), "given up": given_up}
    return Outcome(outcome.values | more, (*differing, *outcome.violations))
