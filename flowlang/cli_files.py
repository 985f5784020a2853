"""Reading the files that the command line names."""

from __future__ import annotations

import sys
from typing import BinaryIO, Final

from flowlang import excerpt
from flowlang.definition import MAX_TEXT_BYTES

STANDARD_INPUT: Final = "-"


class Unreadable(Exception):
    """A file that cannot be read; the message says which and why."""


def read(name: str) -> str:
    """Return the text of a file; "-" is standard input. Raises Unreadable.

    What is too large is cut, and reported as too large by whoever reads the text.
    """
    try:
        if name == STANDARD_INPUT:
            if sys.stdin is None:
                raise Unreadable("<stdin> cannot be read: it is closed.")
            return _decoded(sys.stdin.buffer)
        with open(name, "rb") as file:
            return _decoded(file)
    except OSError as error:
        raise Unreadable(f"{excerpt.printable(shown(name))} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 (byte {error.start})"
        raise Unreadable(f"{excerpt.printable(shown(name))} cannot be read: {reason}.") from error


def shown(name: str) -> str:
    """Return a file's name for people."""
    return "<stdin>" if name == STANDARD_INPUT else name or '""'


def _decoded(file: BinaryIO) -> str:
    raw = file.read(MAX_TEXT_BYTES + 1)
    # Also where it was cut inside a character.
    return raw.decode("utf-8", "replace" if len(raw) > MAX_TEXT_BYTES else "strict")
