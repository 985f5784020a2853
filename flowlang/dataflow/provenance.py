"""Who has written a place of the run data, who has wiped it, and on which way it is missing."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from flowlang.check_values import parsed
from flowlang.dataflow.analysis import Analysis
from flowlang.dataflow.places import MAYBE, NO, OPEN, YES, read
from flowlang.dataflow.steps import Way
from flowlang.definition import Transition
from flowlang.findings import quote
from flowlang.graph import Graph
from flowlang.path_syntax import Step
from flowlang.paths import Path
from flowlang.problems import JSON, Loc

# Ways that are looked at for all messages of one check; later messages say less.
_MAX_LOOKS: Final = 20_000


class Sources(NamedTuple):
    """Where a place of the run data comes from.

    writers  states that have written it, or something in it
    wipers   (state, loc of where the ResultPath stands or should) that have replaced what held it without it
    others   the same for states whose result has replaced all run data, and could hold the place as well
    without  states that have written what holds it without it, where it was not there before either
    input    whether some way leads back to the input
    """

    writers: list[str]
    wipers: list[tuple[str, Loc]]
    others: list[tuple[str, Loc]]
    without: list[str]
    input: bool


class Provenance:
    """Looks back along the ways of an analysis."""

    def __init__(self, graph: Graph, analysis: Analysis) -> None:
        self.graph, self.analysis = graph, analysis
        self.left = _MAX_LOOKS

    @cached_property
    def _before(self) -> dict[str, list[tuple[str, Way]]]:
        found: dict[str, list[tuple[str, Way]]] = {name: [] for name in self.graph.states}
        for name, ways in self.analysis.ways.items():
            for way in ways:
                if way.arrow.target in found:
                    found[way.arrow.target].append((name, way))
        return found

    def sources(self, state: str, steps: tuple[Step, ...]) -> Sources:
        """Return where the place comes from, as `state` sees it; nearest first."""
        found = Sources([], [], [], [], input=False)
        is_from_input = False
        seen, waiting = {state}, [state]
        while waiting and self.left > 0:
            name = waiting.pop(0)
            self.left -= 1 + len(self._before[name])
            is_from_input = is_from_input or name == self.graph.start
            for source, way in self._before[name]:
                if self._goes_on(source, way, steps, found) and source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return found._replace(input=is_from_input)

    def _goes_on(self, source: str, way: Way, steps: tuple[Step, ...], found: Sources) -> bool:
        """Note whether the way writes or wipes the place. True when what was there before still counts."""
        place = self._place(source, way.arrow)
        if place is None:
            return True
        if len(place) > len(steps) and place[: len(steps)] == steps:
            _add(found.writers, source)
            return True
        if place != steps[: len(place)]:
            return True
        presence = read(way.data, steps).presence
        if presence >= MAYBE:
            _add(found.writers, source)
        elif presence == NO and read(self.analysis.entered[source], steps).presence < (
            MAYBE if place else OPEN
        ):
            _add(found.without, source)
        elif presence == NO or not place:
            loc = ("States", source, *(way.arrow.loc[:-1] if way.arrow.kind == "catch" else ()), "ResultPath")
            wipers = found.wipers if presence == NO else found.others
            if (source, loc) not in wipers:
                wipers.append((source, loc))
        return False

    def _place(self, source: str, arrow: Transition) -> tuple[Step, ...] | None:
        """Return where the way stores something; None where it stores nothing, or all as it was."""
        state = self.graph.states[source]
        fields: dict[str, JSON] = state if isinstance(state, dict) else {}
        if arrow.kind == "catch":
            fields = arrow.source or {}
        elif fields.get("Type") in ("Choice", "Wait", "Fail"):
            return None
        text = fields.get("ResultPath", "$")
        path = parsed(text) if isinstance(text, str) else None
        makes = arrow.kind == "catch" or fields.get("Type") != "Pass"
        if not isinstance(path, Path) or (
            not path.steps and not makes and not fields.keys() & {"Result", "Parameters", "InputPath"}
        ):
            return None
        return path.steps

    def lacking(self, state: str, steps: tuple[Step, ...]) -> str | None:
        """Return how a way leads here without the place: `from "A"`; None when only the input knows."""
        seen: set[str] = set()
        while state not in seen and self.left > 0:
            seen.add(state)
            self.left -= len(self._before[state])
            ways = [
                (read(way.data, steps).presence, source, way.arrow.kind)
                for source, way in self._before[state]
            ]
            least = min(ways, default=(YES, "", ""), key=lambda way: way[0])
            most = max(ways, default=(YES, "", ""), key=lambda way: way[0])
            if not ways or least[0] == YES:
                return None
            if least[0] < most[0] or least[0] == NO:
                return (
                    f"from a catcher of {quote(least[1])}"
                    if least[2] == "catch"
                    else f"from {quote(least[1])}"
                )
            state = least[1]
        return None


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
