"""Where the run data holds what actions have answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowlang.dataflow.given import provider_of
from flowlang.dataflow.steps import place_of
from flowlang.graph import Graph
from flowlang.path_syntax import Step
from flowlang.problems import JSON


def details(graph: Graph, known: Mapping[str, JSON]) -> frozenset[tuple[Step, ...]]:
    """Return where details are stored of which their provider says what they hold.

    known  address of a provider -> JSON schema of its actions' details
    """
    if not known:
        return frozenset()
    return frozenset((*place, "details") for place, url in _actions(graph) if url in known)


def statuses(graph: Graph) -> frozenset[tuple[Step, ...]]:
    """Return where the status of an action is stored that raises an exception when it fails."""
    return frozenset((*place, "status") for place, _ in _actions(graph))


def _actions(graph: Graph) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Yield place and provider of the actions whose answer is stored only when they have succeeded."""
    for state in graph.states.values():
        if isinstance(state, dict) and state.get("Type") == "Action":
            place = place_of(state)
            if place is not None and state.get("ExceptionOnActionFailure") is not False:
                yield place, provider_of(state) or ""
