"""The pieces of JSON text: scalars read leniently, places, and what can be wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from flowlang.problems import JSON, Problem

# The JSON writer that everything goes through holds 64-bit integers.
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**64 - 1

_PLAIN_STRING = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*)"')
_STRING_PIECE = re.compile(r'[^"\'\\\x00-\x1f]+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"[-+]?(?:Infinity\b|\.?[0-9](?:[eE][+-][0-9]|[0-9A-Za-z_.])*)")
_WORD = re.compile(r"[^\W\d][\w$.-]*|\$[\w$.-]*")
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, JSON] = {"true": True, "false": False, "null": None}
_FOREIGN_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TextProblem(Problem):
    """A problem of the text itself, with its own place: code points start..end."""

    start: int = 0
    end: int = 0


class Flaw(NamedTuple):
    """Something wrong at start..end; `better` is the text to put there instead, where it can be told.

    title  what putting it there is called, if not "Write ..."
    """

    code: str
    message: str
    start: int
    end: int
    better: str | None = None
    title: str = ""


class Member(NamedTuple):
    """Where a member of an object or array stands; see `element` for the key of an array's."""

    key_start: int
    key_end: int
    start: int
    end: int


Members: TypeAlias = "dict[str | int, Member]"


def element(text: str, start: int, end: int) -> Member:
    """Return the place of an array's element: its key is the value, or its opening bracket."""
    return Member(start, start + 1 if text[start] in "{[" else end, start, end)


Scalar: TypeAlias = "tuple[JSON, int, list[Flaw]]"
Text: TypeAlias = "tuple[str, int, list[Flaw]]"


def scalar(text: str, pos: int) -> Scalar | None:
    """Return the string, number or word that starts at `pos`; None when there is none."""
    if text[pos] in "\"'":
        return string(text, pos)
    if match := _NUMBER_LIKE.match(text, pos):
        return _number(match.group(), pos, match.end())
    if match := _WORD.match(text, pos):
        return _word(match.group(), pos, match.end())
    return None


def key(text: str, pos: int) -> Text | None:
    """Return the member's name that starts at `pos`, quoted or not; None when there is none."""
    if text[pos] in "\"'":
        return string(text, pos)
    match = _WORD.match(text, pos)
    if match is None:
        return None
    name = match.group()
    message = f"The name {name[:40]} needs double quotes."
    return name, match.end(), [Flaw("json-quotes", message, pos, match.end(), f'"{name}"')]


def string(text: str, pos: int) -> Text:
    """Return the text in quotes that starts at `pos`; a line's end ends it too."""
    if match := _PLAIN_STRING.match(text, pos):
        return match.group(1), match.end(), []
    quote, start, pieces, flaws = text[pos], pos, list[str](), list[Flaw]()
    pos += 1
    while (char := text[pos : pos + 1]) != quote:
        if char in ("", "\n", "\r"):
            message = "This text has no closing quote. Add one at its end; a line break is written \\n."
            flaws.append(Flaw("json-string-open", message, start, pos))
            break
        piece, pos, flaw = _piece(text, pos)
        pieces.append(piece)
        flaws += [flaw] if flaw else []
    else:
        pos += 1
        flaws += [_single_quotes(text, start, pos)] if quote == "'" else []
    value, more = _keepable("".join(pieces), start, pos)
    return value, pos, flaws + more


def _piece(text: str, pos: int) -> tuple[str, int, Flaw | None]:
    if match := _STRING_PIECE.match(text, pos):
        return match.group(), match.end(), None
    char = text[pos]
    if char == "\\":
        return _escape(text, pos)
    if char >= " ":
        return char, pos + 1, None
    better = "\\t" if char == "\t" else f"\\u{ord(char):04x}"
    message = f"A control character in text must be written {better}."
    return char, pos + 1, Flaw("json-control-character", message, pos, pos + 1, better)


def _escape(text: str, pos: int) -> tuple[str, int, Flaw | None]:
    letter = text[pos + 1 : pos + 2]
    if letter and letter in _ESCAPES:
        return _ESCAPES[letter], pos + 2, None
    match = _HEX4.match(text, pos + 2) if letter == "u" else None
    if match:
        return chr(int(match.group(), 16)), match.end(), None
    message = f"\\{letter.strip()} is not an escape in JSON. A backslash itself is written \\\\."
    return "\\", pos + 1, Flaw("json-escape", message, pos, pos + 1, "\\\\")


def _single_quotes(text: str, start: int, end: int) -> Flaw:
    inner = text[start + 1 : end - 1]
    better = f'"{inner}"' if '"' not in inner else None
    return Flaw("json-quotes", "Text is written in double quotes.", start, end, better)


def _keepable(value: str, start: int, end: int) -> tuple[str, list[Flaw]]:
    flaws = []
    if "\x00" in value:
        value = value.replace("\x00", "\ufffd")
        message = "Text cannot hold the NUL character (\\u0000). Remove it."
        flaws.append(Flaw("json-nul", message, start, end))
    # Two escaped halves make one character of the upper planes; a half that is left alone is no character.
    units = value.encode("utf-16-le", "surrogatepass")
    try:
        return units.decode("utf-16-le"), flaws
    except UnicodeDecodeError:
        message = "Half a character (a lone surrogate, \\ud800 to \\udfff) cannot be kept. Remove it."
        flaws.append(Flaw("json-surrogate", message, start, end))
        return units.decode("utf-16-le", "replace"), flaws


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
    return value, end, [Flaw("json-number-range", message, start, end)]


def _odd_number(text: str, start: int, end: int) -> Flaw:
    if text.endswith("Infinity"):
        return Flaw("json-number-range", "JSON has no Infinity. Use a number, or null.", start, end)
    better = text.removeprefix("+").replace("_", "")
    better = f"0{better}" if better.startswith(".") else f"{better}0" if better.endswith(".") else better
    message = f"{text[:30]} is not a number in JSON. Write digits, without + or leading zeros."
    return Flaw("json-number", message, start, end, better if _NUMBER.fullmatch(better) else None)


def _word(word: str, start: int, end: int) -> Scalar:
    if word in _WORDS:
        return _WORDS[word], end, []
    if word in ("NaN", "Infinity"):
        message = f"JSON has no {word}. Use a number, or null."
        return None, end, [Flaw("json-number-range", message, start, end)]
    better = _FOREIGN_WORDS.get(word, f'"{word}"')
    message = f"{word[:40]} is no JSON value. Put text in double quotes; other words are true, false, null."
    return _WORDS.get(better, word), end, [Flaw("json-literal", message, start, end, better)]
