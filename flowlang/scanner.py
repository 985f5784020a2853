"""A place in JSON text that may be broken, moved on over blanks, remarks and colons."""

from __future__ import annotations

import re
from typing import Final

from flowlang.flaws import Enough, Flaw, Flaws
from flowlang.members import Members
from flowlang.problems import Edit

_SPACE = re.compile(r"[ \t\n\r]*")
_ODD_SPACE = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff\x0b\x0c]+")
_COLON_LIKE = re.compile(r"=>|:=|=")
_MAX_INDENT: Final = 200
_REMARK = re.compile(r"//[^\n\r]*|#[^\n\r]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
CLOSER = {"{": "}", "[": "]"}
_JUNK = re.compile(r"[^\s\"'`{}\[\],:]+")


class Scanner:
    """Where a reading stands in its text, and what it has found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._flaws = Flaws()
        self._pos = 0
        self._open: list[int] = []
        # By where an object opens, where it was probably meant to be closed.
        self._unclosed: dict[int, int] = {}

    def _peek(self) -> str:
        return self.text[self._pos : self._pos + 1]

    def _indent(self, at: int) -> int | None:
        """Return how far the line of `at` is indented; None where more than that stands before `at`."""
        line = self.text.rfind("\n", max(at - _MAX_INDENT, 0), at) + 1
        return at - line if line and not self.text[line:at].strip(" \t") else None

    def _closer(self) -> str:
        return CLOSER[self.text[self._open[-1]]]

    def _note_indent(self, at: int, places: Members) -> None:
        """Note objects that the member at `at` is not indented into: they should end before it."""
        own = self._indent(at)
        if own is None or not places:
            return
        for opened in reversed(self._open[1:]):
            line = self.text.rfind("\n", max(opened - _MAX_INDENT, 0), opened) + 1
            before = self.text[line:opened]
            if not line or own > len(before) - len(before.lstrip(" \t")):
                break
            if opened not in self._unclosed:
                self._unclosed[opened] = max(place.end for place in places.values())

    def _skip(self) -> None:
        while True:
            match = _SPACE.match(self.text, self._pos)
            self._pos = match.end() if match else self._pos
            remark = _REMARK.match(self.text, self._pos)
            if remark:
                message = 'JSON has no remarks. Use a "Comment" field.'
                self._tell(Flaw("json-remark", message, remark.start(), remark.end(), ""))
            odd = remark or _ODD_SPACE.match(self.text, self._pos)
            if odd is None:
                return
            self._pos = odd.end()
            if not remark:
                message = "This blank is none of JSON's. Write an ordinary one."
                self._tell(Flaw("json-blank", message, odd.start(), odd.end(), " ", "Write a blank"))

    def _colon(self, key_end: int) -> None:
        self._skip()
        char, wrong = self._peek(), _COLON_LIKE.match(self.text, self._pos)
        if wrong or (char and char not in ":,}]"):
            end = wrong.end() if wrong else self._pos
            better, message = self.text[key_end - 1] + ": ", "Expected a colon after this name."
            self._tell(Flaw("json-colon", message, key_end - 1, end, better, "Add a colon"))
            self._pos = end
        elif char == ":":
            self._pos += 1
        self._skip()

    def _tell(self, *flaws: Flaw) -> None:
        self._flaws.tell(*flaws)

    def _tell_junk(self, wanted: str) -> None:
        match = _JUNK.match(self.text, self._pos)
        start, self._pos = self._pos, match.end() if match else self._pos + 1
        message = f"Unexpected {self.text[start : min(self._pos, start + 20)]}. {wanted}"
        self._tell(Flaw("json-syntax", message, start, self._pos, ""))

    def _early_end(self) -> None:
        if len(self._unclosed) == len(self._open):
            # Each moves what comes after it: they can only be mended one by one, the first one first.
            for at, (opened, end) in enumerate(self._unclosed.items()):
                self._tell_unclosed(None if at else end, opened)
            raise Enough
        end = len(self.text.rstrip())
        closers = "".join(CLOSER[self.text[start]] for start in reversed(self._open))
        line = self.text.count("\n", 0, self._open[-1]) + 1
        message = f"The text ends before {closers} was written. The innermost open bracket is in line {line}."
        self._tell(Flaw("json-open", message, end - 1, end, self.text[end - 1] + closers, f"Add {closers}"))
        raise Enough

    def _tell_bracket(self, message: str, better: str) -> None:
        self._tell(Flaw("json-bracket", message, self._pos, self._pos + 1, better))
        self._pos += 1

    def _tell_comma(self, comma: int) -> None:
        self._tell(Flaw("json-comma-extra", "There is no value after this comma.", comma, comma + 1, ""))

    def _tell_unclosed(self, end: int | None, opened: int | None = None) -> None:
        """Report that a bracket, the innermost by itself, is not closed, which it might be at `end`."""
        opened = self._open[-1] if opened is None else opened
        closer = CLOSER[self.text[opened]]
        message = f"This {self.text[opened]} is never closed. Add {closer}."
        added = None if end is None else Edit(end, end, closer)
        self._tell(Flaw("json-open", message, opened, opened + 1, title=f"Add {closer}", edit=added))
