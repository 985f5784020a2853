"""R11 and R12: how soon a viewer sees what happens, and what viewers see whose server is restarted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.engine.workshop import kill, wait_until
from tests.faults import flows
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import Outcome, judged
from tests.faults.web import percentile

RETRY_SECONDS = 0.5
RESTARTS = 5


@dataclass
class Viewer:
    """One open run page: it takes what comes, and after a loss asks for what is newer than its last."""

    run_id: str
    seen: list[int] = field(default_factory=list)
    heard_at: dict[int, float] = field(default_factory=dict)
    back_at: float = 0.0

    async def watch(self, address: str, headers: dict[str, str]) -> None:
        while True:
            after = self.seen[-1] if self.seen else 0
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                url = f"{address}/ws/runs/{self.run_id}/?after={after}"
                async with connect(url, additional_headers=headers, open_timeout=10) as socket:
                    self.back_at = time.monotonic()
                    async for message in socket:
                        self.take(json.loads(message))
            await asyncio.sleep(RETRY_SECONDS)

    def take(self, message: dict[str, object]) -> None:
        entries = message.get("entries")
        for entry in entries if isinstance(entries, list) else []:
            self.heard_at.setdefault(entry["seq"], time.time())
            self.seen.append(entry["seq"])


class Audience:
    """Viewers in an event loop of their own."""

    def __init__(self, site: Site, run_ids: list[str]) -> None:
        self.viewers = [Viewer(run_id) for run_id in run_ids]
        self._address = site.address.replace("http", "ws", 1)
        self._headers = {"Cookie": site.ask("cookie", "alice"), "Origin": site.address}
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)

    async def _watch(self) -> None:
        watching = [asyncio.create_task(each.watch(self._address, self._headers)) for each in self.viewers]
        while not self._over.is_set():
            await asyncio.sleep(0.05)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    def __enter__(self) -> Audience:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)

    def wait_until_back(self, since: float, seconds: float) -> float:
        """Return how long after `since` the last viewer was connected again."""
        wait_until(lambda: all(viewer.back_at > since for viewer in self.viewers), seconds)
        return max(viewer.back_at for viewer in self.viewers) - since


def restarted(site: Site, runs: int = 200) -> Outcome:
    """R12: `runs` viewers; the web process is killed five times, and much of the news is lost."""
    site.web()
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    nemesis.every(0.7, nemesis.cut_subscriptions)
    watched = site.start(flows.chain(*[flows.wait(1), flows.passing()] * 60), 20, x=1)
    began_at = time.monotonic()
    returns: list[float] = []
    with nemesis, Audience(site, [watched[n % len(watched)] for n in range(runs)]) as audience:
        audience.wait_until_back(0.0, 60)
        for _ in range(RESTARTS):
            nemesis.rest(2)
            kill(site.web_process)
            site.web()
            returns.append(audience.wait_until_back(time.monotonic() - 0.2, 60))
        going_on = len(site.tables.unfinished(watched))
        site.wait_for_end(watched, 180)
        logs = site.tables.logs(watched)
        with contextlib.suppress(AssertionError):  # what is missing is counted below
            wait_until(lambda: all(len(v.seen) >= len(logs[v.run_id]) for v in audience.viewers), 15)
    outcome = judged(site, watched, nemesis, time.monotonic() - began_at, 0.0)
    expected = {run_id: [entry.seq for entry in log] for run_id, log in logs.items()}
    more = {
        "viewers": runs,
        "restarts": len(returns),
        "going on at the last": going_on,
        "missing": sum(len(set(expected[v.run_id]) - set(v.seen)) for v in audience.viewers),
        "shown twice": sum(len(v.seen) - len(set(v.seen)) for v in audience.viewers),
        "out of order": sum(v.seen != sorted(v.seen) for v in audience.viewers),
        "live again s": round(max(returns), 1),
    }
    return Outcome(outcome.values | more, outcome.violations)


def idle(site: Site, runs: int = 30) -> Outcome:
    """R11: on an idle site, from the start's answer to the first step, and from an event to its viewer."""
    web = site.web()
    flow = site.ask("publish", flows.chain(flows.passing(), flows.wait(1), flows.passing()))
    nemesis = Nemesis(site, site.seed)
    nemesis.employ(2)
    nemesis.employ_sweeper()
    site.wait_for_worker()
    to_first: list[float] = []
    to_viewer: list[float] = []
    run_ids = []
    with nemesis:
        for _ in range(runs):
            run_id = web.start(flow, {"x": 1}).document["run_id"]
            run_ids.append(run_id)
            with Audience(site, [run_id]) as audience:
                site.wait_for_end([run_id], 20)
                wait_until(lambda seen=audience.viewers[0].seen: len(seen) >= 8, 10)
            log = site.tables.logs([run_id])[run_id]
            to_first.append((log[1].time - log[0].time).total_seconds())
            heard = audience.viewers[0].heard_at
            to_viewer += [heard[entry.seq] - entry.time.timestamp() for entry in log[4:]]
    outcome = judged(site, run_ids, nemesis, 1.0, 0.0)
    values = {name: outcome.values[name] for name in ("stuck", "doubled", "gaps", "failed", "violations")}
    more = {
        "first step p95 ms": round(1000 * percentile(to_first, 0.95)),
        "viewer p95 ms": round(1000 * percentile(to_viewer, 0.95)),
    }
    return Outcome(values | more, outcome.violations)
