"""YAML as JSON: only what JSON can say, by the rules of YAML 1.2, in bounded room and time.

The text is read event by event, without recursion and without building anything that a tag asks for. "yes"
and "2026-01-31" stay texts. An alias stands for a copy, and every copy counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

from flowlang.members import MAX_DEPTH, MAX_INTEGER, MIN_INTEGER
from flowlang.problems import JSON

MAX_CHARACTERS: Final = 1_048_576
MAX_SIZE: Final = 2_000_000
_COST: Final = 10  # of a value, beside its characters
_CORE: Final = "tag:yaml.org,2002:"
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_REAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Final[Mapping[str, JSON]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MISSING: Final = object()


class YAMLError(ValueError):
    """The text cannot be read; the message says where and why, and is meant for its reader."""


def read(text: str) -> JSON:
    """Return the value of a text that holds one YAML document.

    Raises  YAMLError
    """
    if len(text) > MAX_CHARACTERS:
        raise YAMLError(f"The text has {len(text):,} characters; {MAX_CHARACTERS:,} are read.")
    reading = _Reading()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reading.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise YAMLError(f"This is not sound YAML{where}: {_reason(error)}.") from error
    if reading.result is _MISSING:
        raise YAMLError("The text holds no document.")
    return cast("JSON", reading.result)


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")


@dataclass
class _Open:
    """An object or array that has begun. size: what it takes so far, as `MAX_SIZE` counts."""

    value: dict[str, JSON] | list[JSON]
    anchor: str | None
    key: str | None = None
    size: int = _COST


@dataclass
class _Reading:
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[JSON, int]] = field(default_factory=dict)
    size: int = 0
    documents: int = 0
    result: Any = _MISSING

    def take(self, event: Any) -> None:
        act: Callable[[Any, int], None] | None = getattr(self, f"_{type(event).__name__}", None)
        if act:
            act(event, event.start_mark.line + 1)

    def _DocumentStartEvent(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise YAMLError(f"A second document begins in line {line}. Bring one at a time.")

    def _MappingStartEvent(self, event: Any, line: int) -> None:
        self._begin({}, event, line)

    def _SequenceStartEvent(self, event: Any, line: int) -> None:
        self._begin([], event, line)

    def _begin(self, value: dict[str, JSON] | list[JSON], event: Any, line: int) -> None:
        self._no_key(line)
        _known(event.tag, "map" if isinstance(value, dict) else "seq", line)
        if len(self.open) >= MAX_DEPTH:
            raise YAMLError(f"Line {line} is nested in more than {MAX_DEPTH} levels.")
        self._count(_COST, line)
        self.open.append(_Open(value, event.anchor))

    def _no_key(self, line: int) -> None:
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].key is None:
            raise YAMLError(f"The name in line {line} is not a text. JSON has only texts as names.")

    def _MappingEndEvent(self, event: Any, line: int) -> None:
        done = self.open.pop()
        self._put(done.value, done.size, done.anchor, line)

    _SequenceEndEvent = _MappingEndEvent

    def _ScalarEvent(self, event: Any, line: int) -> None:
        top = self.open[-1] if self.open else None
        if top and isinstance(top.value, dict) and top.key is None:
            top.key = _name(event.value, top.value, line)
            top.size += len(top.key)
            self._count(len(top.key), line)
            return
        size = _COST + len(event.value)
        self._count(size, line)
        self._put(_scalar(event, line), size, event.anchor, line)

    def _AliasEvent(self, event: Any, line: int) -> None:
        self._no_key(line)
        if event.anchor not in self.anchors:
            raise YAMLError(
                f'The alias "*{event.anchor}" in line {line} names nothing that is complete before it.'
            )
        value, size = self.anchors[event.anchor]
        self._count(size, line)
        self._put(value, size, None, line)

    def _count(self, more: int, line: int) -> None:
        self.size += more
        if self.size > MAX_SIZE:
            raise YAMLError(
                f"Up to line {line} there is more than is read, counting each copy that an alias stands for."
            )

    def _put(self, value: JSON, size: int, anchor: str | None, line: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.open:
            self.result = value
            return
        top = self.open[-1]
        top.size += size
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key], top.key = value, None


def _name(key: str, members: Mapping[str, JSON], line: int) -> str:
    if key == "<<":
        raise YAMLError(f'"<<" in line {line} merges objects, which JSON cannot. Write the members out.')
    if key in members:
        raise YAMLError(f'The name "{key[:60]}" in line {line} stands twice in the same object.')
    return key


def _known(tag: str | None, kind: str, line: int) -> None:
    if tag not in (None, "!", _CORE + kind):
        raise YAMLError(f'The tag "{str(tag)[:60]}" in line {line} means nothing in JSON. Take it out.')


def _scalar(event: Any, line: int) -> JSON:
    text: str = event.value
    if event.tag == f"{_CORE}str" or (event.tag in (None, "!") and not event.implicit[0]):
        return text
    if event.tag is not None:
        kind = event.tag.removeprefix(_CORE)
        value = _plain(text, line)
        name = {bool: "bool", int: "int", float: "float", type(None): "null"}.get(type(value), "str")
        _known(event.tag, name if kind != "float" or name != "int" else "float", line)
        return value
    return _plain(text, line)


def _plain(text: str, line: int) -> JSON:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text, line)
    if _NO_NUMBER.fullmatch(text):
        raise YAMLError(f'"{text}" in line {line} is a number that JSON does not have.')
    if _REAL.fullmatch(text):
        value = float(text)
        if abs(value) == float("inf"):
            raise YAMLError(f'"{text[:60]}" in line {line} is larger than any number of JSON.')
        return value
    return text


def _integer(text: str, line: int) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    value = int(text.removeprefix("0o"), base) if len(text) <= 30 else MAX_INTEGER + 1
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise YAMLError(f'"{text[:60]}" in line {line} is too large for a whole number of 64 bits.')
    return value
