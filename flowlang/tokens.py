"""The pieces of JSON text: names and scalars, read leniently, and the places of members."""

from __future__ import annotations

import re
from typing import TypeAlias

from flowlang import misquoted, quoted
from flowlang.flaws import Flaw
from flowlang.members import MAX_INTEGER, MIN_INTEGER
from flowlang.problems import JSON

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"[-+]*(?:(?:Infinity|NaN)\b|\.?[0-9](?:[eE][+-][0-9]|[0-9A-Za-z_.])*)")
_ZEROS = re.compile(r"(?<![0-9.])0+(?=[0-9])")
# A run of what can stand neither around a value nor in quotes, and several of them in one line.
_BARE = re.compile(r"[^\s\"'`“”„‘’{}\[\],:;=()<>\x00-\x1f\ud800-\udfff]+")
_BARE_WORDS = re.compile(rf"{_BARE.pattern}(?:[ \t]+(?!//|/\*|#){_BARE.pattern})*")
_AFTER_NAME = re.compile(r"\"?[ \t]*:")
# What follows a value in a list, or is a name itself; a word before it is no name.
_NO_NAME = re.compile(r"\s*(?:[,\]]|\"[^\"\n]*\"\s*:)")
_WORD = re.compile(r"[\w$][\w$.-]*")
_WORDS: dict[str, JSON] = {"true": True, "false": False, "null": None}
_FOREIGN_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


Scalar: TypeAlias = "tuple[JSON, int, list[Flaw]]"


def scalar(text: str, pos: int) -> Scalar | None:
    """Return the string, number or word that starts at `pos`; None when there is none."""
    if text[pos] in quoted.QUOTES:
        return quoted.read(text, pos)
    number, bare = _NUMBER_LIKE.match(text, pos), _BARE.match(text, pos)
    if number and (bare is None or number.end() >= bare.end()):
        return _number(number.group(), pos, number.end())
    if bare:
        return _word(text, bare)
    return None


def key(text: str, pos: int) -> quoted.Text | None:
    """Return the member's name that starts at `pos`, quoted or not; None when there is none."""
    if text[pos] in quoted.QUOTES:
        return quoted.read(text, pos, is_name=True)
    words = _BARE_WORDS.match(text, pos)
    is_name = words and _AFTER_NAME.match(text, words.end())
    match = words if is_name else _WORD.match(text, pos)
    if match is None or _NO_NAME.match(text, match.end()):
        return None
    name, end = match.group(), misquoted.half_quoted(text, match.end(), is_name=True)
    message = f"The name {name[:40]} needs double quotes."
    return name, end, [Flaw("json-quotes", message, pos, end, _in_quotes(name))]


def _in_quotes(name: str) -> str:
    return '"' + name.replace("\\", "\\\\") + '"'


def _number(text: str, start: int, end: int) -> Scalar:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None, end, [_odd_number(text, start, end)]
    is_whole = match.group(1) is None and match.group(2) is None
    # Python refuses to read integers of thousands of digits; none of these would be in range.
    value: int | float = float(text) if not is_whole or len(text) > 25 else int(text)
    is_kept = MIN_INTEGER <= value <= MAX_INTEGER if is_whole else abs(value) != float("inf")
    if is_kept:
        return value, end, []
    message = f"The number {text[:30]} is too large to be kept."
    return value, end, [Flaw("json-number-range", message, start, end, f'"{text}"' if is_whole else None)]


def _odd_number(text: str, start: int, end: int) -> Flaw:
    if text.endswith(("Infinity", "NaN")):
        message = f"JSON has no {text.lstrip('+-')}. Use a number, or null."
        return Flaw("json-number-range", message, start, end, "null")
    better = _ZEROS.sub("", text.removeprefix("+").replace("_", ""), count=1)
    better = f"0{better}" if better.startswith(".") else f"{better}0" if better.endswith(".") else better
    message = f"{text[:30]} is not a number in JSON. Write digits, without + or leading zeros."
    return Flaw("json-number", message, start, end, better if _NUMBER.fullmatch(better) else None)


def _word(text: str, first: re.Match[str]) -> Scalar:
    """Return what is written as words without quotes, to the end of the line or of the value."""
    start, end, word = first.start(), first.end(), first.group()
    if word in _WORDS:
        return _WORDS[word], end, []
    if word not in _FOREIGN_WORDS and (words := _BARE_WORDS.match(text, start)):
        word, end = words.group(), misquoted.half_quoted(text, words.end())
    if end > start + len(word):
        return (
            word,
            end,
            [Flaw("json-quotes", "This text has no opening quote.", start, end, _in_quotes(word))],
        )
    better = _FOREIGN_WORDS.get(word, _in_quotes(word))
    message = f"{word[:40]} is no JSON value. Put text in double quotes; other words are true, false, null."
    return _WORDS.get(better, word), end, [Flaw("json-literal", message, start, end, better)]
