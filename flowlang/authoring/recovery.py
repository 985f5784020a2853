"""What a text that is being typed probably says, although it is not JSON at the moment."""

from __future__ import annotations

from typing import Final

from flowlang.definition import Document, parse
from flowlang.problems import Edit
from flowlang.reader import Reader

# Brackets that are left open at the end are closed one after the other.
_MOST_TRIES: Final = 4


def recovered(text: str, max_bytes: int) -> Document:
    """Return the text as it was read, with a value even where it is broken: without what makes no sense.

    Places in it are those of the author's text up to the first bracket that had to be added.
    """
    document = parse(text, max_bytes)
    if document.is_json or any(problem.code == "json-size" for problem in document.problems):
        return document
    for _ in range(_MOST_TRIES):
        reader = Reader(text)
        reader.read()
        if reader.value is not None:
            return Document(text, reader.value, reader.problems, reader)
        edit = _closing(reader)
        if edit is None:
            break
        text = text[: edit.start] + edit.text + text[edit.end :]
    return document


def _closing(reader: Reader) -> Edit | None:
    """Return the edit that closes what is open at the end of the text."""
    for problem in reversed(reader.problems):
        if problem.code == "json-open" and problem.fixes:
            return problem.fixes[0].edits[0]
    return None
