"""`pattern` and `patternProperties`: searches that end in time, whatever the author wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import jsonschema_rs
import re2

MAX_PATTERN_CHARACTERS: Final = 4_096
_BACKTRACKS: Final = 20_000
_SPACE: Final = (
    "\\s",
    "\\S",
)  # to RE2 only five of them are white space; in JSON Schema all of Unicode's are


class PatternError(ValueError):
    """A pattern that no engine of ours can compile."""


def search(pattern: str, text: str) -> bool:
    """Whether `pattern` matches somewhere in `text` (unanchored, as in JSON Schema).

    1. RE2 searches in linear time.
    2. What RE2 refuses (look-around, back-references, long repetitions) is searched with backtracking, cut
       off after a fixed number of steps; a search that is cut off counts as no match. So is a text with
       characters that RE2 and JSON Schema do not both count as white space, where the pattern asks for that.

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

    def find(text: str) -> bool:
        return linear.search(text) is not None

    return _spacious(pattern, find) if any(mark in pattern for mark in _SPACE) else find


def _spacious(pattern: str, find: Callable[[str], bool]) -> Callable[[str], bool]:
    try:
        other = _backtracking(pattern)
    except PatternError:
        return find
    return lambda text: find(text) if text.isascii() and "\v" not in text else other(text)


def _backtracking(pattern: str) -> Callable[[str], bool]:
    limits = jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS)
    try:
        validator = jsonschema_rs.Draft7Validator({"pattern": pattern}, pattern_options=limits)
    except jsonschema_rs.ValidationError as error:
        raise PatternError(f"{pattern[:200]!r} is not a regular expression.") from error
    return validator.is_valid
