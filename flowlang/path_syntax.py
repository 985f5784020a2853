"""Reading the text of a path into its steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

MAX_PATH_CHARACTERS: Final = 4_096
MAX_STEPS: Final = 64


@dataclass(frozen=True, slots=True)
class Wildcard:
    """[*] or .*: every item or member."""


@dataclass(frozen=True, slots=True)
class Union:
    """[0,2] or ['a','b']: each of these that is there."""

    choices: tuple[str | int, ...]


Step: TypeAlias = "str | int | Wildcard | slice | Union"


class PathSyntaxError(ValueError):
    """A text that is not a path. `offset` counts code points from the start of the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


_NAME = re.compile(r"[^.\[\]'\"(),?*@\s]+")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_INDEX = re.compile(r"-?[0-9]{1,15}(?![0-9])")
_SLICE = re.compile(r"(-?[0-9]{1,15})?\s*:\s*(-?[0-9]{1,15})?\s*(?::\s*(-?[0-9]{1,15})?)?(?=\s*\])")
_SPACE = re.compile(r"\s*")


def read_steps(text: str) -> tuple[Step, ...]:
    """Return the steps after `$` in `text`. Raises PathSyntaxError."""
    _check_start(text)
    steps: list[Step] = []
    at = 1
    while at < len(text):
        step, at = _read_step(text, at)
        steps.append(step)
        if len(steps) > MAX_STEPS:
            raise PathSyntaxError(f"A path has at most {MAX_STEPS} steps.", at)
    return tuple(steps)


def step_offsets(text: str) -> list[int]:
    """Return where the name or bracket of each step stands in the text of a path. Raises PathSyntaxError."""
    offsets: list[int] = []
    at = 1
    while at < len(text):
        offsets.append(at + (text[at] == "."))
        _, at = _read_step(text, at)
    return offsets


def _check_start(text: str) -> None:
    if text.startswith("$$"):
        raise PathSyntaxError("There is no $$ here; the context of the run is $._context.", 0)
    if text.startswith("States."):
        raise PathSyntaxError(
            "Functions such as States.Format do not exist here; use a field that ends in .= instead.", 0
        )
    if not text.startswith("$"):
        raise PathSyntaxError(
            f'A path starts with "$", for example $.source.path; "{text[:40]}" does not.', 0
        )
    if len(text) > MAX_PATH_CHARACTERS:
        raise PathSyntaxError(f"A path has at most {MAX_PATH_CHARACTERS:,} characters.", MAX_PATH_CHARACTERS)


def _read_step(text: str, at: int) -> tuple[Step, int]:
    if text[at] == "[":
        return _read_bracket(text, at)
    if text[at] != ".":
        raise PathSyntaxError(f'"." or "[" is expected where "{text[at]}" stands.', at)
    if text.startswith("..", at):
        raise PathSyntaxError('".." (search at every depth) is not supported; name each step.', at)
    if text.startswith("*", at + 1):
        return Wildcard(), at + 2
    name = _NAME.match(text, at + 1)
    if name is None:
        raise PathSyntaxError(
            "A name is missing after \".\"; put unusual names in brackets: ['my name'].", at + 1
        )
    return name[0], name.end()


def _read_bracket(text: str, start: int) -> tuple[Step, int]:
    at = _skip(text, start + 1)
    whole = _SLICE.match(text, at)
    if whole is not None:
        return _slice(whole), _close(text, whole.end())
    if text.startswith("*", at):
        return Wildcard(), _close(text, at + 1)
    choices: list[str | int] = []
    while True:
        choice, at = _read_choice(text, at)
        choices.append(choice)
        at = _skip(text, at)
        if not text.startswith(",", at):
            break
        at = _skip(text, at + 1)
    return (choices[0] if len(choices) == 1 else Union(tuple(choices))), _close(text, at)


def _read_choice(text: str, at: int) -> tuple[str | int, int]:
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2] or "", flags=re.DOTALL), quoted.end()
    index = _INDEX.match(text, at)
    if index is not None:
        return int(index[0]), index.end()
    raise PathSyntaxError(_bracket_trouble(text[at : at + 1]), at)


def _bracket_trouble(found: str) -> str:
    if found == "?":
        return "Filters [?(...)] are not supported; use an expression with a list comprehension."
    if found == "(":
        return "Scripts [(...)] are not supported; use an expression."
    if found in ("'", '"'):
        return f"The text that begins with {found} is not closed."
    return "In brackets there must be an index, a quoted name, a slice or *."


def _slice(match: re.Match[str]) -> slice:
    first, last, step = (int(part) if part else None for part in match.groups())
    if step == 0:
        raise PathSyntaxError("The step of a slice cannot be 0.", match.start(3))
    return slice(first, last, step)


def _close(text: str, at: int) -> int:
    at = _skip(text, at)
    if not text.startswith("]", at):
        raise PathSyntaxError('"]" is missing.', at)
    return at + 1


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
