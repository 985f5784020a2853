"""JSON as people type and read it in a form."""

from __future__ import annotations

import json
from typing import Final

from flowlang import definition
from flowlang.problems import JSON

MAX_BYTES: Final = 1_048_576


def parse(text: str) -> JSON:
    """Return the value that `text` is. Raises ValueError with a sentence that names line and column."""
    document = definition.parse(text, MAX_BYTES)
    if document.problems:
        problem = document.problems[0]
        line, column = document.position(problem.start)
        raise ValueError(f"Line {line}, column {column}: {problem.message}")
    return document.value


def write(value: JSON, *, pretty: bool = True) -> str:
    """Return `value` as text; `pretty` is with line breaks, for people."""
    return json.dumps(value, ensure_ascii=False, indent=2 if pretty else None)
