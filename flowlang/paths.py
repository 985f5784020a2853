"""JSONPath as flows use it: parsed once, walked without a library, written by copying along the path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias, cast

from flowlang.path_syntax import PathSyntaxError, Step, Union, Wildcard, read_steps
from flowlang.problems import JSON, FlowError

__all__ = ["MISSING", "Missing", "Path", "PathSyntaxError", "Step", "find", "get", "kind", "parse", "put"]

CONTEXT_NAME: Final = "_context"


class Missing(Enum):
    """What `find` answers where a path leads to nothing (null is a value)."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
Found: TypeAlias = "JSON | Missing"


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path.

    text           as the author wrote it
    steps          str: a member; int: an index, negative from the end; the other kinds match many
    is_definite    leads to one value at most
    is_reference   definite, with members and non-negative indexes only
    reads_context  starts at `$._context`
    """

    text: str
    steps: tuple[Step, ...]
    is_definite: bool = field(init=False)
    is_reference: bool = field(init=False)
    reads_context: bool = field(init=False)

    def __post_init__(self) -> None:
        definite = all(isinstance(step, (str, int)) for step in self.steps)
        negative = any(isinstance(step, int) and step < 0 for step in self.steps)
        object.__setattr__(self, "is_definite", definite)
        object.__setattr__(self, "is_reference", definite and not negative)
        object.__setattr__(self, "reads_context", self.steps[:1] == (CONTEXT_NAME,))


def parse(text: str) -> Path:
    """Return the path that `text` writes.

    text    `$`, then .name ['name'] [0] [-1] [*] .* [0:2] [0,2]
    Raises  PathSyntaxError (a ValueError with `.offset`, code points) naming what is wrong
    Source  Flows documentation, "JSONPath"; the forms it leaves open are those of ASL's reference paths
    """
    return Path(text, read_steps(text))


def _nothing(steps: int) -> None:
    """What a walk costs where nobody counts."""


def find(path: Path, data: JSON, context: JSON, pay: Callable[[int], None] = _nothing) -> Found:
    """Return the value at `path`, or MISSING.

    data     the run data
    context  what `$._context` stands for
    pay      called on the way with the steps that it takes; may raise to end the walk
    An indefinite path gives the list of all matches, possibly empty.
    """
    root: JSON = {CONTEXT_NAME: context} if path.reads_context else data
    if path.is_definite:
        pay(len(path.steps))
        return _walk(root, path.steps)
    return _matches(root, path.steps, pay)


def get(path: Path, data: JSON, context: JSON, pay: Callable[[int], None] = _nothing) -> JSON:
    """Return the value at `path`; arguments as for `find`.

    Raises FlowError("States.Runtime") that names the path and the first step that leads nowhere
    """
    value = find(path, data, context, pay)
    if value is MISSING:
        raise FlowError("States.Runtime", f"{path.text} leads to nothing: {_explain(path, data, context)}")
    return value


def put(path: Path, data: JSON, result: JSON) -> JSON:
    """Return `data` with `result` stored at `path`: what lies along it is copied, nothing is changed.

    path    names and indexes; missing parents are made as objects; an index replaces an item that is there;
            `$` answers `result` itself
    Raises  FlowError("States.ResultPathMatchFailure") when a parent is not an object, an item is not there or
            the path is not writable
    Source  Amazon States Language, "ResultPath"
    """
    if not path.is_reference:
        raise _no_place(path, "a result can be stored at one place only, named by names and indexes")
    if path.reads_context:
        raise _no_place(path, "$._context is read-only")
    return _stored(path, data, 0, result)


def _stored(path: Path, value: Found, at: int, result: JSON) -> JSON:
    if at == len(path.steps):
        return result
    step: Any = path.steps[at]
    copy: Any = _copied_list(path, value, at) if isinstance(step, int) else _copied_object(path, value, at)
    below = copy.get(step, MISSING) if isinstance(copy, dict) else copy[step]
    copy[step] = _stored(path, below, at + 1, result)
    return cast("JSON", copy)


def _copied_object(path: Path, value: Found, at: int) -> dict[str, JSON]:
    if value is MISSING:
        return {}
    if not isinstance(value, dict):
        raise _no_place(path, f"{_place(path, at)} is {kind(value)}, not an object")
    return dict(value)


def _copied_list(path: Path, value: Found, at: int) -> list[JSON]:
    if not isinstance(value, list):
        found = "not there" if value is MISSING else f"{kind(value)}, not an array"
        raise _no_place(path, f"{_place(path, at)} is {found}")
    if path.steps[at] not in range(len(value)):
        raise _no_place(path, f"{_place(path, at)} has {len(value)} items; only one of them can be replaced")
    return list(value)


def _place(path: Path, at: int) -> str:
    return f'"{path.steps[at - 1]}"' if at else "the run data"


def _no_place(path: Path, reason: str) -> FlowError:
    return FlowError("States.ResultPathMatchFailure", f"Nothing can be stored at {path.text}: {reason}.")


def _walk(root: JSON, steps: tuple[Step, ...]) -> Found:
    value: Any = root
    try:
        for step in steps:
            if isinstance(step, int) and not isinstance(value, list):
                return MISSING
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return MISSING
    return cast("JSON", value)


def _matches(root: JSON, steps: tuple[Step, ...], pay: Callable[[int], None]) -> list[JSON]:
    values = [root]
    for step in steps:
        below: list[JSON] = []
        for value in values:
            before = len(below)
            below.extend(_branches(value, step))
            pay(6 + 3 * (len(below) - before))
        values = below
    return values


def _branches(value: JSON, step: Step) -> Iterable[JSON]:
    if isinstance(step, Wildcard):
        return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(step, slice):
        return value[step] if isinstance(value, list) else ()
    choices = step.choices if isinstance(step, Union) else (step,)
    found = [_walk(value, (choice,)) for choice in _distinct(value, choices)]
    return [below for below in found if below is not MISSING]


def _distinct(value: JSON, choices: tuple[str | int, ...]) -> dict[str | int, None]:
    # Two names of one item must not branch twice: nested unions would grow without bound.
    size = len(value) if isinstance(value, list) else 0
    return dict.fromkeys(c + size if isinstance(c, int) and -size <= c < 0 else c for c in choices)


def _explain(path: Path, data: JSON, context: JSON) -> str:
    value: JSON = {CONTEXT_NAME: context} if path.reads_context else data
    place = "$"
    for step in path.steps:
        below = _walk(value, (step,))
        if below is MISSING:
            return f"{place} {_lack(value, step)}."
        value = below
        place += f".{step}" if isinstance(step, str) else f"[{step}]"
    return f"{place} is not there."


def _lack(value: JSON, step: Step) -> str:
    if isinstance(step, str):
        return f'has no member "{step}"' if isinstance(value, dict) else f"is {kind(value)}, not an object"
    return f"has {len(value)} items" if isinstance(value, list) else f"is {kind(value)}, not an array"


def kind(value: object) -> str:
    """Return the kind of a JSON value in words: "text", "a number", "an object" ..."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    return "text" if isinstance(value, str) else "an object" if isinstance(value, dict) else "an array"
