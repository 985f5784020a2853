"""Texts as they follow each other while somebody types: each has one edit more, in one state."""

import json
import random
from collections.abc import Iterator
from itertools import cycle, islice

import definitions

PLACES = ("$.source.id", "$.source.path", "$.target.id", "$.target.path")


def texts(shape: str, size: int, count: int) -> list[str]:
    """Return so many texts after the first, with edits in states all over the flow, the same each time."""
    flow = definitions.flow(shape, size)
    edits = _edits(flow["States"], random.Random(f"{shape} {size}"))
    return [json.dumps(flow, indent=2) for _ in islice(edits, count)]


def _edits(states: dict, draw: random.Random) -> Iterator[None]:
    """Edit in turn a Comment, a Next, a value of Parameters and a rule, and take the Next back."""
    for number in cycle(range(1_000)):
        draw.choice(list(states.values()))["Comment"] = f"Remark {number}"
        yield
        led = draw.choice([state for state in states.values() if "Next" in state])
        skipped = states[led["Next"]]
        before, led["Next"] = led["Next"], skipped.get("Next") or skipped.get("Default", "Finish")
        yield
        _parameter(
            draw.choice([state["Parameters"] for state in states.values() if "Parameters" in state]), draw
        )
        yield
        rules = draw.choice([state["Choices"] for state in states.values() if "Choices" in state])
        rules[0] = {"Variable": "$.limit", "NumericEquals": number, "Next": rules[0]["Next"]}
        yield
        led["Next"] = before
        yield


def _parameter(parameters: dict, draw: random.Random) -> None:
    names = [
        name for name, value in parameters.items() if not isinstance(value, list) and name != "is_large.$"
    ]
    name = draw.choice(names)
    value = parameters[name]
    if isinstance(value, int):
        parameters[name] = value + 1
    else:
        parameters[name] = f"({value})" if name.endswith(".=") else draw.choice(PLACES)
