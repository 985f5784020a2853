"""JSON in: bounded, strict, and every refusal a clear 400."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from flowlang.problems import JSON
from wire.errors import PayloadTooLarge

MAX_BYTES = 2_097_152  # a definition of 1 MB and its schema, with room
MAX_DEPTH = 100  # below the recursion limits of every reader and writer of JSON here
MAX_DIGITS = 400
_LARGEST = 2**64  # larger whole numbers cannot be written exactly

# A string without an end reaches to the end: looked for again at each quote in it, it would take hours.
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, JSON]:
        """Return the body, a JSON object; {} when there is none. Raises ParseError (400), PayloadTooLarge."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise PayloadTooLarge(f"The body is larger than {MAX_BYTES:,} bytes.")
        return read_object(body) if body.strip() else {}


def read_object(body: bytes) -> dict[str, JSON]:
    """Return the JSON object that `body` holds.

    Raises  ParseError for anything that is not JSON by the standard, that readers disagree about (a member
            given twice, a number that overflows, half a surrogate pair), or that cannot be kept (NUL, deep
            nesting)
    """
    text = _decoded(body)
    _check_depth(text)
    value = _loaded(text)
    if not isinstance(value, dict):
        raise ParseError(f"The body must be a JSON object, but it is {_kind(value)}.")
    if "\\u" in text or "\x00" in text:
        _check_texts(value)
    return value


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start} is not valid there.") from error
    if text.startswith("\ufeff"):
        raise ParseError("The body starts with a byte order mark. Send it without one.")
    return text


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        first = found.group()[0]
        depth += 1 if first in "[{" else -1 if first in "]}" else 0
        if depth > MAX_DEPTH:
            raise ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _loaded(text: str) -> JSON:
    try:
        value: JSON = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ParseError(f"The body is not valid JSON: {place}: {error.msg}.") from error
    return value


def _members(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = Counter(name for name, _ in pairs)
        twice = json.dumps(names.most_common(1)[0][0][:80])
        raise ParseError(f"The member {twice} is given twice in one object.")
    return result


def _no_constant(word: str) -> JSON:
    raise ParseError(f"{word} is not a JSON number.")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ParseError(f"The number {digits[:40]} is too large.")
    return value


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS or not -_LARGEST / 2 <= int(digits) < _LARGEST:
        raise ParseError(f"The whole number {digits[:40]} is too large to be kept exactly.")
    return int(digits)


def _check_texts(value: JSON) -> None:
    """Refuse what no database or client can hold; every name and text is looked at."""
    waiting: list[JSON] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and _UNSTORABLE.search(item):
            raise ParseError(
                f"The text {json.dumps(item[:40])} holds a NUL character or half a surrogate pair."
            )
        if isinstance(item, dict):
            waiting.extend([*item, *item.values()])
        elif isinstance(item, list):
            waiting.extend(item)


def _kind(value: JSON) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
