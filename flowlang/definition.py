"""The author's text: its value, its syntax errors, the place of all in it; and the arrows of a state."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, TypedDict, cast

from flowlang import labels
from flowlang.flaws import TextProblem
from flowlang.members import MAX_DEPTH, MAX_INTEGER, MIN_INTEGER, Member, Members, element
from flowlang.problems import JSON, Loc

if TYPE_CHECKING:
    from flowlang.reader import Reader

MAX_TEXT_BYTES: Final = 1_048_576
Kind: TypeAlias = Literal["next", "choice", "default", "catch"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_SPACE = re.compile(r"[ \t\n\r]*")
# Escapes that a strict reader takes and we cannot keep: NUL, and halves of characters of the upper planes.
_ODD = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Catcher(TypedDict, total=False):
    """One element of `Catch`."""

    ErrorEquals: list[str]
    Next: str
    ResultPath: str


class State(TypedDict, total=False):
    """What all states have; each type's own fields are in `rules.STATES`."""

    Type: str
    Comment: str
    Next: str
    End: bool
    Default: str
    Choices: list[dict[str, JSON]]
    Catch: list[Catcher]


class Definition(TypedDict, total=False):
    """A flow definition."""

    Comment: str
    StartAt: str
    States: dict[str, State]


class Transition(NamedTuple):
    """An arrow from a state.

    kind    next, choice (a rule of a Choice), default or catch
    target  the name it gives, whether or not a state has it
    loc     where the name stands, from the state on, e.g. ("Choices", 0, "Next")
    source  the rule or catcher that it belongs to; None for Next and Default
    """

    kind: Kind
    target: str
    loc: Loc
    source: dict[str, JSON] | None = None

    @property
    def label(self) -> str:
        """The condition in words, e.g. "size > 10", "otherwise", "on ActionTimeout"; "" for Next."""
        if self.kind == "choice":
            return labels.condition(self.source)
        if self.kind == "catch" and self.source is not None:
            return labels.caught(self.source)
        return "otherwise" if self.kind == "default" else ""


def transitions(state: JSON) -> list[Transition]:
    """Return the arrows from `state` in the order of the text; what is malformed is left out."""
    if not isinstance(state, dict):
        return []
    found: list[Transition] = []
    if isinstance(target := state.get("Next"), str):
        found.append(Transition("next", target, ("Next",)))
    for index, rule, target in _targets(state.get("Choices")):
        found.append(Transition("choice", target, ("Choices", index, "Next"), rule))
    if isinstance(target := state.get("Default"), str):
        found.append(Transition("default", target, ("Default",)))
    for index, catcher, target in _targets(state.get("Catch")):
        found.append(Transition("catch", target, ("Catch", index, "Next"), catcher))
    return found


def is_end(state: JSON) -> bool:
    """Whether a run ends in `state`."""
    return isinstance(state, dict) and (state.get("End") is True or state.get("Type") == "Fail")


def _targets(rules: JSON) -> Iterator[tuple[int, dict[str, JSON], str]]:
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        target = rule.get("Next") if isinstance(rule, dict) else None
        if isinstance(rule, dict) and isinstance(target, str):
            yield index, rule, target


class Document:
    """A text that was read.

    text      what the author wrote
    value     its JSON; None when the text is not JSON (then `problems` says why)
    problems  what is wrong with the text itself; a text with duplicate names has problems and a value
    """

    def __init__(self, text: str, value: JSON, problems: list[TextProblem], reader: Reader | None) -> None:
        self.text = text
        self.problems = problems
        vars(self)["value"] = value
        self._index: dict[int, Members] = reader.index if reader else {}
        self._is_indexed = reader is not None
        self._root = reader.root if reader else cast("re.Match[str]", _SPACE.match(text)).end()

    @cached_property
    def value(self) -> JSON:
        """Return the JSON that it is, read from the text once more where that was not done for it alone."""
        return strict(self.text)

    @property
    def is_json(self) -> bool:
        """Whether there is a value: nothing but duplicate names is wrong."""
        return all(problem.code == "json-duplicate-key" for problem in self.problems)

    def span(self, loc: Loc, *, on_key: bool = False) -> tuple[int, int]:
        """Return where the value at `loc` starts and ends, in code points; or its name, if `on_key`.

        A loc that leads nowhere gives the name of the last parent that is there. Where that has no name (an
        object or array inside an array, the document), it gives the opening bracket.
        """
        start, member = self._root, None
        for step in loc:
            found = self.members(start).get(step)
            if found is None:
                on_key = True
                break
            start, member = found.start, found
        if member is None:
            return self._root, min(self._root + 1, len(self.text))
        return (member.key_start, member.key_end) if on_key else (member.start, member.end)

    def place(self, loc: Loc) -> int | None:
        """Return where the value at `loc` starts; None when the loc leads nowhere."""
        start = self._root
        for step in loc:
            found = self.members(start).get(step)
            if found is None:
                return None
            start = found.start
        return start

    def members(self, start: int) -> Members:
        """Return the places of the members of the object or array that starts at `start`; {} for a scalar."""
        if start not in self._index:
            self._index[start] = {} if self._is_indexed else _members(self.text, start)
        return self._index[start]

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of a code-point offset; both count from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_start(self, line: int) -> int:
        """Return the offset where a line, counted from 1, starts."""
        return self._line_starts[line - 1]

    def utf16(self, offset: int) -> int:
        """Return the offset in UTF-16 units, as browsers count."""
        return offset + bisect_right(self._astral, offset - 1)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @cached_property
    def _astral(self) -> list[int]:
        return [] if self.text.isascii() else [match.start() for match in _ASTRAL.finditer(self.text)]


def parse(text: str, max_bytes: int = MAX_TEXT_BYTES, read: Callable[[str], JSON] | None = None) -> Document:
    """Return the document that `text` is; never raises.

    read  what to read it by, instead of `strict`, with the same answer

    Strict JSON, and besides: no name twice, no NaN or Infinity (not even by 1e999), integers of 64 bits, no
    lone surrogates or NUL, at most 64 levels and `max_bytes` of UTF-8.
    """
    # Copies of a large text are of a size that pushes much else out of the caches of a processor.
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    if size > max_bytes:
        message = f"The text has {size:,} bytes; at most {max_bytes:,} are read. Make it smaller."
        return Document(text, None, [TextProblem((), message, "json-size", end=min(1, len(text)))], None)
    try:
        if not text.isascii():
            text.encode("utf-8")
        return Document(text, (read or strict)(text), [], None)
    except (_Odd, JSONDecodeError, RecursionError, UnicodeEncodeError):
        # Loaded with the first broken text: sound ones are to be checked at once.
        reader: Reader = import_module("flowlang.reader").Reader(text)
        reader.read()
        return Document(text, reader.value if reader.is_sound else None, reader.problems, reader)


# --- the fast path


class _Odd(ValueError):
    """The text needs the slower reader."""


def strict(text: str) -> JSON:
    """Return the JSON that the text is; raises ValueError or RecursionError where it is not strict JSON."""
    if has_odd_escapes(text):
        raise _Odd
    value: JSON = DECODER.decode(text)
    if is_deeper(value, MAX_DEPTH):
        raise _Odd
    return value


def has_odd_escapes(text: str) -> bool:
    """Whether the text may have characters that cannot be kept, written as escapes."""
    return "\\u" in text and _ODD.search(text) is not None


def is_deeper(value: JSON, levels: int) -> bool:
    """Whether objects and arrays are nested in more than `levels` levels."""
    layer: list[dict[str, JSON] | list[JSON]] = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        below: list[dict[str, JSON] | list[JSON]] = []
        for parent in layer:
            children = parent.values() if isinstance(parent, dict) else parent
            below += [child for child in children if isinstance(child, (dict, list))]
        layer = below
    return bool(layer)


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Odd
    return members


def _whole(text: str) -> int:
    value = int(text) if len(text) < 25 else MAX_INTEGER + 1
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise _Odd
    return value


def _real(text: str) -> float:
    value = float(text)
    if abs(value) == float("inf"):
        raise _Odd
    return value


def _constant(text: str) -> JSON:
    raise _Odd(text)


DECODER: Final = JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_real, parse_constant=_constant
)
# Places are found by reading on from member to member with this one: strict texts only, at the speed of C.
_SKIPPER: Final = JSONDecoder()


def _members(text: str, start: int) -> Members:
    opener = text[start : start + 1]
    if opener not in "{[" or not opener:
        return {}
    places: Members = {}
    pos = _after_space(text, start + 1)
    while text[pos] not in "}]":
        key: str | int = len(places)
        key_start = key_end = pos
        if opener == "{":
            key, key_end = _SKIPPER.raw_decode(text, pos)
            pos = _after_space(text, _after_space(text, key_end) + 1)
        _, end = _SKIPPER.raw_decode(text, pos)
        places[key] = Member(key_start, key_end, pos, end) if opener == "{" else element(text, pos, end)
        pos = _after_space(text, end)
        pos = _after_space(text, pos + 1) if text[pos] == "," else pos
    return places


def _after_space(text: str, pos: int) -> int:
    return cast("re.Match[str]", _SPACE.match(text, pos)).end()
