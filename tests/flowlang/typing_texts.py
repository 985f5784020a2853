"""Texts as they follow each other while somebody types, out of any definition: sound ones and broken ones."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

SCALARS: tuple[Any, ...] = (
    *(
        "$.n",
        "$.a.b",
        "$",
        "n + 1",
        "a.b",
        "[x for x in list]",
        "getattr('a.b', 7)",
        "x y",
        "",
        "Fail",
        "Pass",
    ),
    *(None, True, 1, 1.0, 0, {}, [], {"a.$": "$.a"}, ["States.ALL"], "$.copy.details.files", "$.r[0]"),
)
NAMES = (
    "ResultPath",
    "Next",
    "End",
    "Default",
    "Comment",
    "WaitTime",
    "a.$",
    "a.=",
    "Parameters",
    "InputPath",
)


def texts(definition: Any, seed: int, count: int) -> Iterator[str]:
    """Yield `definition` as text, and so many others, each one edit away from some text before it."""
    draw = random.Random(seed)
    value = json.loads(json.dumps(definition))
    for _ in range(count):
        layout = draw.choice((2, 2, 2, None))
        text = json.dumps(value, indent=layout, ensure_ascii=draw.random() < 0.5)
        yield text
        if draw.random() < 0.2:
            yield _slip(text, draw)
        draw.choice(_EDITS)(value, draw)


def _slip(text: str, draw: random.Random) -> str:
    """Return the text with one character more, less, or other; or with a member twice."""
    at = draw.randrange(len(text))
    return (
        text[:at]
        + draw.choice(("", "x", '"', "}", ",", '"Type": "Pass", '))
        + text[at + draw.choice((0, 1)) :]
    )


def _states(value: Any) -> dict[str, Any]:
    states = value.get("States") if isinstance(value, dict) else None
    return states if isinstance(states, dict) else {}


def _objects(value: Any) -> list[Any]:
    found = [value] if isinstance(value, dict | list) and value else []
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [inner for each in below for inner in _objects(each)]


def _put(value: Any, draw: random.Random) -> None:
    """Give something inside a state another value."""
    places = [place for state in _states(value).values() for place in _objects(state)]
    if places:
        place = draw.choice(places)
        place[draw.choice(list(place) if isinstance(place, dict) else range(len(place)))] = _scalar(draw)


def _scalar(draw: random.Random) -> Any:
    return json.loads(json.dumps(draw.choice(SCALARS)))


def _add(value: Any, draw: random.Random) -> None:
    states = [state for state in _states(value).values() if isinstance(state, dict)]
    if states:
        draw.choice(states)[draw.choice(NAMES)] = _scalar(draw)


def _remove(value: Any, draw: random.Random) -> None:
    places = [place for state in _states(value).values() for place in _objects(state)]
    if places:
        place = draw.choice(places)
        del place[draw.choice(list(place) if isinstance(place, dict) else range(len(place)))]


def _lead(value: Any, draw: random.Random) -> None:
    states = _states(value)
    if states:
        state = draw.choice(list(states.values()))
        if isinstance(state, dict):
            state["Next"] = draw.choice([*states, "Nowhere"])


def _rename(value: Any, draw: random.Random) -> None:
    states = _states(value)
    if states:
        name = draw.choice(list(states))
        states[f"{name}é"] = states.pop(name)


def _swap(value: Any, draw: random.Random) -> None:
    """Give two states each other's place, or each other's content."""
    states = _states(value)
    if len(states) > 1:
        one, other = draw.sample(list(states), 2)
        states[one], states[other] = states[other], states[one]
        states[one] = states.pop(one)


_EDITS: tuple[Callable[[Any, random.Random], None], ...] = (
    _put,
    _put,
    _put,
    _add,
    _remove,
    _lead,
    _rename,
    _swap,
)
