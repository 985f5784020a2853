"""Which values of an input are secrets: left out where it is kept or shown, or replaced by a placeholder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from flowlang.events import is_hidden
from flowlang.forms.parts import Part, item_schema, whole
from flowlang.forms.values import ABSENT

_SECRET_WORDS: Final = re.compile(
    r"(^|[_\-. ])(pass ?(word|wd|phrase)|pwd|secrets?|tokens?|credentials?"
    r"|(api|access|private|client)[_\- ]?keys?)"
    r"($|[_\-. ])",
    re.IGNORECASE,
)
_WORD_STARTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS: Final = re.compile(
    rb"writeOnly|_private|_tokens|pass ?(word|wd|phrase)|pwd|secret|token|credential"
    rb"|(api|access|private|client)[_\- ]?key",
    re.IGNORECASE,
)
_MOST_BRANCHES: Final = 64
_BRANCHING: Final = ("then", "else")
_Put: TypeAlias = Callable[[str], Any]


def without_secrets(schema: Any, value: dict[str, Any], *, guess: bool = True) -> dict[str, Any]:
    """Return the input `value` without its secrets; they are in no list of inputs, no link and no preset.

    A secret is a member that the schema calls `writeOnly` or of `format` "password", and one whose name
    hides it in runs (`_private…`, `_tokens`).
    guess   also a text whose name says so: "password", "api_key", "access token"
    """
    if not _may_hold_secrets(schema, value):
        return value
    found = _kept([whole(schema)], value, lambda _: ABSENT, guess)
    return found if isinstance(found, dict) else {}


def with_placeholders(schema: Any, value: dict[str, Any]) -> dict[str, Any]:
    """Return the input `value` with a telling text in place of each secret."""
    if not _may_hold_secrets(schema, value):
        return value
    found = _kept([whole(schema)], value, lambda name: f"<{name}: put the secret here>", True)
    return found if isinstance(found, dict) else {}


def _may_hold_secrets(schema: Any, value: dict[str, Any]) -> bool:
    """A look at the texts is far cheaper than a walk, and most inputs have nothing to hide."""
    return any(_SIGNS.search(json.dumps(each, default=str).encode()) for each in (schema, value))


def _kept(parts: list[Part], value: Any, put: _Put, guess: bool) -> Any:
    """Return `value` with `put(name)` for its secrets; ABSENT leaves one out."""
    if isinstance(value, dict):
        pairs = ((name, _member(parts, name, member, put, guess)) for name, member in value.items())
        return {name: member for name, member in pairs if member is not ABSENT}
    if isinstance(value, list):
        around = list(_all(parts))
        items = [
            _kept([part.inner(item_schema(part, at)) for part in around], item, put, guess)
            for at, item in enumerate(value)
        ]
        return [item for item in items if item is not ABSENT]
    return value


def _member(parts: list[Part], name: str, value: Any, put: _Put, guess: bool) -> Any:
    inner = [part.inner(schema) for part in _all(parts) for schema in _schemas_of(part, name)]
    known = list(_all(inner))
    if is_hidden(name) or any(_is_secret(part) for part in known):
        return put(name)
    if guess and isinstance(value, str) and value and _sounds_secret(name, known):
        return put(name)
    return _kept(inner, value, put, guess)


def _is_secret(part: Part) -> bool:
    return part.schema.get("writeOnly") is True or part.schema.get("format") == "password"


def _sounds_secret(name: str, parts: Iterable[Part]) -> bool:
    titles = (part.schema.get("title") for part in parts)
    words = [name, *(title for title in titles if isinstance(title, str))]
    return any(_SECRET_WORDS.search(_WORD_STARTS.sub("_", word)) for word in words)


def _schemas_of(part: Part, name: str) -> Iterator[Any]:
    """Yield what may describe the member `name`; of names by pattern all, rather one too many."""
    properties = part.schema.get("properties")
    if isinstance(properties, dict) and name in properties:
        yield properties[name]
        return
    patterns = part.schema.get("patternProperties")
    yield from patterns.values() if isinstance(patterns, dict) else ()
    yield part.schema.get("additionalProperties", True)


def _all(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts and all branches of theirs, whichever holds for a value."""
    waiting = list(parts)
    for _ in range(_MOST_BRANCHES):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        waiting.extend(_branches(part))


def _branches(part: Part) -> Iterator[Part]:
    for keyword in ("oneOf", "anyOf"):
        if isinstance(part.schema.get(keyword), list):
            yield from (part.inner(branch) for branch in part.schema[keyword])
    conditions = part.schema.get("allOf")
    for condition in conditions if isinstance(conditions, list) else ():
        yield from _taken(part, condition)


def _taken(part: Part, condition: Any) -> Iterator[Part]:
    if not isinstance(condition, dict):
        return
    yield from (part.inner(condition[key]) for key in _BRANCHING if key in condition)
    dependencies = condition.get("dependencies")
    schemas = dependencies.values() if isinstance(dependencies, dict) else ()
    yield from (part.inner(schema) for schema in schemas if isinstance(schema, dict))
