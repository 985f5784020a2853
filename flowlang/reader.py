"""Reading JSON text that may be broken: the value, every member's place, and all that is wrong.

Only used for texts that the fast path of `definition.parse` does not take; slower, but it says where and why.
"""

from __future__ import annotations

import re

from flowlang import tokens
from flowlang.flaws import Enough, Flaw, TextProblem
from flowlang.members import MAX_DEPTH, Member, Members, element
from flowlang.problems import JSON, Edit, Fix
from flowlang.scanner import CLOSER, Scanner

_COLON = re.compile(r"[ \t\n\r]*:")
# Members go on although the document's last bracket is closed.
_MORE_MEMBERS = re.compile(r"[ \t\n\r]*,[ \t\n\r]*\"[^\"\n]*\"[ \t\n\r]*:")
_CLOSERS = re.compile(r"[\s}\],]+")


class Missing:
    """Stands for a value that is not there."""


class Reader(Scanner):
    """One reading of one text. After `read()`: `value`, `root`, `problems`, `index` and `is_sound`.

    root      where the outermost value starts
    index     for each object or array, by the offset where it starts, the places of its members
    is_sound  the value is what a strict reader would have got, duplicate names included
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.value: JSON = None
        self.root = 0
        self.index: dict[int, Members] = {}
        self._path = self._flaws.path

    @property
    def problems(self) -> list[TextProblem]:
        """All that is wrong, in the order of the text."""
        return sorted(self._flaws.problems, key=lambda problem: problem.start)

    @property
    def is_sound(self) -> bool:
        """Whether nothing but duplicate names is wrong."""
        return self._flaws.is_sound

    def read(self) -> None:
        """Read the text once, up to the end or to a limit."""
        try:
            self._document()
        except Enough:
            self._flaws.is_sound = False

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
        if isinstance(value, str) and _COLON.match(self.text, self._pos):
            self._tell_unopened(self.root)
            return
        self._go_on(value)
        self._skip()
        if self._peek() and self.is_sound:
            self._tell_trailing()

    def _go_on(self, value: JSON | Missing) -> None:
        """Read members that follow a bracket which closed the document too early."""
        while isinstance(value, dict) and _MORE_MEMBERS.match(self.text, self._pos):
            self._pos -= 1
            self._tell_bracket("This } closes the document, but more members follow. Remove it.", "")
            self._open.append(self.root)
            self._comma()
            self._members(value, self.index[self.root])

    def _tell_trailing(self) -> None:
        message = "There is more text after the document's end. Remove it, or check the brackets above."
        rest = self.text[self._pos :].rstrip()
        better = "" if _CLOSERS.fullmatch(rest) else None
        self._tell(Flaw("json-trailing", message, self._pos, self._pos + len(rest), better))

    def _value(self) -> JSON | Missing:
        char = self._peek()
        if char == "{":
            members: dict[str, JSON] = {}
            self._members(members, self._enter())
            return members
        if char == "[":
            return self._array()
        found = tokens.scalar(self.text, self._pos) if char else None
        if found is None:
            return Missing()
        value, self._pos, flaws = found
        self._tell(*flaws)
        return value

    def _members(self, members: dict[str, JSON], places: Members) -> None:
        """Read the members of an object up to its end."""
        while self._is_inside():
            start = self._pos
            found = tokens.key(self.text, start)
            if found is None:
                self._nameless()
                continue
            key, self._pos, flaws = found
            self._note_indent(start, places)
            self._path.append(key)
            self._tell(*flaws)
            self._member(key, start, members, places)
            self._path.pop()
            self._comma()

    def _nameless(self) -> None:
        """Step over what stands in the place of a member and has no name."""
        if self._peek() not in "[{":
            self._tell_junk("Expected a name in double quotes, or }.")
            self._skip()
            self._pos += self._peek() == ","
            return
        message = "This value has no name. Write one in double quotes, and a colon, before it."
        self._tell(Flaw("json-name-missing", message, self._pos, self._pos + 1))
        self._value()
        self._comma()

    def _member(self, key: str, start: int, members: dict[str, JSON], places: Members) -> None:
        key_end = self._pos
        self._colon(key_end)
        at, value = self._pos, self._value()
        if isinstance(value, Missing):
            self._tell_missing(key, start, key_end)
            return
        if isinstance(value, str) and self._is_unopened():
            value = self._unopened(at)
        self._note_duplicate(key, start, key_end, places)
        members[key] = value
        places.pop(key, None)
        places[key] = Member(start, key_end, at, self._pos)

    def _is_unopened(self) -> bool:
        """Whether the text just read, in the place of a value, is the name of a member."""
        is_told = bool(self._flaws.problems) and self._flaws.problems[-1].end == self._pos
        is_name = _COLON.match(self.text, self._pos) is not None and not is_told
        return is_name and self.text[self.root] == "{" and len(self._open) < MAX_DEPTH

    def _unopened(self, at: int) -> JSON:
        """Read the members of an object from the name at `at` on, as if its bracket were there."""
        self._tell_unopened(at)
        # Its bracket stands for the one that is missing: only its kind is asked for.
        self._open.append(self.root)
        self._pos = at
        members: dict[str, JSON] = {}
        self._members(members, {})
        return members

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
        self._tell_unclosed(before)
        self._open.pop()
        self._pos = before

    # --- between values

    def _enter(self) -> Members:
        if len(self._open) >= MAX_DEPTH:
            message = f"Objects and arrays are nested deeper than {MAX_DEPTH} levels."
            self._tell(Flaw("json-depth", message, self._pos, self._pos + 1))
            raise Enough
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
        elif char == "]" and len(self._open) == 1 and self._is_going_on():
            self._tell_bracket("There is no [ that this ] closes. Remove it.", "")
            self._comma()
            return self._is_inside()
        else:
            self._wrong_end(char)
        self._open.pop()
        return False

    def _is_going_on(self) -> bool:
        """Whether members follow the bracket here."""
        return _MORE_MEMBERS.match(self.text, self._pos + 1) is not None

    def _wrong_end(self, char: str) -> None:
        if not char:
            self._early_end()
        elif self._is_others(char):
            self._tell_unclosed(len(self.text[: self._pos].rstrip(" \t\n\r,")))
        else:
            self._tell_bracket(f"Found {char} where {self._closer()} was expected.", self._closer())

    def _is_others(self, char: str) -> bool:
        """Whether the bracket here closes one further out, and not the whole document too early."""
        closed = [at for at, start in enumerate(self._open[:-1]) if CLOSER[self.text[start]] == char]
        return bool(closed) and not (closed[-1] == 0 and self._is_going_on())

    def _comma(self) -> None:
        after = self._pos
        self._skip()
        char, comma = self._peek(), self._pos
        is_told = bool(self._flaws.problems) and self._flaws.problems[-1].end == after
        if char and char in ",;":
            self._pos += 1
            self._skip()
            if self._peek() == self._closer():
                self._tell_comma(comma)
            elif char == ";":
                message = "Unexpected ;. Members are separated by commas."
                self._tell(Flaw("json-syntax", message, comma, comma + 1, ","))
        elif char and char not in "}]" and not (is_told and self._flaws.problems[-1].code == "json-syntax"):
            message, better = "Expected a comma after this.", self.text[after - 1] + ","
            self._tell(Flaw("json-comma-missing", message, after - 1, after, better, "Add a comma"))

    # --- problems

    def _tell_unopened(self, at: int) -> None:
        message, added = "A { is missing before this name.", Edit(at, at, "{")
        self._tell(Flaw("json-bracket", message, at, self._pos, title="Add {", edit=added))

    def _tell_missing(self, key: str, start: int, end: int) -> None:
        if (char := self._peek()) and char not in ",}]":
            self._tell_junk("Expected a value.")
            return
        message = f'"{key}" has no value. Write one after the colon.'
        self._tell(Flaw("json-value-missing", message, start, end))

    def _note_duplicate(self, key: str, start: int, end: int, places: Members) -> None:
        earlier = places.get(key)
        if earlier is None:
            return
        later = (place.key_start for place in places.values() if place.key_start > earlier.key_start)
        following = min(later, default=start)
        fixes = (Fix("Remove the first one", (Edit(earlier.key_start, following, ""),)),)
        message = f'"{key}" is written twice in one object; only the last one counts. Rename or remove one.'
        self._flaws.report("json-duplicate-key", message, start, end, fixes)
