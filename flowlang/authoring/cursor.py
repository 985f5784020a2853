"""Where a cursor stands in JSON text that may be broken: in which member and token, as name or value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from flowlang.problems import Loc

Role = Literal["key", "value", "none"]

_TOKEN: Final = re.compile(r'"(?:[^"\\\n\r]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_COLON: Final = re.compile(r"\s*:")
_FOLLOWING: Final = re.compile(r"\s*([^\s])")
_CLOSER: Final = {"}": "{", "]": "["}


class Cursor(NamedTuple):
    """A place in a text.

    role          whether a member's name, a value, or neither belongs there
    loc           of the value at the cursor; of the member whose name it is
    start, end    the token at the cursor, in code points, without its quotes; empty between tokens
    text          what the token says; before: what of it stands before the cursor
    is_quoted     the token is a text in quotes; is_closed: its last quote is there
    has_colon     a colon follows
    comma_at      where a comma is missing before the cursor, or None
    needs_comma   another member follows, and no comma stands between
    at            the cursor itself, in code points
    """

    role: Role
    loc: Loc
    start: int
    end: int
    text: str = ""
    before: str = ""
    is_quoted: bool = False
    is_closed: bool = False
    has_colon: bool = False
    comma_at: int | None = None
    needs_comma: bool = False
    at: int = 0

    @property
    def is_in_token(self) -> bool:
        """Whether the cursor is in something, and not between two things."""
        return self.is_quoted or self.start < self.end

    @property
    def outer(self) -> tuple[int, int]:
        """The token with its quotes."""
        return self.start - self.is_quoted, self.end + self.is_closed


@dataclass(slots=True)
class _Frame:
    """An object or array that is open. `phase`: what it waits for."""

    opener: str
    loc: Loc
    key: str | int | None
    phase: Literal["key", "colon", "value", "comma"]
    last_end: int = 0

    @property
    def here(self) -> Loc:
        return self.loc if self.key is None else (*self.loc, self.key)


@dataclass(slots=True)
class _Walk:
    """Reads tokens up to the cursor, and forgives what is wrong with them."""

    text: str
    frames: list[_Frame] = field(default_factory=list)
    root: _Frame | None = None

    def take(self, token: str, end: int) -> None:
        if token in "{[":
            self.open(token)
        elif token in "}]":
            self.close(token, end)
        elif self.frames:
            self.take_inside(self.frames[-1], token, end)
        elif token == "," and self.root is not None:
            # The document was closed too early: members follow.
            self.frames.append(self.root)
            self.take_inside(self.root, token, end)

    def open(self, token: str) -> None:
        loc: Loc = ()
        if self.frames:
            frame = self.frames[-1]
            if frame.opener == "[" and frame.phase == "comma" and isinstance(frame.key, int):
                frame.key += 1
            loc, frame.phase = frame.here, "comma"
        is_object = token == "{"
        self.frames.append(_Frame(token, loc, None if is_object else 0, "key" if is_object else "value"))

    def close(self, token: str, end: int) -> None:
        depth = next(
            (at for at in reversed(range(len(self.frames))) if self.frames[at].opener == _CLOSER[token]), None
        )
        if depth is not None:
            self.root = self.frames[0]
            del self.frames[depth:]
        if self.frames:
            self.frames[-1].last_end = end

    def take_inside(self, frame: _Frame, token: str, end: int) -> None:
        if token == ",":
            if frame.opener == "[" and isinstance(frame.key, int):
                frame.key += 1
            else:
                frame.key = None
            frame.phase = "value" if frame.opener == "[" else "key"
        elif token == ":":
            frame.phase = "value"
        else:
            frame = self.holder(end)
            if self.role(frame, end) == "key":
                frame.key, frame.phase = decoded(token), "colon"
            else:
                frame.phase, frame.last_end = "comma", end

    def holder(self, end: int) -> _Frame:
        """Return what a token that ends there belongs to: a name ends an array that was left open."""
        frame = self.frames[-1]
        is_name = _COLON.match(self.text, end) is not None
        if frame.opener == "[" and is_name and len(self.frames) > 1 and self.frames[-2].opener == "{":
            self.frames.pop()
            frame = self.frames[-1]
        return frame

    def role(self, frame: _Frame, end: int) -> Role:
        if frame.opener == "[":
            return "value"
        is_name = _COLON.match(self.text, end) is not None
        return "value" if frame.phase == "value" and not is_name else "key"


def cursor_at(text: str, offset: int, *, is_touching: bool = False) -> Cursor:
    """Return where `offset`, in code points, stands in `text`; never raises.

    is_touching  a token that starts or ends at the offset counts too, as when one points at it
    1. Tokens are read up to the offset; what is open then says which member it is.
    2. A text that is not closed ends with its line.
    3. A text before a colon is a name, wherever it stands: values and commas may be missing.
    """
    walk = _Walk(text)
    for match in _TOKEN.finditer(text):
        start, end, token = match.start(), match.end(), match[0]
        if start > offset or (start == offset and not is_touching):
            break
        if token not in "{}[]:," and _holds(token, start, end, offset, is_touching=is_touching):
            return _in_token(walk, match, offset)
        if start == offset:
            break
        walk.take(token, end)
    return _between(walk, offset)


def _holds(token: str, start: int, end: int, offset: int, *, is_touching: bool) -> bool:
    if token[0] == '"' and is_closed(token) and not is_touching:
        return start < offset < end
    return start <= offset <= end


def is_closed(token: str) -> bool:
    """Whether a text's token ends with its closing quote."""
    return len(token) > 1 and token.endswith('"') and (len(token) - len(token[:-1].rstrip("\\"))) % 2 == 1


def _in_token(walk: _Walk, match: re.Match[str], offset: int) -> Cursor:
    token, start, end = match[0], match.start(), match.end()
    is_quoted, closed = token[0] == '"', token[0] == '"' and is_closed(token)
    inner = (start + is_quoted, end - closed)
    if not walk.frames:
        return Cursor("value", (), *inner, decoded(token), "", is_quoted, closed)
    frame = walk.holder(end)
    role = walk.role(frame, end)
    comma_at = frame.last_end if frame.phase == "comma" else None
    key = decoded(token) if role == "key" else _index(frame)
    loc = frame.loc if key is None else (*frame.loc, key)
    before = decoded_inner(walk.text[inner[0] : max(inner[0], min(offset, inner[1]))])
    return Cursor(
        role, loc, *inner, decoded(token), before, is_quoted, closed,
        _COLON.match(walk.text, end) is not None, comma_at, _needs_comma(walk.text, end), offset,
    )  # fmt: skip


def _between(walk: _Walk, offset: int) -> Cursor:
    if not walk.frames:
        return Cursor("none", (), offset, offset)
    frame = walk.frames[-1]
    comma_at = frame.last_end if frame.phase == "comma" else None
    needs = _needs_comma(walk.text, offset)
    if frame.opener == "[":
        return Cursor(
            "value", (*frame.loc, _index(frame) or 0), offset, offset, comma_at=comma_at, needs_comma=needs
        )
    if frame.phase == "value":
        return Cursor("value", frame.here, offset, offset, needs_comma=needs)
    role: Role = "none" if frame.phase == "colon" else "key"
    return Cursor(role, (*frame.loc, ""), offset, offset, comma_at=comma_at, needs_comma=needs)


def _index(frame: _Frame) -> str | int | None:
    if isinstance(frame.key, int) and frame.phase == "comma":
        return frame.key + 1
    return frame.key


def _needs_comma(text: str, end: int) -> bool:
    match = _FOLLOWING.match(text, end)
    return match is not None and match[1] not in ":,}]"


def decoded(token: str) -> str:
    """Return what a token says: a text without its quotes and escapes, anything else as it is."""
    if token[:1] != '"':
        return token
    return decoded_inner(token[1:-1] if is_closed(token) else token[1:])


def decoded_inner(raw: str) -> str:
    """Return what the inside of a text says; as it is where it is broken."""
    if "\\" not in raw:
        return raw
    try:
        return str(json.loads(f'"{raw}"'))
    except ValueError:
        return raw
