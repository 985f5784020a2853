"""The checker finds what is wrong: the tables of a sound run are harmed, one way at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.faults import canary, checker, flows
from tests.faults.site import Site
from tests.faults.tables import Tables
from tests.faults.watcher import Watcher

UNGUARD = "DROP TRIGGER IF EXISTS run_event_unchanged; DROP TRIGGER IF EXISTS run_event_kept; "
_LATE = """
    INSERT INTO runs_runevent (run_id, seq, time, code, description, details)
    SELECT run_id, seq + 1, time, 'PassCompleted', '', '{}' FROM runs_runevent WHERE code = 'FlowSucceeded';
"""
KEPT = f"UPDATE runs_run SET data = '{canary.SECRET}'"  # it is there that a secret may be
_HARMS = {
    "I1": "DELETE FROM runs_runevent WHERE seq = 4",
    "I2": "UPDATE runs_runevent SET code = 'PassCompleted' WHERE code = 'FlowSucceeded'",
    "I3": "UPDATE runs_runevent SET code = 'ActionStarted' WHERE code = 'ActionCompleted' AND seq < 7",
    "I4": "UPDATE runs_runevent SET details = replace(details, '\"S2\"', '\"S3\"') WHERE seq IN (4, 5)",
    "I5": "UPDATE runs_run SET state = 'S1'",
    "I6": "UPDATE runs_runevent SET code = 'PassStarted' WHERE code = 'ActionStarted'",
    "I7": "UPDATE runs_runevent SET time = '2001-01-01 00:00:00' WHERE seq = 5",
    "I8": _LATE + "UPDATE runs_run SET last_seq = last_seq + 1",
    "I9": "UPDATE runs_run SET lease_token = lease_token + 2",
    "I11": "UPDATE runs_run SET wake_at = '2031-01-01 00:00:00'",
}
_NO_END = "UPDATE library_flowversion SET source = replace(source, '\"End\": true', '\"End\": false')"
_FAILED = """
    UPDATE runs_runevent SET code = 'FlowFailed' WHERE code = 'FlowSucceeded';
    UPDATE runs_run SET status = 'FAILED'; UPDATE faults_claim SET lost_by = 'a worker that is gone';
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site("sqlite") as site:
        worker = site.worker(1)
        site.wait_for_worker()
        definition = flows.chain(flows.passing(), *[flows.action(f"{site.ledger}/instant")] * 2)
        run_ids = site.start(definition, 1, x=1)
        assert site.wait_for_end(run_ids, 30)
        site.end([worker])
        site.run_ids = run_ids
        site.tables.ask("PRAGMA wal_checkpoint(TRUNCATE)")
        yield site


def harmed(site: Site, folder: Path, statements: str) -> Tables:
    """Return a copy of the tables to which something was done."""
    path = folder / "copy.sqlite3"
    with sqlite3.connect(site.home / "site.sqlite3") as whole, sqlite3.connect(path) as copy:
        whole.backup(copy)
        copy.executescript(UNGUARD + statements)
    return Tables(f"sqlite:///{path}")


def test_a_sound_run_is_sound(site, tmp_path):
    found = checker.check(harmed(site, tmp_path, ""), site.books, site.run_ids)
    assert (found.stuck, found.gaps, found.doubled, found.repeated, found.violations) == (0, 0, 0, 0, [])


@pytest.mark.parametrize(("invariant", "harm"), [*_HARMS.items(), ("I4", _NO_END)])
def test_each_invariant_is_looked_at(site, tmp_path, invariant, harm):
    found = checker.check(harmed(site, tmp_path, harm), site.books, site.run_ids)
    assert any(f" {invariant}" in problem for problem in found.violations), found.violations


def test_a_secret_is_seen_wherever_it_leaks(site, tmp_path):
    """I12."""
    (tmp_path / "worker.log").write_text("ready")
    sound = SimpleNamespace(tables=harmed(site, tmp_path, KEPT), home=tmp_path)
    assert canary.leaks(sound, {b"a hint"}) == []
    (tmp_path / "worker.log").write_text(f"it failed with {canary.SECRET}")
    said = f'UPDATE runs_runevent SET details = \'{{"x": "{canary.SECRET}"}}\' WHERE seq = 3'
    (tmp_path / "copy.sqlite3").unlink()
    leaky = SimpleNamespace(tables=harmed(site, tmp_path, said), home=tmp_path)
    found = canary.leaks(leaky, {f"look: {canary.SECRET}".encode()})
    assert {each.split()[0] for each in found} == {"column", "file", "a"}


def test_a_run_that_has_not_ended_is_stuck(site, tmp_path):
    tables = harmed(site, tmp_path, "UPDATE runs_run SET status = 'ACTIVE'")
    assert checker.check(tables, site.books, site.run_ids).stuck == 1


def test_a_failure_and_a_worker_that_was_lost_are_counted(site, tmp_path):
    found = checker.check(harmed(site, tmp_path, _FAILED), site.books, site.run_ids)
    assert (found.failed, found.taken_over) == (1, found.claims)


def test_an_action_that_completed_without_an_effect_is_noticed(site, tmp_path):
    (run_id,) = site.run_ids
    lines = [{"op": "run", "id": f"{run_id}:{visit}", "effect": visit == 2} for visit in (2, 3)]
    (tmp_path / "book").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = checker.check(site.tables, checker.Books(tmp_path / "book"), site.run_ids)
    assert any(f"I6 completed without an effect: ['{run_id}:3']" in each for each in found.violations)


def test_an_effect_under_a_second_request_id_is_doubled(site, tmp_path):
    (run_id,) = site.run_ids
    with (tmp_path / "book").open("w") as book:
        for key in (f"{run_id}:2", f"{run_id}:3", f"{run_id}:2b", f"{run_id}:3"):
            book.write(json.dumps({"op": "run", "id": key, "effect": True}) + "\n")
    found = checker.check(site.tables, checker.Books(tmp_path / "book"), site.run_ids)
    assert found.doubled == 2
    assert found.repeated == 1


def test_an_event_that_changes_after_it_was_seen_is_noticed(site, tmp_path):
    watcher = Watcher(site.tables, site.run_ids)
    watcher.look()
    assert list(watcher.differences(site.tables.logs(site.run_ids))) == []
    later = harmed(site, tmp_path, "UPDATE runs_runevent SET code = 'PassStarted' WHERE seq = 4")
    assert list(watcher.differences(later.logs(site.run_ids)))
