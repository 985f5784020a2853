"""The trials in which the broker or the database is taken away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.engine.workshop import wait_until
from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged, try_out
from tests.faults.web import Web, percentile
from tests.live import LiveSite


def broker_flushed(site: Site, runs: int = 100) -> Outcome:
    """R4: all messages are thrown away, about every second."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(1.0, nemesis.flush_the_broker, vary=0.3)

    return try_out(site, flows.actions(f"{site.ledger}/brief"), runs, harms, seconds=180)


def broker_hung(site: Site, runs: int = 100) -> Outcome:
    """R4: the broker takes connections and never answers, for 30 s; meanwhile runs are started."""
    web = site.web()
    flow = site.ask("publish", flows.actions(f"{site.ledger}/brief", 5))
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    with nemesis:
        site.broker.hang()
        began_at = time.monotonic()
        answers = [web.start(flow, {"x": 1}) for _ in range(runs)]
        started_in = time.monotonic() - began_at
        run_ids = [said.document["run_id"] for said in answers if said.status == 201]
        while time.monotonic() < began_at + 30:
            time.sleep(0.2)
        ended = len(run_ids) - len(site.tables.unfinished(run_ids))
        site.broker.go_on()
        nemesis.done["hangs"] += 1
        site.wait_for_end(run_ids, 90)
        took = time.monotonic() - began_at
    outcome = judged(site, run_ids, nemesis, took, 0.0)
    seconds = [said.seconds for said in answers]
    values = {
        **outcome.values,
        "answers 201": sum(said.status == 201 for said in answers),
        "started in": round(started_in, 1),
        "start p95 ms": round(1000 * percentile(seconds, 0.95)),
        "ended while it hung": ended,
        "wrong answers": len(web.errors),
    }
    return Outcome(values, (*outcome.violations, *web.errors))


def broker_restarted(site: Site, runs: int = 10) -> Outcome:
    """R4: the broker is away for 2 s under load, again and again, with the shipped supervisor and flags.

    runs  how often. Each time counts the seconds from "broker is back" to the next claim.
    """
    live = LiveSite(site.home / "live", **supervised(site))
    live.start()
    definition = flows.actions(f"{site.ledger}/brief", 3)
    run_ids: list[str] = []
    waits: list[float] = []
    nemesis = Nemesis(site, site.seed)
    nemesis.every(0.5, lambda: run_ids.extend(_topped_up(site, definition, run_ids)))
    began_at = time.monotonic()
    try:
        with nemesis:
            for _ in range(runs):
                nemesis.rest(3)
                site.broker.stop()
                nemesis.rest(2)
                site.broker.start()
                waits.append(_seconds_to_next_claim(site))
                nemesis.done["stops"] += 1
        heard_again = _seconds_to_next_message(site)
        site.wait_for_end(run_ids, 90)
        took = time.monotonic() - began_at
        restarts = sum("starting it again" in line for line in live.lines)
    finally:
        live.stop()
    outcome = judged(site, run_ids, nemesis, took, max(waits))
    more = {
        "longest resume": round(max(waits), 1),
        "worker heard again s": round(heard_again, 1),
        "restarted parts": restarts,
    }
    return Outcome(outcome.values | more, outcome.violations)


def supervised(site: Site) -> dict[str, str]:
    """Return the environment for a supervisor that works on this site's database and broker."""
    names = ("DATABASE_URL", "REDIS_URL", "ALLOW_HTTP_PROVIDERS")
    return {name: site.environment[name] for name in names}


def _topped_up(site: Site, definition: flows.Definition, run_ids: list[str]) -> list[str]:
    missing = 40 - len(site.tables.unfinished(run_ids))
    return site.start(definition, missing, x=1) if missing > 0 else []


def _seconds_to_next_claim(site: Site) -> float:
    """Return how long it takes until a run is claimed."""
    before = time.monotonic()
    first = site.tables.ask("SELECT COUNT(*) FROM faults_claim")[0][0]
    wait_until(lambda: site.tables.ask("SELECT COUNT(*) FROM faults_claim")[0][0] > first, 120)
    return time.monotonic() - before


def _seconds_to_next_message(site: Site) -> float:
    """Return how long it takes until a worker, not the sweeper, has taken a message: a canary."""
    before = time.monotonic()
    seen = "SELECT seen_at FROM runs_heartbeat WHERE name = 'queue:runs'"
    first = site.tables.ask(seen)
    wait_until(lambda: site.tables.ask(seen) != first, 120)
    return time.monotonic() - before


@contextmanager
def visited(web: Web, flow: str) -> Iterator[list[str]]:
    """Meanwhile somebody looks at pages and the API, and somebody else starts runs: the ids of these."""
    over, started = threading.Event(), list[str]()

    def look() -> None:
        while not over.wait(0.1):
            for path in ("/api/runs", "/runs/", "/api/flows"):
                web.ask("GET", path)

    def start() -> None:
        while not over.wait(0.5):
            said = web.start(flow, {"x": 1})
            if said.status == 201:
                started.append(said.document["run_id"])

    threads = [threading.Thread(target=each, daemon=True) for each in (look, start)]
    for thread in threads:
        thread.start()
    try:
        yield started
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def _with_visitors(site: Site, runs: int, harm: Callable[[Nemesis], None], seconds: float) -> Outcome:
    web = site.web()
    flow = site.ask("publish", flows.passes(1))
    with visited(web, flow) as started:
        outcome = try_out(site, flows.actions(f"{site.ledger}/brief"), runs, harm, seconds=seconds)
    more = {
        **{f"answers {status}": count for status, count in sorted(web.statuses.items())},
        "answers": sum(web.statuses.values()),
        "wrong answers": len(web.errors),
        "starts": len(started),
        "starts lost": len(set(started) - set(site.tables.runs())),
    }
    return Outcome(outcome.values | more, (*outcome.violations, *dict.fromkeys(web.errors)))


def connections_cut(site: Site, runs: int = 100) -> Outcome:
    """R5: every connection to PostgreSQL is ended each second."""
    return _with_visitors(site, runs, lambda nemesis: nemesis.every(1.0, nemesis.cut_connections), 180)


def database_stopped(site: Site, runs: int = 100) -> Outcome:
    """R5: PostgreSQL is stopped at once every 5 s, and is away for up to 2 s; pool processes are killed."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
        nemesis.every(5.0, nemesis.stop_the_database)

    return _with_visitors(site, runs, harms, 240)


def database_locked(site: Site, runs: int = 50) -> Outcome:
    """R5 on SQLite: another program holds the write lock for 10 s; pool processes are killed."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
        nemesis.every(2.0, nemesis.lock_the_database)

    return _with_visitors(site, runs, harms, 240)
