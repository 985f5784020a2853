"""What a retry keeps and what it does, state by state, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flowlang import graph
from flowlang.graph import Graph
from library.models import FlowVersion
from runs.models import Run
from runs.retries import retry_points


@dataclass(frozen=True)
class Plan:
    """States by name, in order.

    kept    finished and not done again, by this run or by those that it retries
    sure    entered whatever happens, unless something fails
    may     entered as a choice, or a failure, leads to them
    """

    kept: list[str]
    sure: list[str]
    may: list[str]

    @property
    def line(self) -> str:
        """Return the plan in a line: "4 kept, 3 will run"."""
        more = f", up to {len(self.may)} more may" if self.may else ""
        return f"{len(self.kept)} kept, {len(self.sure)} will run{more}"


def plan(run: Run, version: FlowVersion, state: str, events_before: int) -> Plan:
    """Return what a retry of `run` at `state` by `version` does.

    events_before   the first events of the run that stand for what is kept
    """
    arrows = graph.build(version.definition)
    sure = list(_surely(arrows, state))
    targets = {name: arrows.targets(name) for name in arrows.states}
    ahead = graph.reachable(targets, [state])
    may = [name for name in arrows.states if name in ahead and name not in sure]
    return Plan(_kept(run, events_before), sure, may)


def _surely(arrows: Graph, state: str) -> Iterator[str]:
    """Yield the states on the only way from `state`; at a choice the way is not known any more."""
    seen: set[str] = set()
    while state in arrows.states and state not in seen:
        yield state
        seen.add(state)
        ways = {arrow.target for arrow in arrows.arrows[state] if arrow.kind != "catch"}
        if len(ways) != 1:
            return
        state = ways.pop()


def _kept(run: Run, events_before: int) -> list[str]:
    """Return the finished states, those of the runs that `run` retries first."""
    past: list[tuple[UUID, int]] = [(run.pk, events_before), *retry_points.ancestry(run.pk)]
    runs = Run.objects.in_bulk([run_id for run_id, _ in past])
    found: dict[str, None] = {}
    for run_id, most_seq in reversed(past):
        if run_id in runs:
            found |= dict.fromkeys(retry_points.completed(runs[run_id], most_seq))
    return list(found)
