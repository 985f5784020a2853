"""How quickly does the list of runs answer a search among 100,000 runs?

    .venv/bin/python bench/runs_list.py [--runs 100000] [--times 20] [--database sqlite,postgresql] [--quick]

Each search is asked of the server as a browser asks: the page with its rows, and the bars over time. Whoever
asks may see all of the runs. Beside it, in the same run: the same question as a plain `icontains` over the
stored JSON. Prints p95 and p50 in milliseconds, and those of the processor (of this process and of the one
that serves its connection): on a busy machine only these can be compared. Ends with 1 when a p95 is above
200 ms. --quick: 10,000 runs, SQLite only.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

BASE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BASE), str(BASE / "bench")]

import measure  # noqa: E402  (the path must be set first)

MOST_MS = 200.0
FLOWS, PEOPLE, DAYS = 200, 20, 400
SITES, WORDS = ("north", "south"), ("calibration", "tomography", "powder", "nightly", "commissioning")
ERRORS = ("States.Timeout", "ActionPermissionDenied", "ActionFailedException")
# What is asked -> the same as a part of the stored JSON, where there is one.
SEARCHES: list[tuple[str, str, dict[str, str]]] = [
    ("", "", {}),
    ("status:failed", "", {}),
    ("status:running", "", {}),
    ("by:person-7", "", {}),
    ('flow:"Flow 17"', "", {}),
    ("label:tomography", "", {}),
    ("tag:beamline-7", "", {}),
    ("error:permission", "", {}),
    ("since:7d", "", {}),
    ("since:2w until:1w", "", {}),
    ('input.sample:"S-55113"', '"sample":"S-55113"', {"input": "icontains"}),
    ('input.sample:"S-55113" status:failed', '"sample":"S-55113"', {"input": "icontains"}),
    ("input.sample:S-551*", '"sample":"S-551', {"input": "icontains"}),
    ("input.site:north", '"site":"north"', {"input": "icontains"}),
    ("input.site:north input.kind:powder -tag:beamline-7", '"site":"north"', {"input": "icontains"}),
    ("-input.site:north", '"site":"north"', {"input": "not icontains"}),
    ("output.result.score:0.123", '"score":0.123', {"data": "icontains"}),
    ("output.result.files:scan-000777.h5", "scan-000777.h5", {"data": "icontains"}),
    ("S-55113", "S-55113", {"input": "icontains"}),
    ("tomography", "tomography", {"input": "icontains"}),
    ("scan*", "scan-", {"data": "icontains"}),
    ("input.source.path:/instrument*", '"path":"/instrument', {"input": "icontains"}),
    ("nowhere-to-be-found", "nowhere-to-be-found", {"input": "icontains"}),
    ("input.sample:nowhere", '"sample":"nowhere', {"input": "icontains"}),
    ("label:nowhere input.site:north", "", {}),
    ("input.site:north input.site:south", "", {}),
    ("&sort=longest", "", {}),
    ("input.site:north&sort=label", "", {}),
    ("&page=2000", "", {}),
]


def main() -> int:
    options = _options()
    if options.here:
        return 0 if _measured(options) else 1
    runs = ["--runs", "10000"] if options.quick else ["--runs", str(options.runs)]
    words = [sys.executable, __file__, "--here", *runs, "--times", str(options.times)]
    codes = [_beside(name, words) for name in ("sqlite" if options.quick else options.database).split(",")]
    return 1 if any(codes) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _beside(name: str, words: list[str]) -> int:
    """Measure in a process of its own, on a database of its own."""
    from tests.faults.postgres import Postgres  # noqa: PLC0415  (only where it is needed)

    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as home:
        environment = {**os.environ, "HEADRACE_HOME": home}
        if name == "sqlite":
            return subprocess.run(words, env=environment, timeout=3600).returncode
        server = Postgres()
        try:
            server.start()
            environment["DATABASE_URL"] = server.create("headrace")
            return subprocess.run(words, env=environment, timeout=3600).returncode
        finally:
            server.close()


# --- in the process that measures


def _measured(options: argparse.Namespace) -> bool:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415  (the settings must be chosen first)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    print(f"\n{connection.vendor}, {options.runs:,} runs; load {os.getloadavg()[0]:.1f}", flush=True)
    took = _timed(lambda: _fill(options.runs))
    print(f"written in {took / 1000:.0f} s", flush=True)
    from runs.finding import keeping  # noqa: PLC0415

    took = _timed(lambda: keeping.take_up(3600))
    print(f"taken up in {took / 1000:.0f} s ({took / options.runs:.2f} ms a run)", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return _table(options.times)


def _table(times: int) -> bool:
    from django.test import Client  # noqa: PLC0415

    from tests.people import person  # noqa: PLC0415

    client = Client()
    client.force_login(person("manager"))
    print(f"{'':52}{'rows':>24}{'bars':>24}{'icontains':>24}   p95 (p50) processor, ms")
    missed = []
    for words, part, where in SEARCHES:
        rows = _figures(lambda words=words: _get(client, "/runs/", words), times)
        bars = _figures(lambda words=words: _get(client, "/runs/when", words), times)
        cells = [rows, bars]
        if part:
            cells.append(_figures(lambda part=part, where=where: _plainly(part, where), max(3, times // 4)))
        print(f"{words or '(all)':52}{''.join(map(_cell, cells))}", flush=True)
        missed += [words or "(all)" for figures in (rows, bars) if figures.p95 > MOST_MS]
    print(
        f"load {os.getloadavg()[0]:.1f}; " + (f"above {MOST_MS:.0f} ms: {missed}" if missed else "all hold")
    )
    return not missed


def _get(client: Any, path: str, words: str) -> None:
    from django.http import QueryDict  # noqa: PLC0415

    text, _, more = words.partition("&")
    answer = client.get(path, {"q": text, **QueryDict(more).dict()})
    assert answer.status_code == 200, answer.content


def _plainly(part: str, where: dict[str, str]) -> None:
    """The first page of what may be seen, by the look of the stored JSON."""
    from runs import access  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    seen = access.visible_to(person("manager"))
    for column, how in where.items():
        wanted = {f"{column}__icontains": part}
        seen = seen.exclude(**wanted) if how.startswith("not") else seen.filter(**wanted)
    list(seen.order_by("-started_at", "pk")[:21])


class Figures(NamedTuple):
    """Milliseconds: of the clock, and of the processor."""

    p50: float
    p95: float
    processor: float


def _figures(do: Callable[[], None], times: int) -> Figures:
    do()
    before = _processor_ms()
    taken = sorted(_timed(do) for _ in range(times))
    used = (_processor_ms() - before) / times
    return Figures(statistics.median(taken), taken[max(0, math.ceil(0.95 * times) - 1)], used)


def _processor_ms() -> float:
    """What this process has used so far, and the one that serves its connection."""
    from django.db import connection  # noqa: PLC0415

    mine = time.process_time() * 1000
    if connection.vendor != "postgresql":
        return mine
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return mine + measure.cpu_seconds(cursor.fetchone()[0]) * 1000


def _timed(do: Callable[[], Any]) -> float:
    began_at = time.perf_counter()
    do()
    return (time.perf_counter() - began_at) * 1000


def _cell(figures: Figures) -> str:
    return f"{figures.p95:9.0f} ({figures.p50:.0f})".ljust(17) + f"{figures.processor:7.0f}"


def _fill(count: int) -> None:
    """Write flows, runs and their last events as the engine leaves them."""
    from django.utils import timezone  # noqa: PLC0415

    from runs.models import Run, RunEvent  # noqa: PLC0415

    dice, now = random.Random(7), timezone.now()
    versions, people = _flows()
    for start in range(0, count, 1000):
        runs, events = [], []
        for number in range(start, min(start + 1000, count)):
            run, event = _run(dice, number, count, now, versions, people)
            runs.append(run)
            events.append(event)
        Run.objects.bulk_create(runs)
        RunEvent.objects.bulk_create(each for each in events if each is not None)


def _flows() -> tuple[list[Any], list[Any]]:
    from library.models import FlowRole  # noqa: PLC0415
    from tests.engine.conftest import version_of  # noqa: PLC0415
    from tests.people import PASS, person, urn  # noqa: PLC0415

    people = [person(f"person-{number}") for number in range(PEOPLE)]
    versions = [version_of(PASS) for _ in range(FLOWS)]
    manager = urn("manager")
    for number, version in enumerate(versions):
        version.flow.title = f"Flow {number}: {WORDS[number % 3]}"
        version.flow.save(update_fields=["title"])
        FlowRole.objects.create(flow=version.flow, role=FlowRole.RUN_MANAGER, principal=manager)
    return versions, people


def _run(
    dice: random.Random, number: int, count: int, now: Any, versions: list[Any], people: list[Any]
) -> Any:
    import orjson  # noqa: PLC0415

    from runs.models import Run, RunEvent  # noqa: PLC0415

    body = _input(dice, number)
    output = {**body, "result": _result(dice, number)}
    started_at = now - timedelta(days=DAYS) * (1 - number / count)
    ended_at = started_at + timedelta(seconds=dice.expovariate(1 / 300))
    chance, is_last = dice.random(), number > count - 50
    failed = 0.80 < chance < 0.97
    version = dice.choice(versions)
    run = Run(
        flow_id=version.flow_id,
        version=version,
        owner=dice.choice(people),
        label=f"{dice.choice(WORDS)} {number}" if chance < 0.7 else "",
        tags=[f"beamline-{dice.randrange(40)}"] if chance < 0.5 else [],
        status=Run.ACTIVE if is_last else Run.FAILED if failed else Run.SUCCEEDED,
        cancel_requested=0.94 < chance < 0.97,
        started_at=started_at,
        completed_at=None if is_last else ended_at,
        input=orjson.dumps(body).decode(),
        data=orjson.dumps(output).decode(),
        last_seq=2,
    )
    if is_last:
        return run, None
    cause = {"exception": dice.choice(ERRORS), "cause": f"/data/{number}: no such file", "state_name": "Copy"}
    details = cause if failed else {"output": output}
    code = "FlowFailed" if failed else "FlowSucceeded"
    return run, RunEvent(
        run=run, seq=2, time=ended_at, code=code, description="", details=orjson.dumps(details).decode()
    )


def _input(dice: random.Random, number: int) -> dict[str, Any]:
    folder = f"/instrument/2026/run-{number % 5000:05}/sample-{number:06}"
    return {
        "sample": f"S-{number:05}",
        "site": SITES[number % 2],
        "kind": dice.choice(WORDS[:3]),
        "source": {"id": f"{number % 7:08}-1111-4111-8111-111111111111", "path": f"{folder}/raw"},
        "destination": {"id": f"{number % 5:08}-2222-4222-8222-222222222222", "path": f"{folder}/out"},
        "recursive": True,
        "energy": round(dice.uniform(5, 20), 3),
        "remarks": "Taken while the shutter was open. " * 5,
    }


def _result(dice: random.Random, number: int) -> dict[str, Any]:
    return {
        "score": round(dice.random(), 3),
        "files": [f"/archive/{number}/scan-{number:06}-{part}.h5" for part in range(4)]
        + [f"scan-{number:06}.h5"],
        "bytes": dice.randrange(10**9),
        "checks": {"size": True, "checksum": f"{dice.getrandbits(128):032x}"},
    }


if __name__ == "__main__":
    sys.exit(main())
