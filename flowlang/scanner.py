"""A place in JSON text that may be broken, moved on over blanks, remarks and colons."""

from __future__ import annotations

import re

from flowlang.flaws import Flaw, Flaws

_SPACE = re.compile(r"[ \t\n\r]*")
_ODD_SPACE = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff\x0b\x0c]+")
_COLON_LIKE = re.compile(r"=>|:=|=")
_REMARK = re.compile(r"//[^\n\r]*|#[^\n\r]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_JUNK = re.compile(r"[^\s\"'`{}\[\],:]+")


class Scanner:
    """Where a reading stands in its text, and what it has found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._flaws = Flaws()
        self._pos = 0

    def _peek(self) -> str:
        return self.text[self._pos : self._pos + 1]

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
