"""Workers die by SIGKILL, freeze, get every message five times: nothing is lost, nothing is done twice."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.workshop import LEASE_SECONDS, PATIENCE_SECONDS, Workshop, is_alive, kill, wait_until


@pytest.fixture(scope="module", autouse=True)
def sweeper(workshop: Workshop) -> Iterator[None]:
    sweeper = workshop.sweeper()
    yield
    assert stopped(sweeper) == 0


def stopped(child: subprocess.Popen[Any]) -> int:
    """Ask a child to stop as a supervisor does, and return its exit code."""
    child.terminate()
    return child.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def definition(workshop: Workshop) -> dict[str, Any]:
    """Local states, a call of a provider elsewhere, local states."""
    call = {
        "Type": "Action",
        "ActionUrl": workshop.ledger.url,
        "Parameters": {"a": 1},
        "ResultPath": "$.done",
        "Next": "After",
    }
    before = {"Type": "Pass", "Result": {"b": 2}, "ResultPath": "$.before", "Next": "Call"}
    after = {"Type": "ExpressionEval", "Parameters": {"c.=": "x + 1"}, "ResultPath": "$.after", "End": True}
    return {"StartAt": "Before", "States": {"Before": before, "Call": call, "After": after}}


@pytest.fixture(scope="module")
def undisturbed(workshop: Workshop, definition: dict[str, Any]) -> list[Any]:
    """The log of a run to which nothing happens."""
    run = workshop.start(definition)
    workshop.ask("work", run)
    return list(workshop.ask("entries", run))


def succeeded_as_if_nothing_happened(
    workshop: Workshop, run: str, undisturbed: list[Any], calls: int
) -> None:
    worker = workshop.worker()
    assert workshop.end_of(run) == "SUCCEEDED"
    kill(worker)
    called, effects = workshop.ledger.of(run)
    assert len(effects) == 1 and set(called) == set(effects)
    # On a busy machine a lease may lapse once more; nobody calls without having claimed the run.
    assert calls <= len(called) <= max(calls, workshop.ask("row", run)["lease_token"])
    assert workshop.ask("entries", run) == undisturbed


def let_die(workshop: Workshop, worker: subprocess.Popen[Any], run: str) -> None:
    """Wait until the failpoint has killed the process that held the run, then kill the rest of its worker."""
    pid = workshop.holder(run)
    wait_until(lambda: not is_alive(pid))
    kill(worker)


def test_a_worker_killed_before_the_call_loses_nothing(workshop, definition, undisturbed):
    worker = workshop.worker("before_call")
    run = workshop.start(definition)
    let_die(workshop, worker, run)
    assert workshop.ledger.of(run) == ([], [])
    succeeded_as_if_nothing_happened(workshop, run, undisturbed, calls=1)


def test_a_worker_killed_during_the_call_does_nothing_twice(workshop, definition, undisturbed):
    workshop.ledger.gate.clear()
    worker = workshop.worker()
    run = workshop.start(definition)
    wait_until(lambda: workshop.ledger.of(run)[0])
    kill(worker)
    workshop.ledger.gate.set()
    succeeded_as_if_nothing_happened(workshop, run, undisturbed, calls=2)


def test_a_worker_killed_after_the_call_does_nothing_twice(workshop, definition, undisturbed):
    worker = workshop.worker("after_call")
    run = workshop.start(definition)
    let_die(workshop, worker, run)
    assert workshop.ledger.of(run)[0]
    succeeded_as_if_nothing_happened(workshop, run, undisturbed, calls=2)


@pytest.mark.soak
def test_a_worker_killed_inside_a_commit_leaves_no_trace_of_it(workshop, definition, undisturbed):
    worker = workshop.worker("in_commit:2")
    run = workshop.start(definition)
    let_die(workshop, worker, run)
    assert len(workshop.ask("entries", run)) == 4  # up to ActionStarted
    succeeded_as_if_nothing_happened(workshop, run, undisturbed, calls=2)


@pytest.mark.soak
def test_a_worker_that_freezes_longer_than_its_lease_writes_nothing_afterwards(
    workshop, definition, undisturbed
):
    workshop.ledger.gate.clear()
    frozen = workshop.worker()
    run = workshop.start(definition)
    wait_until(lambda: workshop.ledger.of(run)[0])
    kill(frozen, signal.SIGSTOP)
    workshop.ledger.gate.set()
    succeeded_as_if_nothing_happened(workshop, run, undisturbed, calls=2)
    kill(frozen, signal.SIGCONT)
    time.sleep(0.5)
    assert workshop.ask("entries", run) == undisturbed
    kill(frozen)


def test_a_call_that_takes_longer_than_the_lease_keeps_it(workshop, definition, undisturbed):
    workshop.ledger.gate.clear()
    worker = workshop.worker(concurrency=2)
    run = workshop.start(definition)
    wait_until(lambda: workshop.ledger.of(run)[0])
    time.sleep(2 * LEASE_SECONDS)
    workshop.ledger.gate.set()
    assert workshop.end_of(run) == "SUCCEEDED"
    assert len(workshop.ledger.of(run)[0]) == 1
    assert workshop.ask("entries", run) == undisturbed
    kill(worker)


def test_every_message_five_times_gives_the_same_logs(workshop, definition, undisturbed):
    worker = workshop.worker(concurrency=2)
    runs = [workshop.start(definition) for _ in range(10)]
    for _ in range(5):
        for run in runs:
            workshop.ask("hint", run)
    for run in runs:
        assert workshop.end_of(run) == "SUCCEEDED"
        assert workshop.ask("entries", run) == undisturbed
        assert len(workshop.ledger.of(run)[0]) == 1
    assert stopped(worker) == 0
