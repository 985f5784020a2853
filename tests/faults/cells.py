"""The matrix: a run with each type of state, killed at each point, at each passage of that point.

Started as `python -m tests.faults.cells LEDGER_URL` in a site's environment. Each try is a forked child, so
that the death is a real one; what it leaves is carried on by another. One JSON line a cell comes out.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import celery.app.amqp
import celery.app.events  # noqa: F401  (before the first fork: one amid an import leaves half of it)
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connections  # noqa: E402  (models must be loaded first)

from runs import clock, engine, failpoints  # noqa: E402
from runs.models import EPOCH, Run, RunEvent  # noqa: E402
from tests.faults import drive  # noqa: E402
from tests.faults.matrix import CANCEL_POINTS, LOCAL, POINTS, TYPES, definition, timed  # noqa: E402

SECONDS = 60.0
CELL_SECONDS = 540
MOST_PASSAGES = 12
AT_ONCE = 16
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:\d\d)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Cell(NamedTuple):
    """One way to die: a type of state, a point, and whether the run is cancelled."""

    type: str
    point: str
    cancelled: bool

    def flow(self, ledger: str) -> dict[str, Any]:
        flow = timed if self.point == "in_timer" else definition
        return flow(self.type, ledger, endless=self.cancelled)

    @property
    def end(self) -> str:
        """The code with which an undisturbed run ends."""
        if self.cancelled:
            return "FlowCanceled"
        return "FlowFailed" if self.type == "Fail" else "FlowSucceeded"


def cells() -> Iterator[Cell]:
    for kind in TYPES:
        for point in POINTS:
            yield Cell(kind, point, point in CANCEL_POINTS)


def forked(work: Callable[[], object], point: str = "") -> int:
    """Do `work` in a child that dies at `point`; return its exit code, or minus the signal's number."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        failpoints.arm(point)
        signal.alarm(int(SECONDS) + 5)
        work()
        code = 0
    except BaseException:  # noqa: BLE001  (a child tells, and ends here)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


@contextmanager
def alone(what: str) -> Iterator[None]:
    """No other child does the same meanwhile; who dies here lets the lock go."""
    with (Path(os.environ["HEADRACE_HOME"]) / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def carry_on(run_id: str) -> None:
    """Do what sweeper, workers and people do, until the run has ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with alone("sweep"):  # the other children's sweeps would take the hint away
            Run.objects.filter(pk=run_id).update(hint_at=EPOCH)  # whatever hint there was is lost
            swept = engine.sweep()
        if any(str(due) == run_id for due in swept.due):
            engine.work(Run.objects.get(pk=run_id).pk)
        wake_at = Run.objects.values_list("wake_at", flat=True).get(pk=run_id)
        if wake_at is None:
            return
        if not drive.answer(run_id):
            time.sleep(min(max((wake_at - clock.now()).total_seconds(), 0.0), 0.2))
    raise AssertionError(f"run {run_id} has not ended after {SECONDS} s")


def begun(cell: Cell, ledger: str) -> str:
    """Start a run; one to be cancelled is brought to where it waits, and asked to end."""
    run_id = drive.start(cell.flow(ledger), 1, {"x": 1})[0]
    if cell.cancelled:
        if cell.type not in LOCAL:
            engine.work(Run.objects.get(pk=run_id).pk)
        drive.cancel(run_id)
    return run_id


def log(run_id: str) -> list[Any]:
    """Return the log without what differs from run to run."""
    rows = RunEvent.objects.filter(run=run_id).order_by("seq")
    entries = [list(row) for row in rows.values_list("seq", "code", "description", "details")]
    names: dict[str, str] = {}
    text = _INSTANT.sub("INSTANT", json.dumps(entries))
    return list(json.loads(_UUID.sub(lambda found: names.setdefault(found.group(), f"ID{len(names)}"), text)))


def let_lease_lapse(run_id: str) -> None:
    """What time does to the lease of a dead worker."""
    Run.objects.filter(pk=run_id).update(lease_until=clock.now() - timedelta(seconds=1))


def tried(cell: Cell, ledger: str) -> dict[str, Any]:
    """Die at each passage of the cell's point, until a run survives: its log is what all logs must be."""
    problems: list[str] = []
    runs: list[str] = []
    code = -signal.SIGKILL
    while code == -signal.SIGKILL and len(runs) < MOST_PASSAGES:
        run_id = begun(cell, ledger)
        runs.append(run_id)
        code = forked(lambda run_id=run_id: carry_on(run_id), f"{cell.point}:{len(runs)}")
        if code == -signal.SIGKILL:
            let_lease_lapse(run_id)
            if forked(lambda run_id=run_id: carry_on(run_id)):
                problems.append(f"passage {len(runs)}: the run did not end")
    if code:
        problems.append(f"no run survived {len(runs)} passages; the last child ended with {code}")
    expected = log(runs[-1])
    if expected[-1][1] != cell.end:
        problems.append(f"an undisturbed run ends with {expected[-1]} instead of {cell.end}")
    for passage, run_id in enumerate(runs, 1):
        if log(run_id) != expected:
            problems.append(f"passage {passage}: the log is another: {log(run_id)} instead of {expected}")
    return {**cell._asdict(), "passages": len(runs) - 1, "problems": problems, "runs": runs}


def tell(cell: Cell, ledger: str) -> None:
    text = json.dumps(tried(cell, ledger)) + "\n"
    with alone("tell"):
        sys.stdout.write(text)
        sys.stdout.flush()


def main(ledger: str) -> None:
    """Each cell in a process of its own, some at a time: most of the time goes by in waiting."""
    drive.start(definition("Pass", ledger), 1, {"x": 1})  # makes the person whom all runs belong to
    at_work = 0
    for cell in cells():
        if at_work == AT_ONCE:
            os.wait()
            at_work -= 1
        begin(cell, ledger)
        at_work += 1
    for _ in range(at_work):
        os.wait()


def begin(cell: Cell, ledger: str) -> None:
    connections.close_all()
    if os.fork():
        return
    signal.alarm(CELL_SECONDS)
    try:
        tell(cell, ledger)
    except BaseException:  # noqa: BLE001  (a child tells, and ends here)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
