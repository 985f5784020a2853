"""Edits that are made in the diagram: what the page asks for, and the edits of the text that it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flowlang import graph
from flowlang.definition import Document, parse, transitions
from flowlang.editing import Arrow, EditError, Flow
from flowlang.editing_text import Edited, edit
from ide import palette
from wire.errors import BadRequest, Unprocessable

Wish = Mapping[str, Any]


def answer(text: str, wish: Wish) -> dict[str, Any]:
    """Return {"edits", "stops", "state"}: what a wish does to the text, in UTF-16 units as browsers count.

    wish    {"do": one of ACTIONS, and what that asks for}
    stops   where to type on, in the text as it will be
    state   the state to look at afterwards; None where there is no new one
    Raises  BadRequest for no wish, Unprocessable for one that cannot be done
    """
    action = ACTIONS.get(str(wish.get("do")))
    if action is None:
        raise BadRequest(f'"do" must be one of {", ".join(ACTIONS)}; it is {str(wish.get("do"))[:60]!r}.')
    state: list[str | None] = [None]

    def change(flow: Flow) -> None:
        state[0] = action(flow, wish)

    return changed(text, change) | {"state": state[0]}


def changed(text: str, change: Callable[[Flow], object]) -> dict[str, Any]:
    """Return {"edits", "stops"} for a change. Raises Unprocessable with the reason why it cannot be made."""
    try:
        edited = edit(text, change)
    except EditError as refused:
        raise Unprocessable(str(refused)) from refused
    return _as_json(parse(text), edited)


def _as_json(before: Document, edited: Edited) -> dict[str, Any]:
    after = parse(edited.text)
    return {
        "edits": [
            {"from": before.utf16(one.start), "to": before.utf16(one.end), "insert": one.text}
            for one in edited.edits
        ],
        "stops": [[[after.utf16(start), after.utf16(end)] for start, end in stop] for stop in edited.stops],
    }


# --- what can be done


def _add(flow: Flow, wish: Wish) -> str:
    return flow.add(palette.part(_text(wish, "part")), _name(wish, "state"))


def _insert(flow: Flow, wish: Wish) -> str:
    first, *others = _arrows(flow, wish)
    name = flow.insert(palette.part(_text(wish, "part")), first)
    for arrow in others:
        flow.lead(arrow, name)
    return name


def _connect(flow: Flow, wish: Wish) -> None:
    flow.connect(_text(wish, "state"), _text(wish, "target"), str(wish.get("kind", "")))


def _lead(flow: Flow, wish: Wish) -> None:
    if _text(wish, "target") not in flow.states:
        raise EditError(f'There is no state "{_text(wish, "target")}" to lead the arrow to.')
    for arrow in _arrows(flow, wish):
        flow.lead(arrow, _text(wish, "target"))


def _disconnect(flow: Flow, wish: Wish) -> None:
    for arrow in reversed(_arrows(flow, wish)):
        flow.disconnect(arrow)


def _delete(flow: Flow, wish: Wish) -> None:
    flow.delete(_text(wish, "state"))


def _prune(flow: Flow, wish: Wish) -> None:
    lost = graph.lost(graph.build(flow.value))
    if not lost:
        raise EditError("Every state is reached from the start: there is nothing to delete.")
    for name in lost:
        del flow.states[name]


def _duplicate(flow: Flow, wish: Wish) -> str:
    return flow.duplicate(_text(wish, "state"))


def _retype(flow: Flow, wish: Wish) -> None:
    flow.retype(_text(wish, "state"), _text(wish, "type"))


ACTIONS: Final[Mapping[str, Callable[[Flow, Wish], str | None]]] = {
    "add": _add, "insert": _insert, "connect": _connect, "lead": _lead, "disconnect": _disconnect,
    "delete": _delete, "prune": _prune, "duplicate": _duplicate, "retype": _retype,
}  # fmt: skip


# --- reading a wish


def _text(wish: Wish, name: str) -> str:
    value = wish.get(name)
    if not isinstance(value, str):
        raise BadRequest(f'"{name}" must be a text; it is {str(value)[:60]!r}.')
    return value


def _name(wish: Wish, name: str) -> str | None:
    return None if wish.get(name) is None else _text(wish, name)


def _arrows(flow: Flow, wish: Wish) -> list[Arrow]:
    """Return the arrows that the diagram draws as one: of one kind, between the same two states."""
    about = wish.get("arrow")
    if not isinstance(about, dict):
        raise BadRequest('"arrow" must be an object with "from", "to" and "kind".')
    source, target = _name(about, "from"), _name(about, "to")
    if source is None:
        return [Arrow(None)]
    if target is None:
        return [Arrow(source, ("End",))]
    found = [
        Arrow(source, way.loc)
        for way in transitions(flow.states.get(source))
        if way.target == target and way.kind == about.get("kind")
    ]
    if not found:
        raise EditError(f'No such arrow leads from "{source}" to "{target}" any more. Choose it again.')
    return found
