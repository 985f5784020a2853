"""Templates on abstract values. Most states are applied once, so nothing is compiled but the texts."""

from __future__ import annotations

from flowlang.check_templates import PRIVATE
from flowlang.check_values import parsed
from flowlang.dataflow import expressions
from flowlang.dataflow.joining import array
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, Bucket, Names, Value, closed, constant
from flowlang.paths import Path
from flowlang.problems import JSON, Loc


def evaluate(value: JSON, loc: Loc, scene: Scene) -> Value:
    """Return what the template `value`, which stands at `loc`, becomes."""
    if isinstance(value, dict):
        made: Bucket = {}
        for key, below in value.items():
            ending = key[-2:]
            if ending == ".$" or ending == ".=":
                made[key[:-2]] = _read(ending, below, (*loc, key), scene)
            elif key != PRIVATE:
                made[key] = evaluate(below, (*loc, key), scene)
        return closed(scene.ids, made)
    if isinstance(value, list):
        return array([evaluate(item, (*loc, index), scene) for index, item in enumerate(value)])
    return constant(value)


def literal(value: JSON, ids: Names) -> Value:
    """Return the JSON value as it stands."""
    if isinstance(value, dict):
        return closed(ids, {key: literal(below, ids) for key, below in value.items()})
    return array([literal(item, ids) for item in value]) if isinstance(value, list) else constant(value)


def _read(ending: str, value: JSON, loc: Loc, scene: Scene) -> Value:
    if not isinstance(value, str):
        return ANY
    if ending == ".$":
        return path_at(value, loc, scene)
    scene.loc = loc
    return expressions.evaluate(value, scene)


def path_at(text: JSON, loc: Loc, scene: Scene) -> Value:
    """Return what the path `text`, which stands at `loc`, leads to."""
    path = parsed(text) if isinstance(text, str) else None
    if not isinstance(path, Path):
        return ANY
    scene.loc = loc
    return scene.path(path)
