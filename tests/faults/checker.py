"""The invariants of a site's tables and of its providers' books, whatever was done to it.

Nothing of the engine is used here: an invariant holds by what the tables say. `I10` is watched while the
site works (`watcher.py`), `I12` is looked for in the files and messages (`canary.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.faults.site import Books
from tests.faults.tables import ENDED, Claim, Entry, Tables

TERMINAL = ("FlowSucceeded", "FlowFailed", "FlowCanceled")
EXITS = ("Completed", "Failed")


@dataclass
class Findings:
    """What was found: numbers, and a sentence for each thing that must not be.

    stuck      runs that have not ended
    doubled    effects beyond one a visited action
    repeated   calls beyond the first with the same request id
    gaps       runs whose events are not numbered 1..n
    failed     runs that ended with a failure; a cancelled one did not
    claims     how often the runs were claimed
    taken_over  claims of a run that somebody held and had lost
    """

    stuck: int = 0
    doubled: int = 0
    repeated: int = 0
    gaps: int = 0
    failed: int = 0
    claims: int = 0
    taken_over: int = 0
    violations: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


def check(tables: Tables, books: Books, run_ids: list[str]) -> Findings:
    """Look at these runs, of which all should have ended."""
    found = Findings()
    rows, logs, claims = tables.runs(run_ids), tables.logs(run_ids), tables.claims(run_ids)
    definitions = tables.definitions(run_ids)
    calls, effects = books.calls(), books.effects()
    for run_id in run_ids:
        row, log = rows[run_id], logs[run_id]
        found.stuck += row["status"] not in ENDED
        found.gaps += [entry.seq for entry in log] != list(range(1, row["last_seq"] + 1))
        found.failed += log[-1].code == "FlowFailed"
        found.claims += len(claims[run_id])
        found.taken_over += sum(bool(claim.lost_by) for claim in claims[run_id])
        if row["status"] not in ENDED:
            names = ("state", "wake_at", "hint_at", "lease_owner", "lease_until", "recoveries", "attempts")
            found.unfinished.append(f"run {run_id} goes on: { {name: str(row[name]) for name in names} }")
        problems = [
            *_sequence(row, log),
            *_entries(log),
            *_edges(log, definitions[run_id]),
            *_state(row, log),
            *_times(log),
            *_tokens(claims[run_id], row),
            *_due(row),
        ]
        found.violations += [f"run {run_id}: {problem}" for problem in problems]
    _judge_effects(found, logs, calls, effects)
    return found


def _sequence(row: dict[str, Any], log: list[Entry]) -> Iterator[str]:
    """I1, I2 and I8."""
    codes = [entry.code for entry in log]
    if [entry.seq for entry in log] != list(range(1, row["last_seq"] + 1)):
        yield f"I1 numbers {[entry.seq for entry in log]} with last_seq {row['last_seq']}"
    if not codes or codes[0] != "FlowStarted":
        yield f"I2 begins with {codes[:1]}"
    ends = [code for code in codes if code in TERMINAL]
    if len(ends) != (row["status"] in ENDED):
        yield f"I2 status {row['status']} with terminal events {ends}"
    if ends and (late := codes[codes.index(ends[0]) + 1 :]):
        yield f"I8 {ends[0]} is followed by {late}"


def _entries(log: list[Entry]) -> Iterator[str]:
    """I3: a state that is entered is left once before the next is; a run may end or be cancelled within."""
    inside: str | None = None
    for entry in log:
        name = entry.details.get("state_name")
        if entry.code.startswith("Flow"):
            continue
        if entry.code.endswith("Started"):
            if inside is not None:
                yield f"I3 event {entry.seq} enters {name} while {inside} is not left"
            inside = name
        elif entry.code.endswith(EXITS):
            if inside != name:
                yield f"I3 event {entry.seq} leaves {name}, which is not where the run stands ({inside})"
            inside = None
    if inside is not None and log[-1].code == "FlowSucceeded":
        yield f"I3 the run succeeded inside {inside}"


def targets(state: dict[str, Any]) -> set[str]:
    """Return where a state may lead."""
    found = {state.get("Next"), state.get("Default")}
    found |= {rule.get("Next") for rule in state.get("Choices", [])}
    found |= {catcher.get("Next") for catcher in state.get("Catch", [])}
    return {name for name in found if isinstance(name, str)}


def _edges(log: list[Entry], definition: dict[str, Any]) -> Iterator[str]:
    """I4: each transition is an edge of the definition that the run was started with."""
    entered = [
        entry.details["state_name"]
        for entry in log
        if entry.code.endswith("Started") and not entry.code.startswith("Flow")
    ]
    if entered and entered[0] != definition["StartAt"]:
        yield f"I4 begins in {entered[0]}, not in {definition['StartAt']}"
    for before, after in pairwise(entered):
        if after not in targets(definition["States"][before]):
            yield f"I4 went from {before} to {after}"
    if log[-1].code == "FlowSucceeded" and not definition["States"][entered[-1]].get("End"):
        yield f"I4 the run succeeded in {entered[-1]}, which is no end"


def _state(row: dict[str, Any], log: list[Entry]) -> Iterator[str]:
    """I5: what the events tell is what the row says."""
    expected = {"FlowSucceeded": "SUCCEEDED", "FlowFailed": "FAILED", "FlowCanceled": "FAILED"}
    if row["status"] != expected.get(log[-1].code, row["status"]):
        yield f"I5 status {row['status']} after {log[-1].code}"
    entered = [entry for entry in log if entry.code.endswith("Started") and entry.code != "FlowStarted"]
    if entered and row["state"] != entered[-1].details["state_name"]:
        yield f"I5 stands in {row['state']}, the last that was entered is {entered[-1].details['state_name']}"
    if row["visit"] != len(entered):
        yield f"I5 visit {row['visit']} after {len(entered)} entries"
    outputs = [entry.details.get("output") for entry in log if entry.code.endswith("Completed")]
    if log[-1].code == "FlowSucceeded" and outputs and _shown(json.loads(row["data"])) != outputs[-1]:
        yield "I5 the run data are not the output of the last state"


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _shown(v) for k, v in value.items() if not k.startswith("_private") and k != "_tokens"}
    return [_shown(each) for each in value] if isinstance(value, list) else value


def _times(log: list[Entry]) -> Iterator[str]:
    """I7: time does not go back."""
    for before, after in pairwise(log):
        if after.time < before.time:
            yield f"I7 event {after.seq} is earlier than event {before.seq}"


def _tokens(claims: list[Claim], row: dict[str, Any]) -> Iterator[str]:
    """I9: every claim raises the fencing token by one."""
    after = sorted(claim.after for claim in claims)
    if after != list(range(1, row["lease_token"] + 1)) or any(each.after <= each.before for each in claims):
        yield f"I9 tokens {claims}, the row says {row['lease_token']}"


def _due(row: dict[str, Any]) -> Iterator[str]:
    """I11: a run that has not ended is due some time; one that has ended never again."""
    if (row["wake_at"] is None) != (row["status"] in ENDED):
        yield f"I11 status {row['status']} with due time {row['wake_at']}"
    if row["status"] in ENDED and (row["completed_at"] is None or row["intent"]):
        yield f"I11 ended, with completed_at {row['completed_at']} and intent {row['intent'][:80]!r}"


def _judge_effects(
    found: Findings, logs: dict[str, list[Entry]], calls: Counter[str], effects: Counter[str]
) -> None:
    """I6: an action that was entered has its effect at most once, one that has completed exactly once."""
    for run_id, log in logs.items():
        visits = [entry for entry in log if entry.code.endswith("Started") and entry.code != "FlowStarted"]
        called = {f"{run_id}:{n}" for n, entry in enumerate(visits, 1) if entry.code == "ActionStarted"}
        mine = {key: count for key, count in effects.items() if key.startswith(run_id)}
        found.doubled += sum(mine.values()) - len(called & set(mine))
        found.repeated += sum(n - 1 for key, n in calls.items() if key.startswith(run_id))
        if without := _completed(run_id, log) - set(mine):
            found.violations.append(f"run {run_id}: I6 completed without an effect: {sorted(without)}")
        if foreign := set(mine) - called:
            found.violations.append(f"run {run_id}: I6 effects without a visit: {sorted(foreign)}")


def _completed(run_id: str, log: list[Entry]) -> set[str]:
    """Return the request ids of the actions that completed. (An ExpressionEval is logged as one, too.)"""
    found, visit = set(), 0
    for entry in log:
        visit += entry.code.endswith("Started") and entry.code != "FlowStarted"
        if entry.code == "ActionCompleted" and entry.details["state_type"] == "Action":
            found.add(f"{run_id}:{visit}")
    return found
