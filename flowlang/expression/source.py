"""From the text of an expression to Python source of the same length: backticks, raw newlines, comments."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from flowlang import paths

MAX_CHARACTERS: Final = 8_192
_STRING: Final = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
# What Python reads as the author wrote it: nothing to stand in for, nothing to fold.
_PLAIN: Final = re.compile(r"[ !\"$-\[\]^_a-~]*")
_RAW: Final = frozenset({"r", "br", "rb", "fr", "rf"})
_KNOWN_ESCAPES: Final = frozenset("\\'\"abfnrtv01234567xNuU")
_PRIVATE_USE: Final = range(0xE000, 0xF8FF)


class ExpressionSyntaxError(ValueError):
    """A text that is not an expression. `offset` counts code points from the start of the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Source:
    """Python source on one line, as long as the author's text less its indent.

    paths     the paths in backticks by offset in `code`, where as many underscores stand for them
    restored  what the stand-ins inside quoted text stand for; see `restore`
    newlines  where raw newlines stand inside quotes, in the author's text
    """

    code: str
    indent: int
    paths: dict[int, paths.Path]
    restored: dict[int, str]
    newlines: tuple[int, ...]

    def restore(self, text: str) -> str:
        """Return quoted text with its stand-ins replaced by what the author wrote."""
        return text.translate(self.restored)

    def place(self, byte: int) -> int:
        """Return the author's offset of a place that Python counts in bytes of `code`."""
        return self.indent + len(self.code.encode()[:byte].decode(errors="ignore"))


def prepare(text: str) -> Source:
    """Return `text` as Python source of its length. Raises ExpressionSyntaxError.

    1. A path in backticks becomes underscores (the compiler knows it by its place).
    2. Newlines and comments outside quotes become spaces.
    3. Inside quotes a raw newline, or a backslash that escapes nothing, becomes a stand-in character: Python
       would refuse the one and warn of the other, and public flows have both.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionSyntaxError(
            f"An expression has at most {MAX_CHARACTERS:,} characters.", MAX_CHARACTERS
        )
    if _PLAIN.fullmatch(text):
        code = text.lstrip(" ")
        return Source(code, len(text) - len(code), {}, {}, ())
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.code: list[str] = []
        self.outside: list[str] = []
        self.paths: dict[int, paths.Path] = {}
        self.newlines: list[int] = []
        free = (chr(point) for point in _PRIVATE_USE if chr(point) not in text)
        self.newline, self.carriage, self.backslash, self.nothing = (next(free) for _ in range(4))

    def run(self) -> Source:
        while self.at < len(self.text):
            self._take_token()
        self._check_names()
        code = "".join(self.code)
        indent = len(code) - len(code.lstrip(" "))
        paths_in_code = {at - indent: path for at, path in self.paths.items()}
        restored = {self.newline: "\n", self.carriage: "\r", self.backslash: "\\", self.nothing: ""}
        marks = {ord(mark): text for mark, text in restored.items()}
        return Source(code[indent:], indent, paths_in_code, marks, tuple(self.newlines))

    def _take_token(self) -> None:
        character = self.text[self.at]
        string = _STRING.match(self.text, self.at)
        if string is not None:
            self._take_string(string)
        elif character == "`":
            self._take_path()
        elif character == "#":
            end = self.text.find("\n", self.at)
            self._add(" " * ((end if end >= 0 else len(self.text)) - self.at))
        elif character in "\n\r\t\f":
            self._add(" ")
        else:
            self._add(_word(self.text, self.at))

    def _add(self, code: str, outside: str | None = None) -> None:
        self.code.append(code)
        self.outside.append(code if outside is None else outside)
        self.at += len(code)

    def _take_path(self) -> None:
        end = self.text.find("`", self.at + 1)
        if end < 0:
            raise ExpressionSyntaxError("A backtick is not closed.", self.at)
        before, after = self.text[: self.at][-1:], self.text[end + 1 : end + 2]
        if _is_word(before) or _is_word(after) or before == "." or after == "`":
            raise ExpressionSyntaxError("An operator is missing beside a path in backticks.", self.at)
        try:
            self.paths[self.at] = paths.parse(self.text[self.at + 1 : end])
        except paths.PathSyntaxError as error:
            raise ExpressionSyntaxError(str(error), self.at + 1 + error.offset) from error
        self._add("_" * (end + 1 - self.at))

    def _take_string(self, opening: re.Match[str]) -> None:
        prefix, quote = opening.groups()
        is_raw = prefix.lower() in _RAW
        code = [opening[0]]
        at = opening.end()
        while at < len(self.text) and not self.text.startswith(quote, at):
            piece = self.text[at : at + 2] if self.text[at] == "\\" else self.text[at]
            if piece == "\n" and len(quote) == 1:
                self.newlines.append(at)
            code.append(self._quoted(piece, is_raw=is_raw))
            at += len(piece)
        code.append(self.text[at : at + len(quote)])
        whole = "".join(code)
        self._add(whole, outside=" " * len(whole))

    def _quoted(self, piece: str, *, is_raw: bool) -> str:
        if piece == "\\\n" and not is_raw:
            return self.nothing * 2
        if piece[0] == "\\" and not is_raw and piece[1:] not in _KNOWN_ESCAPES:
            piece = self.backslash + piece[1:]
        return piece.replace("\n", self.newline).replace("\r", self.carriage)

    def _check_names(self) -> None:
        # Python folds look-alike letters into one name; a name here must be the key as it is written.
        outside = "".join(self.outside)
        folded = unicodedata.normalize("NFKC", outside)
        if folded != outside:
            pairs = zip(outside, folded, strict=False)
            at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(folded))
            raise ExpressionSyntaxError(
                "This character cannot stand in a name; put the name in brackets.", at
            )


def _word(text: str, at: int) -> str:
    end = at + 1
    if _is_word(text[at]):
        while _is_word(text[end : end + 1]):
            end += 1
    return text[at:end]


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
