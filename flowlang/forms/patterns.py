"""`pattern` and `patternProperties`: searches that end in time, whatever the author wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import jsonschema_rs
import re2

MAX_PATTERN_CHARACTERS: Final = 4_096
_BACKTRACKS: Final = 20_000


class PatternError(ValueError):
    """A pattern that no engine of ours can compile."""


def search(pattern: str, text: str) -> bool:
    """Whether `pattern` matches somewhere in `text` (unanchored, as in JSON Schema).

    1. RE2 searches in linear time.
    2. What RE2 refuses (look-around, back-references, long repetitions) is searched with backtracking, cut
       off after a fixed number of steps; a search that is cut off counts as no match.

    Raises PatternError when the pattern is not a regular expression.
    """
    return _compiled(pattern)(text)


def is_pattern(text: str) -> bool:
    """Whether `text` is a regular expression."""
    try:
        _compiled(text)
    except PatternError:
        return False
    return True


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Callable[[str], bool]:
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise PatternError(f"a pattern has {len(pattern)} characters; {MAX_PATTERN_CHARACTERS} are the most.")
    options = re2.Options()
    options.log_errors = False
    try:
        linear = re2.compile(pattern, options)
    except re2.error:
        return _backtracking(pattern)
    return lambda text: linear.search(text) is not None


def _backtracking(pattern: str) -> Callable[[str], bool]:
    limits = jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS)
    try:
        validator = jsonschema_rs.Draft7Validator({"pattern": pattern}, pattern_options=limits)
    except jsonschema_rs.ValidationError as error:
        raise PatternError(f"{pattern[:200]!r} is not a regular expression.") from error
    return validator.is_valid
