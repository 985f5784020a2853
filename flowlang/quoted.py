"""Text in quotes, read leniently: other quotes than JSON's, line breaks inside, no closing quote."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from flowlang import misquoted
from flowlang.flaws import Flaw

# Quotes that open a text, and those that may close it. All but the first belong elsewhere.
QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”“", "”": "”", "„": "“”", "‘": "’‘", "’": "’"}

_PLAIN = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*)"')
# What needs no look at each character, by the opening quote.
_PIECES = {quote: re.compile(rf"[^{ends}\\\x00-\x1f]+") for quote, ends in QUOTES.items()}
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# What stands between a line break inside a text and the end of that text.
_REST = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_MAX_REST: Final = 4_000
# What a text without closing quote has swallowed at the end of its line.
_NOT_ITS_OWN: Final = " \t,}]"
_NUL = re.compile(r"\\\\|\\u0000")
_MISQUOTED = re.compile(r"\\.|\"", re.DOTALL)

Text: TypeAlias = "tuple[str, int, list[Flaw]]"


def read(text: str, pos: int, *, is_name: bool = False) -> Text:
    """Return the text in quotes that starts at `pos`, where it ends, and what is wrong with it.

    is_name  it is the name of a member, which a colon follows
    """
    if match := _PLAIN.match(text, pos):
        mended = misquoted.mended(text, match, is_name=is_name)
        return mended or (match.group(1), match.end(), [])
    start, closers = pos, QUOTES[text[pos]]
    pieces, flaws, breaks = list[str](), list[Flaw](), list[re.Match[str]]()
    pos += 1
    while (char := text[pos : pos + 1]) not in closers or not char:
        line_break = _LINE_BREAK.match(text, pos)
        if not char or (line_break and not breaks and not _goes_on(text, pos, is_name=is_name)):
            return _open(text, start, pos, flaws, is_name=is_name)
        if line_break:
            breaks.append(line_break)
            piece, pos = "\n", line_break.end()
        else:
            piece, pos, flaw = _piece(text, pos, text[start])
            flaws += [flaw] if flaw else []
        pieces.append(piece)
    pos += 1
    flaws += [_line_breaks(text, breaks)] if breaks else []
    flaws += [_misquoted(text, start, pos)] if text[start] != '"' else []
    value, more = _keepable("".join(pieces), text, start, pos)
    return value, pos, flaws + more


def _goes_on(text: str, pos: int, *, is_name: bool) -> bool:
    """Whether the text probably goes on after the line break at `pos`.

    It does when the next quote looks like a closing one: what follows it may follow a text, and what stands
    before it does not call for a new one.
    """
    rest = _REST.match(text, pos, pos + _MAX_REST)
    if rest is None:
        return False
    after = misquoted.AFTER_NAME if is_name else misquoted.AFTER_VALUE
    return rest[0][:-1].rstrip()[-1:] not in (",", ":", "{", "[") and bool(after.match(text, rest.end()))


def _open(text: str, start: int, pos: int, flaws: list[Flaw], *, is_name: bool) -> Text:
    """Return a text that has no closing quote; commas and brackets at the end of its line are not its own."""
    raw = text[start + 1 : pos].partition(":")[0] if is_name else text[start + 1 : pos]
    end = start + 1 + len(raw.rstrip(_NOT_ITS_OWN))
    message = "This text has no closing quote. Add one at its end; a line break is written \\n."
    better = f'"{text[start + 1 : end]}"'
    flaw = Flaw("json-string-open", message, start, end, better, "Add a closing quote")
    return text[start + 1 : end], end, [*(f for f in flaws if f.end <= end), flaw]


def _line_breaks(text: str, breaks: list[re.Match[str]]) -> Flaw:
    start, end = breaks[0].start(), breaks[-1].end()
    message = "Text in quotes has a line break in it. Write \\n there, in one line."
    better = _LINE_BREAK.sub(r"\\n", text[start:end])
    return Flaw("json-line-break", message, start, end, better, "Write \\n")


def _piece(text: str, pos: int, quote: str) -> tuple[str, int, Flaw | None]:
    if match := _PIECES[quote].match(text, pos):
        return match.group(), match.end(), None
    char = text[pos]
    if char == "\\":
        return _escape(text, pos, quote)
    if char >= " ":
        return char, pos + 1, None
    better = "\\t" if char == "\t" else f"\\u{ord(char):04x}"
    message = f"A control character in text must be written {better}."
    return char, pos + 1, Flaw("json-control-character", message, pos, pos + 1, better)


def _escape(text: str, pos: int, quote: str) -> tuple[str, int, Flaw | None]:
    letter = text[pos + 1 : pos + 2]
    if letter and letter in _ESCAPES:
        return _ESCAPES[letter], pos + 2, None
    if letter == quote:
        return letter, pos + 2, None
    match = _HEX4.match(text, pos + 2) if letter == "u" else None
    if match:
        return chr(int(match.group(), 16)), match.end(), None
    message = f"\\{letter.strip()} is not an escape in JSON. A backslash itself is written \\\\."
    return "\\", pos + 1, Flaw("json-escape", message, pos, pos + 1, "\\\\")


def _misquoted(text: str, start: int, end: int) -> Flaw:
    """Return the flaw of other quotes than JSON's; the better text escapes what must be, and no more."""
    inner = text[start + 1 : end - 1]
    own = f"\\{text[start]}"
    better = _MISQUOTED.sub(lambda m: '\\"' if m[0] == '"' else m[0][1:] if m[0] == own else m[0], inner)
    return Flaw("json-quotes", "Text is written in double quotes.", start, end, f'"{better}"')


def _keepable(value: str, text: str, start: int, end: int) -> tuple[str, list[Flaw]]:
    flaws = []
    if "\x00" in value:
        value = value.replace("\x00", "\ufffd")
        message = "Text cannot hold the NUL character (\\u0000). Remove it."
        better = _NUL.sub(lambda match: "" if match[0][1] == "u" else match[0], text[start:end])
        flaws.append(Flaw("json-nul", message, start, end, better, "Remove it"))
    # Two escaped halves make one character of the upper planes; a half that is left alone is no character.
    units = value.encode("utf-16-le", "surrogatepass")
    try:
        return units.decode("utf-16-le"), flaws
    except UnicodeDecodeError:
        message = "Half a character (a lone surrogate, \\ud800 to \\udfff) cannot be kept. Remove it."
        flaws.append(Flaw("json-surrogate", message, start, end))
        return units.decode("utf-16-le", "replace"), flaws
