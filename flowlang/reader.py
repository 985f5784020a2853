"""Reading JSON text that may be broken: the value, every member's place, and all that is wrong.

Only used for texts that the fast path of `definition.parse` does not take; slower, but it says where and why.
"""

from __future__ import annotations

import re
from typing import Final

from flowlang import tokens
from flowlang.problems import JSON, Edit, Fix
from flowlang.tokens import Flaw, Member, Members, TextProblem, element

MAX_DEPTH: Final = 64
MAX_PROBLEMS: Final = 20

_SPACE = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:")
_REMARK = re.compile(r"//[^\n\r]*|#[^\n\r]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_JUNK = re.compile(r"[^\s\"'{}\[\],:]+")
_CLOSER = {"{": "}", "[": "]"}


class Missing:
    """Stands for a value that is not there."""


class _Stop(Exception):
    """There is no use in reading on."""


class Reader:
    """One reading of one text. After `read()`: `value`, `root`, `problems`, `index` and `is_sound`.

    root      where the outermost value starts
    index     for each object or array, by the offset where it starts, the places of its members
    is_sound  the value is what a strict reader would have got, duplicate names included
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.value: JSON = None
        self.root = 0
        self.problems: list[TextProblem] = []
        self.index: dict[int, Members] = {}
        self.is_sound = True
        self._pos = 0
        self._path: list[str | int] = []
        self._open: list[int] = []

    def read(self) -> None:
        """Read the text once, up to the end or to a limit."""
        try:
            self._document()
        except _Stop:
            self.is_sound = False
        self.problems.sort(key=lambda problem: problem.start)

    def _document(self) -> None:
        if self._peek() == "\ufeff":
            message = "The text starts with a byte order mark. Save it as plain UTF-8."
            self._tell(Flaw("json-bom", message, 0, 1, ""))
            self._pos = 1
        self._skip()
        self.root = self._pos
        if not self._peek():
            message = "There is no text. A document is a JSON object: start with {."
            self._tell(Flaw("json-empty", message, 0, 0))
            return
        value = self._value()
        if isinstance(value, Missing):
            self._tell_junk("A document is a JSON object: start with {.")
        else:
            self.value = value
        self._skip()
        if self._peek() and not self.problems:
            message = "There is more text after the document's end. Remove it, or check the brackets above."
            self._tell(Flaw("json-trailing", message, self._pos, len(self.text.rstrip())))

    def _value(self) -> JSON | Missing:
        char = self._peek()
        if char == "{":
            return self._object()
        if char == "[":
            return self._array()
        found = tokens.scalar(self.text, self._pos) if char else None
        if found is None:
            return Missing()
        value, self._pos, flaws = found
        self._tell_all(flaws)
        return value

    def _object(self) -> JSON:
        members: dict[str, JSON] = {}
        places = self._enter()
        while self._is_inside():
            start = self._pos
            found = tokens.key(self.text, start)
            if found is None:
                self._tell_junk("Expected a name in double quotes, or }.")
                continue
            key, self._pos, flaws = found
            self._path.append(key)
            self._tell_all(flaws)
            self._member(key, start, members, places)
            self._path.pop()
            self._comma()
        return members

    def _member(self, key: str, start: int, members: dict[str, JSON], places: Members) -> None:
        key_end = self._pos
        self._colon(key_end)
        at, value = self._pos, self._value()
        if isinstance(value, Missing):
            message = f'"{key}" has no value. Write one after the colon.'
            self._tell(Flaw("json-value-missing", message, start, key_end))
            return
        self._note_duplicate(key, start, key_end, places)
        members[key] = value
        places.pop(key, None)
        places[key] = Member(start, key_end, at, self._pos)

    def _array(self) -> JSON:
        items: list[JSON] = []
        places = self._enter()
        before = self._pos
        while self._is_inside():
            start = self._pos
            self._path.append(len(items))
            value = self._value()
            self._path.pop()
            if isinstance(value, Missing):
                self._tell_junk("Expected a value, or ].")
                continue
            if isinstance(value, str) and self._is_name():
                self._leave_early(before)
                break
            places[len(items)] = element(self.text, start, self._pos)
            items.append(value)
            before = self._pos
            self._comma()
        return items

    def _is_name(self) -> bool:
        """Whether the text just read in an array is a member's name of the object around it."""
        is_in_object = len(self._open) > 1 and self.text[self._open[-2]] == "{"
        return is_in_object and _COLON.match(self.text, self._pos) is not None

    def _leave_early(self, before: int) -> None:
        """Close the array after its last item; what follows is read again, as a member of the object."""
        opened = self._open.pop()
        self._tell(Flaw("json-open", "This [ is never closed. Add ].", opened, opened + 1))
        self._pos = before

    # --- between values

    def _peek(self) -> str:
        return self.text[self._pos : self._pos + 1]

    def _closer(self) -> str:
        return _CLOSER[self.text[self._open[-1]]]

    def _enter(self) -> Members:
        if len(self._open) >= MAX_DEPTH:
            message = f"Objects and arrays are nested deeper than {MAX_DEPTH} levels."
            self._tell(Flaw("json-depth", message, self._pos, self._pos + 1))
            raise _Stop
        self._open.append(self._pos)
        places: Members = {}
        self.index[self._pos] = places
        self._pos += 1
        return places

    def _is_inside(self) -> bool:
        """Move to the next member; False at the end of the object or array, which is then left."""
        self._skip()
        while self._peek() == ",":
            self._tell_comma(self._pos)
            self._pos += 1
            self._skip()
        char = self._peek()
        if char and char not in "}]":
            return True
        if char == self._closer():
            self._pos += 1
        else:
            self._wrong_end(char)
        self._open.pop()
        return False

    def _wrong_end(self, char: str) -> None:
        opened, closer = self._open[-1], self._closer()
        if not char:
            self._early_end()
        elif any(_CLOSER[self.text[start]] == char for start in self._open[:-1]):
            message = f"This {self.text[opened]} is never closed. Add {closer}."
            self._tell(Flaw("json-open", message, opened, opened + 1))
        else:
            message = f"Found {char} where {closer} was expected."
            self._tell(Flaw("json-bracket", message, self._pos, self._pos + 1, closer))
            self._pos += 1

    def _early_end(self) -> None:
        end = len(self.text.rstrip())
        closers = "".join(_CLOSER[self.text[start]] for start in reversed(self._open))
        line = self.text.count("\n", 0, self._open[-1]) + 1
        message = f"The text ends before {closers} was written. The innermost open bracket is in line {line}."
        self._tell(Flaw("json-open", message, end - 1, end, self.text[end - 1] + closers, f"Add {closers}"))
        raise _Stop

    def _colon(self, key_end: int) -> None:
        self._skip()
        char = self._peek()
        if char == ":" or not char or char in ",}]":
            self._pos += char == ":"
        else:
            wrong = self._pos + (char == "=")
            better, message = self.text[key_end - 1] + ": ", "Expected a colon after this name."
            self._tell(Flaw("json-colon", message, key_end - 1, wrong, better, "Add a colon"))
            self._pos = wrong
        self._skip()

    def _comma(self) -> None:
        after = self._pos
        self._skip()
        char = self._peek()
        last = self.problems[-1] if self.problems else None
        # A text without closing quote has swallowed the comma: one complaint is enough.
        is_torn = last is not None and last.code == "json-string-open" and last.end == after
        if char == ",":
            comma = self._pos
            self._pos += 1
            self._skip()
            if self._peek() == self._closer():
                self._tell_comma(comma)
        elif char and char not in "}]" and not is_torn:
            better = self.text[after - 1] + ","
            self._tell(
                Flaw(
                    "json-comma-missing",
                    "Expected a comma after this.",
                    after - 1,
                    after,
                    better,
                    "Add a comma",
                )
            )

    def _skip(self) -> None:
        while True:
            match = _SPACE.match(self.text, self._pos)
            self._pos = match.end() if match else self._pos
            remark = _REMARK.match(self.text, self._pos)
            if remark is None:
                return
            self._pos = remark.end()
            message = 'JSON has no remarks. Use a "Comment" field.'
            self._tell(Flaw("json-remark", message, remark.start(), remark.end(), ""))

    # --- problems

    def _tell_comma(self, comma: int) -> None:
        self._tell(Flaw("json-comma-extra", "There is no value after this comma.", comma, comma + 1, ""))

    def _tell_junk(self, wanted: str) -> None:
        match = _JUNK.match(self.text, self._pos)
        start, self._pos = self._pos, match.end() if match else self._pos + 1
        message = f"Unexpected {self.text[start : min(self._pos, start + 20)]}. {wanted}"
        self._tell(Flaw("json-syntax", message, start, self._pos))

    def _note_duplicate(self, key: str, start: int, end: int, places: Members) -> None:
        earlier = places.get(key)
        if earlier is None:
            return
        later = (place.key_start for place in places.values() if place.key_start > earlier.key_start)
        following = min(later, default=start)
        fixes = (Fix("Remove the first one", (Edit(earlier.key_start, following, ""),)),)
        message = f'"{key}" is written twice in one object; only the last one counts. Rename or remove one.'
        self._report(self._problem("json-duplicate-key", message, start, end, fixes))

    def _tell_all(self, flaws: list[Flaw]) -> None:
        for flaw in flaws:
            self._tell(flaw)

    def _tell(self, flaw: Flaw) -> None:
        self.is_sound = False
        code, message, start, end, better, title = flaw
        title = title or ("Remove it" if better == "" else f"Write {better}")
        fixes = () if better is None else (Fix(title, (Edit(start, end, better),)),)
        self._report(self._problem(code, message, start, end, fixes))

    def _problem(self, code: str, message: str, start: int, end: int, fixes: tuple[Fix, ...]) -> TextProblem:
        clean = message.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
        return TextProblem(tuple(self._path), clean, code, fixes=fixes, start=start, end=end)

    def _report(self, problem: TextProblem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop
