"""The scalar values of a document, as a search finds them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

MOST_VALUES: Final = 300  # of an input, and of an output
LONGEST_VALUE: Final = 120
_LONGEST_PATH: Final = 200
MOST_VISITED: Final = 20_000

Pair = tuple[str, str]


def folded(text: str) -> str:
    """Return `text` as it is kept and looked up: in lower case, blanks as one."""
    return " ".join(text.replace("\0", " ").casefold().split())


def cut(text: str) -> str:
    """Return the folded beginning of a value by which it is found."""
    return folded(text[: 2 * LONGEST_VALUE])[:LONGEST_VALUE]


def pairs(document: Any, most: int = MOST_VALUES) -> set[Pair]:
    """Return (path, value) of the first so many different scalars of a document.

    A text with slashes is found by what follows the last one, too: a file by its name.
    """
    found: set[Pair] = set()
    for path, scalar in _scalars(document):
        for text in _texts(scalar):
            if len(found) >= most:
                return found
            found.add((path, text))
    return found


def _scalars(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield each scalar and its path, in the order of the document; without recursion, and bounded."""
    waiting: list[tuple[str, Any]] = [("", document)]
    for _ in range(MOST_VISITED):
        if not waiting:
            return
        path, value = waiting.pop()
        if isinstance(value, dict):
            below = [(f"{path}.{name}" if path else name, member) for name, member in value.items()]
            waiting.extend(reversed([pair for pair in below if len(pair[0]) <= _LONGEST_PATH]))
        elif isinstance(value, list):
            waiting.extend((path, item) for item in reversed(value))
        else:
            yield path.replace("\0", " "), value


def _texts(scalar: Any) -> Iterator[str]:
    if isinstance(scalar, str):
        whole = cut(scalar)
        yield whole
        name = cut(scalar.rstrip("/").rpartition("/")[2])
        if name and name != whole:
            yield name
    elif isinstance(scalar, bool) or scalar is None:
        yield {True: "true", False: "false", None: "null"}[scalar]
    else:
        yield number(scalar)


def number(value: float) -> str:
    """Return a number as it is written: 7.0 as 7."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value) if is_whole else value)
