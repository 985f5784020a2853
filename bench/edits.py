"""Texts as they follow each other while somebody types: each has one edit more, in one state."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import cycle, islice

import definitions

PLACES = ("$.source.id", "$.source.path", "$.target.id", "$.target.path")


def texts(shape: str, size: int, count: int) -> list[str]:
    """Return so many texts after the first, with edits in states all over the flow, the same each time.

    Flows of one shape are edited alike, whatever their size: states of the same kind, and as far down. What
    an edit costs depends on that; else chance would make one size faster than another.
    """
    flow = definitions.flow(shape, size)
    edits = _edits(flow["States"], random.Random(shape))
    return [json.dumps(flow, indent=2) for _ in islice(edits, count)]


def _edits(states: dict, draw: random.Random) -> Iterator[None]:
    """Edit in turn a Comment, a Next, a value of Parameters and a rule, and take the Next back."""
    for number in cycle(range(1_000)):
        _drawn(states, lambda state: True, draw)["Comment"] = f"Remark {number}"
        yield
        led = _drawn(states, lambda state: "Next" in state, draw)
        skipped = states[led["Next"]]
        before, led["Next"] = led["Next"], skipped.get("Next") or skipped.get("Default", "Finish")
        yield
        _parameter(_drawn(states, lambda state: "Parameters" in state, draw)["Parameters"], draw)
        yield
        rules = _drawn(states, lambda state: "Choices" in state, draw)["Choices"]
        rules[0] = {"Variable": "$.limit", "NumericEquals": number, "Next": rules[0]["Next"]}
        yield
        led["Next"] = before
        yield


def _drawn(states: dict, is_fit: Callable[[dict], bool], draw: random.Random) -> dict:
    """Return one of the states between that are fit: its kind is drawn first, then how far down it is."""
    kinds: dict[tuple[str, ...], list[dict]] = {}
    for name, state in states.items():
        if name not in ("Begin", "Finish", "Failed") and is_fit(state):
            kinds.setdefault((state["Type"], *state.get("Parameters", ())), []).append(state)
    fitting = kinds[draw.choice(sorted(kinds))]
    return fitting[int(draw.random() * len(fitting))]


def _parameter(parameters: dict, draw: random.Random) -> None:
    names = [
        name for name, value in parameters.items() if not isinstance(value, list) and name != "is_large.$"
    ]
    name = draw.choice(names)
    value = parameters[name]
    if isinstance(value, int):
        parameters[name] = value + 1
    else:
        parameters[name] = (
            f"({value})"
            if name.endswith(".=")
            else draw.choice([place for place in PLACES if place != value])
        )
