"""What may stand at a place of an input that is typed as JSON: names of members, and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from flowlang.forms.conditions import widened
from flowlang.forms.draw import entry_schema
from flowlang.forms.kinds import kind, options, type_of, variants
from flowlang.forms.parts import Part, item_schema, properties, required, whole

MAX_PROPOSALS: Final = 200
_MAX_PARTS: Final = 50
_STUBS: Final = {"object": "{}", "array": "[]", "string": '""', "boolean": "false", "null": "null"}
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing to insert: what the list shows, the text, and two remarks."""

    label: str
    insert: str
    detail: str = ""
    info: str = ""


@dataclass(slots=True)
class Frame:
    """A group or a list that is open; `key` is the name or number of the member that is being typed."""

    is_list: bool
    key: str | int | None
    names: set[str] = field(default_factory=set)


def proposals(schema: Any, text: str, offset: int) -> tuple[int, list[Proposal]]:
    """Return where the word at `offset` begins, and what may stand there after `schema`.

    Reads only what stands before `offset`, so that nothing after it has to be right.
    """
    frames, wants, start = _read(text[:offset])
    if not frames or not wants:
        return start, []
    group = _parts_at(whole(schema), [frame.key for frame in frames[:-1]])
    if wants == "name":
        found = _names(group, frames[-1].names)
    else:
        found = _values(inner for part in group for inner in _below(part, frames[-1].key))
    unique: dict[str, Proposal] = {}
    for one in found:
        unique.setdefault(one.label, one)
    return start, list(unique.values())[:MAX_PROPOSALS]


def _read(text: str) -> tuple[list[Frame], str, int]:
    """Return what is open where `text` ends, whether "name", "value" or "" is wanted, and its start."""
    frames: list[Frame] = []
    wants = "value"
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in ("{", "["):
            frames.append(Frame(word == "[", 0 if word == "[" else None))
            wants = "value" if word == "[" else "name"
        elif word in ("}", "]"):
            frames, wants = frames[:-1], ""
        elif word == ":":
            wants = "value"
        elif word == ",":
            wants = _next(frames)
        elif token.end() == len(text) and not (word.endswith('"') and len(word) > 1):
            return frames, wants, token.start()
        else:
            if wants == "name" and frames:
                frames[-1].key = _unquoted(word)
            wants = ""
    return frames, wants, len(text)


def _next(frames: list[Frame]) -> str:
    """Go on to the next member of what is open."""
    if not frames:
        return ""
    frame = frames[-1]
    if isinstance(frame.key, int):
        frame.key += 1
        return "value"
    frame.names |= {frame.key} if frame.key is not None else set()
    frame.key = None
    return "name"


def _unquoted(word: str) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return word.strip('"')


def _parts_at(part: Part, path: Iterable[str | int | None]) -> list[Part]:
    """Return the parts of the schema, one for each variant, that a place may have."""
    found = _opened(part)
    for step in path:
        found = [inner for one in found for inner in _below(one, step)][:_MAX_PARTS]
    return found


def _below(part: Part, step: str | int | None) -> list[Part]:
    if isinstance(step, int):
        return _opened(part.inner(item_schema(part, step)))
    known = part.schema.get("properties") or {}
    if step is None or (step not in known and part.schema.get("additionalProperties") is False):
        return []
    return _opened(part.inner(known[step] if step in known else entry_schema(part, step)))


def _opened(part: Part, depth: int = 0) -> list[Part]:
    """Return the variants of `part`, with the members of every condition; `part` itself where it has none."""
    wide = widened(part)
    has_branches = bool(wide.schema.get("oneOf") or wide.schema.get("anyOf")) and kind(wide) == "variant"
    if depth > 4 or not has_branches:
        return [wide]
    return [inner for choice in variants(wide) for inner in _opened(choice.part, depth + 1)]


def _names(parts: Iterable[Part], taken: set[str]) -> Iterator[Proposal]:
    for part in parts:
        needed = required(part)
        for name, schema in properties(part):
            if name in taken or schema is False:
                continue
            member = part.inner(schema)
            about = str(member.schema.get("description") or member.schema.get("title") or "")
            wanted = "required" if name in needed else _words(type_of(member))
            yield Proposal(name, f"{json.dumps(name, ensure_ascii=False)}: {_stub(member)}", wanted, about)


def _words(types: str | list[str]) -> str:
    return types if isinstance(types, str) else " or ".join(types)


def _stub(part: Part) -> str:
    """Return the text of a value to begin with."""
    for given in ("default", "const"):
        if given in part.schema:
            return json.dumps(part.schema[given], ensure_ascii=False)
    types = type_of(part)
    return _STUBS.get(types if isinstance(types, str) else "", "")


def _values(parts: Iterable[Part]) -> Iterator[Proposal]:
    for part in parts:
        schema = part.schema
        for value, title in options(part):
            yield Proposal(_text(value), _text(value), title)
        for word in ("const", "default"):
            if word in schema:
                yield Proposal(_text(schema[word]), _text(schema[word]), word)
        examples = schema.get("examples")
        for value in examples if isinstance(examples, list) else ():
            yield Proposal(_text(value), _text(value), "example")
        types = type_of(part)
        for name in [types] if isinstance(types, str) else types:
            words = ("true", "false") if name == "boolean" else (_STUBS.get(name, ""),)
            yield from (Proposal(word, word, name) for word in words if word and not options(part))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
