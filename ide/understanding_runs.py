"""What the last run of a flow had at its states, for samples beside what is being written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from flowlang.problems import JSON
from runs.access import Person, visible_to
from runs.retries.retry_points import last_visit, shown_at

_MOST_RUNS = 5


class LastRuns(Mapping[str, JSON]):
    """State -> the run data with which it was last entered, as the log shows them; looked up when asked for.

    Only runs that the person may see, only the newest few; hidden members are in no log.
    """

    def __init__(self, person: Person, flow_id: UUID) -> None:
        self._runs = visible_to(person).filter(flow=flow_id).order_by("-started_at")[:_MOST_RUNS]
        self._found: dict[str, JSON] = {}

    def __getitem__(self, state: str) -> JSON:
        if state not in self._found:
            self._found[state] = self._look(state)
        if self._found[state] is None:
            raise KeyError(state)
        return self._found[state]

    def _look(self, state: str) -> JSON:
        for run in self._runs:
            entered = last_visit(run, state)
            if entered is not None and isinstance(data := shown_at(run, entered), dict):
                return data
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
