"""The run data as a state finds them, and what other states write that this one cannot read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from flowlang import graph, paths
from flowlang.authoring import references
from flowlang.dataflow import wording
from flowlang.infer.places import Place, RunData
from flowlang.path_syntax import Step
from flowlang.paths import MISSING, Path, PathSyntaxError
from flowlang.problems import JSON

_FIRST: Final = re.compile(r"(?:\$\.)?([^.\[\]]+)[.\[]")
_NOT_STATES: Final = ("input", "context")
_ANYTHING: Final = ("null", "boolean", "number", "string", "array", "object")
MAX_SAMPLE: Final = 120


class Known(NamedTuple):
    """A place, its steps, and why the state cannot read it; "" where it can."""

    place: Place
    steps: tuple[Step, ...]
    reason: str = ""


def known_at(
    definition: JSON,
    schema: JSON,
    state: str,
    results: Mapping[str, JSON] | None = None,
    toward: str = "",
) -> list[Known]:
    """Return what `state` can read, then what is written elsewhere and why it cannot be read here.

    toward  the beginning of a path: of very many places those below its first step are listed rather
    """
    data, first = RunData(definition, schema, results), _FIRST.match(toward)
    here = [Known(each, _steps(each.path)) for each in data.at(state, tuple(first.groups()) if first else ())]
    names = {known.steps[0] for known in here if known.steps}
    edges = {name: data.graph.targets(name) for name in data.graph.states}
    ever, written = data.names(), _writers(data.graph)
    later = []
    for name in {**ever, **written}:
        if name not in names:
            place = Place(
                wording.place((name,), is_rooted=True),
                ever.get(name, _ANYTHING),
                certain=False,
                writers=tuple(written.get(name, ())),
            )
            later.append(Known(place, (name,), _reason(place.writers, state, edges)))
    return here + later


def _writers(built: graph.Graph) -> dict[str, list[str]]:
    """Return where results are stored, and by which states; what ends a run nobody finds any more."""
    found: dict[str, list[str]] = {}
    for use in references.to_places(built, writes_only=True):
        if isinstance(use.steps[0], str):
            found.setdefault(use.steps[0], []).append(use.state)
    return found


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
