"""The trials in which workers are killed and frozen and told everything many times."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, try_out


def killed(site: Site, runs: int = 200) -> Outcome:
    """R1: a pool process is killed every 300 ms, a whole worker every 6 s."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
        nemesis.every(6.0, nemesis.kill_a_worker, first=3.0)

    return try_out(site, flows.actions(f"{site.ledger}/brief"), runs, harms, seconds=240)


def all_at_once(site: Site, runs: int = 200) -> Outcome:
    """R3: the same, the broker flushed each second, the database stopped or locked every few seconds."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
        nemesis.every(6.0, nemesis.kill_a_worker)
        nemesis.every(1.0, nemesis.flush_the_broker)
        if site.postgres is not None:
            nemesis.every(5.0, nemesis.stop_the_database)
        else:
            nemesis.every(8.0, lambda: nemesis.lock_the_database(2.0))

    return try_out(site, flows.actions(f"{site.ledger}/brief"), runs, harms, seconds=360)


def frozen(site: Site, runs: int = 60) -> Outcome:
    """R6: a worker is stopped for longer than its leases last, mostly amid a call, and then goes on.

    taken over  runs that another worker claimed meanwhile
    fenced      deliveries of the one that went on, of which nothing was written: its log tells
    """
    site.environment["LOG_LEVEL"] = "INFO"

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(1.0, nemesis.freeze_a_worker)

    outcome = try_out(site, flows.actions(f"{site.ledger}/slow", 3), runs, harms, seconds=120)
    fenced = (site.home / "worker.log").read_text().count("no longer ours")
    return Outcome(outcome.values | {"fenced": fenced}, outcome.violations)


def told_five_times(site: Site, runs: int = 60) -> Outcome:
    """R6: each hint is sent five times, out of order, to four workers; also those of runs that have ended."""
    chance = random.Random(site.seed)

    def harms(nemesis: Nemesis) -> None:
        def tell_all() -> None:
            chance.shuffle(messages := sorted(site.tables.runs()) * 5)
            site.ask("hint", messages[:500])
            nemesis.done["hints"] += len(messages[:500])

        nemesis.every(0.5, tell_all)

    definition = flows.chain(*[flows.action(f"{site.ledger}/brief")] * 5, flows.wait(1))
    return try_out(site, definition, runs, harms, seconds=120, workers=4, concurrency=1)


def cancelled(site: Site, runs: int = 60) -> Outcome:
    """F30: runs are cancelled at any moment; each ends once, one way or the other."""
    chance = random.Random(site.seed)

    def harms(nemesis: Nemesis) -> None:
        def cancel_one() -> None:
            open_runs = sorted(site.tables.unfinished(site.tables.runs()))
            if open_runs:
                nemesis.done["asked for"] += site.ask("cancel", chance.choice(open_runs))

        nemesis.every(0.1, cancel_one, vary=0.9)

    outcome = try_out(site, flows.mixed(site.ledger), runs, harms, seconds=120)
    logs = site.tables.logs(site.tables.runs())
    ended_so = sum(log[-1].code == "FlowCanceled" for log in logs.values())
    return Outcome(outcome.values | {"cancelled": ended_so}, outcome.violations)


def started_at_once(site: Site, runs: int = 20) -> Outcome:
    """R6: the same start, sent many times at once, is one run; with another body it is refused."""
    web = site.web()
    flow = site.ask("publish", flows.passes(1))
    before = len(site.tables.runs())
    key = {"Idempotency-Key": f"once-{site.seed}"}
    with ThreadPoolExecutor(runs) as pool:
        answers = list(pool.map(lambda _: web.start(flow, {"x": 1}, **key), range(runs)))
    other = web.start(flow, {"x": 2}, **key)
    values = {
        "starts": runs,
        "runs made": len(site.tables.runs()) - before,
        "answers with that run": len({said.document["run_id"] for said in answers if said.status == 201}),
        "answers 201": sum(said.status == 201 for said in answers),
        "other body refused": int(other.status == 409),
        "wrong answers": len(web.errors),
    }
    return Outcome(values, tuple(web.errors))
