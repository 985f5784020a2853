"""An edit of the picture as edits of the author's text, with the placeholders that are to be typed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from flowlang.definition import parse, transitions
from flowlang.editing import EditError, Flow
from flowlang.editing_parts import BARE, CLOSED, OPENED
from flowlang.editing_patch import patch
from flowlang.editing_states import State, led
from flowlang.problems import JSON, Edit

_MARK: Final = re.compile(f'"{BARE}([^{CLOSED}]*){CLOSED}"|{OPENED}([^{CLOSED}]*){CLOSED}')
_MARKS: Final = (OPENED, CLOSED, BARE)

Spot = tuple[int, int]


class Edited(NamedTuple):
    """What an edit does to the text.

    edits  in the order of the text, in code points of the text as it was
    stops  where to type on, in code points of the text as it will be: the places of a stop say the same,
           such as a new state's name; the new names come first
    text   the text as it will be
    """

    edits: tuple[Edit, ...]
    stops: tuple[tuple[Spot, ...], ...]
    text: str


def edit(text: str, change: Callable[[Flow], object]) -> Edited:
    """Return the least edits that make `change` in the author's text. Raises EditError, with the reason."""
    document = parse(text)
    if document.problems or any(mark in text for mark in _MARKS):
        first = (
            document.problems[0].message if document.problems else "It holds characters that mean nothing."
        )
        raise EditError(f"The picture can be edited once the text is sound JSON. {first}")
    flow = Flow(document.value)
    change(flow)
    return _unmarked(text, patch(document, _named(flow)), flow.made)


def _named(flow: Flow) -> JSON:
    """Return the changed definition with the names of new states marked, wherever they stand."""
    names = {name: f"{OPENED}{name}{CLOSED}" for name in flow.made}
    if not names:
        return flow.value
    states = {names.get(name, name): _pointed(state, names) for name, state in flow.states.items()}
    start = names.get(str(flow.start))
    return flow.value | {"States": states} | ({"StartAt": start} if start else {})


def _pointed(state: JSON, names: dict[str, str]) -> JSON:
    for way in transitions(state):
        if way.target in names and isinstance(state, dict):
            changed: State = led(state, way.loc, names[way.target])
            state = changed
    return state


def _unmarked(text: str, marked: tuple[Edit, ...], made: list[str]) -> Edited:
    """Take the marks out of the edits, and note where they stood."""
    edits: list[Edit] = []
    spots: list[tuple[str, Spot]] = []
    shift = 0
    for one in marked:
        plain, found = _plain(one.text)
        spots += [
            (words, (one.start + shift + at, one.start + shift + at + len(words))) for words, at in found
        ]
        edits.append(Edit(one.start, one.end, plain))
        shift += len(plain) - (one.end - one.start)
    return Edited(tuple(edits), _stops(spots, made), _applied(text, edits))


def _plain(text: str) -> tuple[str, list[tuple[str, int]]]:
    """Return the text without marks, and what was marked with its place."""
    parts, found, at, length = list[str](), list[tuple[str, int]](), 0, 0
    for match in _MARK.finditer(text):
        words = match[1] if match[1] is not None else match[2]
        parts += [text[at : match.start()], words]
        length += match.start() - at
        found.append((words, length))
        length += len(words)
        at = match.end()
    return "".join([*parts, text[at:]]), found


def _stops(spots: list[tuple[str, Spot]], made: list[str]) -> tuple[tuple[Spot, ...], ...]:
    named = [tuple(spot for words, spot in spots if words == name) for name in made]
    return tuple(stop for stop in (*named, *((spot,) for words, spot in spots if words not in made)) if stop)


def _applied(text: str, edits: list[Edit]) -> str:
    for one in reversed(edits):
        text = text[: one.start] + one.text + text[one.end :]
    return text
