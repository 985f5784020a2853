"""The run data as a state finds them, and what other states write that this one cannot read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from flowlang import graph, paths
from flowlang.authoring import references
from flowlang.dataflow import wording
from flowlang.infer import Place, data_at
from flowlang.path_syntax import Step
from flowlang.paths import MISSING, Path, PathSyntaxError
from flowlang.problems import JSON

_NOT_STATES: Final = ("input", "context")
_MAX_LATER_STEPS: Final = 2
_ANYTHING: Final = ("null", "boolean", "number", "string", "array", "object")
MAX_SAMPLE: Final = 120


class Known(NamedTuple):
    """A place, its steps, and why the state cannot read it; "" where it can."""

    place: Place
    steps: tuple[Step, ...]
    reason: str = ""


def known_at(
    definition: JSON, schema: JSON, state: str, results: Mapping[str, JSON] | None = None
) -> list[Known]:
    """Return what `state` can read, then what is written elsewhere and why it cannot be read here."""
    here = [Known(place, _steps(place.path)) for place in data_at(definition, schema, state, results)]
    names = {known.steps[0] for known in here if known.steps}
    built = graph.build(definition)
    edges = {name: built.targets(name) for name in built.states}
    later = []
    for place in data_at(definition, schema, "", results):
        steps = _steps(place.path)
        if steps and steps[0] not in names and len(steps) <= _MAX_LATER_STEPS:
            later.append(Known(place, steps, _reason(place.writers, state, edges)))
    names |= {known.steps[0] for known in later}
    return here + later + [known for known in _written(built, state, edges) if known.steps[0] not in names]


def _written(built: graph.Graph, state: str, edges: Mapping[str, list[str]]) -> list[Known]:
    """Return where results are stored: what the last states of a run leave, nobody finds."""
    found: dict[Step, Known] = {}
    for use in references.to_places(built):
        if use.writes and use.steps[0] not in found:
            place = Place(wording.place(use.steps[:1], is_rooted=True), _ANYTHING, False, (use.state,))
            found[use.steps[0]] = Known(place, use.steps[:1], _reason(place.writers, state, edges))
    return list(found.values())


def _steps(path: str) -> tuple[Step, ...]:
    try:
        return paths.parse(path).steps
    except PathSyntaxError:
        return ()


def _reason(writers: tuple[str, ...], state: str, edges: Mapping[str, list[str]]) -> str:
    names = [name for name in writers if name not in _NOT_STATES]
    if names == [state]:
        return "This state writes it itself, when it ends."
    others = [name for name in names if name != state]
    if not others:
        return "It has been replaced before this state."
    said = " and ".join(f'"{name}"' for name in others[:3])
    before = [name for name in others if state in graph.reachable(edges, edges.get(name, ()))]
    if not before:
        return f"Written by {said}, which {'runs' if len(others) == 1 else 'run'} only after this state."
    return f"Written by {said}, but replaced before this state."


def sample(data: JSON, path: str, context: JSON = None) -> str | None:
    """Return the value at `path` in the data of a run, as short JSON; None where there is none."""
    try:
        parsed: Path = paths.parse(path)
    except PathSyntaxError:
        return None
    if parsed.reads_context and context is None:
        return None
    value = paths.find(parsed, data, context)
    return None if value is MISSING else shown(value)


def shown(value: JSON) -> str:
    """Return a value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SAMPLE else f"{text[: MAX_SAMPLE - 1]}…"
