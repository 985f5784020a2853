"""What a run may cost: counted statements and commits, and bounds on processor time.

The bounds are five to ten times what a quiet machine needs: who misses one has added another order of cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import workloads
from runs import clock, engine
from runs.models import EPOCH, Run
from tests.engine.conftest import action, fresh, start, version_of, writes
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def finish(run: Run) -> None:
    while engine.work(run.pk):
        if fresh(run).wake_at is None:
            break
    assert fresh(run).status == Run.SUCCEEDED


def statements(run: Run) -> tuple[int, int]:
    """Carry the run to its end; return how many statements and commits that took, the claim's apart."""
    with CaptureQueriesContext(connection) as captured:
        engine.work(run.pk)
    assert fresh(run).status == Run.SUCCEEDED
    all_of_it = [sql for sql in (query["sql"].strip() for query in captured) if not _asks_the_time(sql)]
    claims = [sql for sql in all_of_it if sql.startswith("UPDATE runs_run") and "RETURNING" in sql]
    claims = [sql for sql in claims if "lease_token = lease_token + 1" in sql]
    assert len(claims) == 1
    return len(all_of_it) - 1, writes(captured)


def _asks_the_time(sql: str) -> bool:
    """PostgreSQL's clock counts, not that of this machine."""
    return sql == "SELECT clock_timestamp()"


def cheapest(work: Callable[[Any], object], make: Callable[[], Any], times: int = 5) -> float:
    """Return the processor seconds of the cheapest of several."""
    seconds = []
    for _ in range(times):
        made = make()
        begun = time.process_time()
        work(made)
        seconds.append(time.process_time() - begun)
    return min(seconds)


def test_twenty_local_states_cost_one_commit_and_four_statements_or_one():
    version = version_of(workloads.w1())
    engine.work(engine.start(version, person("alice"), workloads.INPUT).pk)  # the version is read once
    run = engine.start(version, person("alice"), workloads.INPUT)
    assert statements(run) == ((1, 1) if connection.vendor == "postgresql" else (4, 1))


def test_ten_actions_cost_eleven_commits(ledger):
    assert statements(start(*[action()] * 10))[1] == 11


def test_a_loop_of_a_thousand_transitions_costs_eleven_commits():
    run = engine.start(version_of(workloads.w3()), person("alice"), {"i": 0})
    assert statements(run)[1] == 11


def test_a_start_costs_one_commit_and_six_statements():
    version, alice = version_of(workloads.w1()), person("alice")
    with CaptureQueriesContext(connection) as captured:
        engine.start(version, alice, workloads.INPUT)
    assert sum(query["sql"] == "COMMIT" for query in captured) == 1
    assert sum(not _asks_the_time(query["sql"]) for query in captured) <= 6


def test_a_local_state_costs_less_than_half_a_millisecond():
    version = version_of(workloads.w1())
    seconds = cheapest(finish, lambda: engine.start(version, person("alice"), workloads.INPUT))
    assert seconds / 20 < 0.0005


def test_a_loop_makes_four_thousand_transitions_a_second():
    version = version_of(workloads.w3())
    seconds = cheapest(finish, lambda: engine.start(version, person("alice"), {"i": 0}), times=3)
    assert 2 * workloads.TURNS / seconds > 4_000


def test_ten_thousand_waiting_runs_are_no_load():
    one = start({"Type": "Wait", "Seconds": 3600}, {"Type": "Pass", "End": True})
    engine.work(one.pk)
    row = fresh(one)
    names = [field.attname for field in Run._meta.concrete_fields if field.name != "id"]
    values = {name: getattr(row, name) for name in names}
    due_at = clock.now() + timedelta(hours=1)
    Run.objects.bulk_create((Run(**values | {"wake_at": due_at}) for _ in range(10_000)), batch_size=1000)
    finished = [Run(**values | {"wake_at": None, "status": Run.SUCCEEDED}) for _ in range(1000)]
    Run.objects.bulk_create(finished)
    assert cheapest(lambda _: engine.sweep(), lambda: None) < 0.020
    run = start({"Type": "Pass", "End": True}, owner=person("bob"))
    Run.objects.filter(pk=run.pk).update(hint_at=EPOCH)
    assert engine.sweep().due == [run.pk]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what the tables hold")
def test_a_sweep_does_not_go_through_the_runs_that_wait():
    with CaptureQueriesContext(connection) as captured:
        engine.sweep()
    (question,) = [query["sql"] for query in captured if "ROW_NUMBER" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {question}")
        plan = [step for *_, step in cursor.fetchall() if "runs_run" in step]
    assert len(plan) == 1 and "USING INDEX run_due (wake_at<?)" in plan[0]
