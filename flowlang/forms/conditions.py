"""What a schema asks for only then: `if`/`then`/`else` and `dependencies`, decided by the value so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowlang.forms.parts import Part, merge, properties
from flowlang.forms.validation import is_valid
from flowlang.forms.values import ABSENT, settled

_MAX_CONDITIONS: Final = 100  # in one place, branches within branches counted


def is_conditional(part: Part) -> bool:
    """Whether what is asked for at `part` hangs on what is given there."""
    return bool(part.schema.get("allOf"))


def taken(part: Part, value: Any) -> Part:
    """Return `part` with what `value` brings about merged in; nothing in it is conditional any more.

    value   what is given so far; ABSENT is an empty group
    Source  JSON Schema Validation, draft-07, 6.5.7 and 6.6
    """
    if not is_conditional(part):
        return part
    given = {} if value is ABSENT else settled(value)
    waiting = list(part.schema["allOf"])
    found = part.but(_plain(part.schema))
    for _ in range(_MAX_CONDITIONS):
        if not waiting:
            break
        for asked in _asked(part, waiting.pop(0), given):
            branch = found.inner(asked)
            waiting += branch.schema.get("allOf", [])
            found = branch.but(merge(found.schema, _plain(branch.schema)))
    return found


def branches(part: Part) -> dict[str, Any]:
    """Return the subschemas of the members that only some values bring about, by name."""
    known = part.schema.get("properties") or {}
    found: dict[str, Any] = {}
    for condition in part.schema.get("allOf", ()):
        for schema in _possible(condition):
            for name, member in properties(part.inner(schema)):
                if name not in known:
                    found.setdefault(name, member)
    return found


def widened(part: Part) -> Part:
    """Return `part` with the members of all its branches, and no condition."""
    plain = _plain(part.schema)
    found = branches(part)
    if not found:
        return part.but(plain)
    return part.but({**plain, "properties": {**(plain.get("properties") or {}), **found}})


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: member for key, member in schema.items() if key != "allOf"}


def _asked(part: Part, condition: dict[str, Any], given: Any) -> Iterator[Any]:
    if "if" in condition:
        branch = "then" if is_valid(condition["if"], given, part.root) else "else"
        yield condition.get(branch, True)
    for name, wanted in condition.get("dependencies", {}).items():
        if isinstance(given, dict) and name in given:
            yield _of_dependency(wanted)


def _possible(condition: dict[str, Any]) -> Iterator[Any]:
    yield from (condition[branch] for branch in ("then", "else") if branch in condition)
    yield from (_of_dependency(wanted) for wanted in condition.get("dependencies", {}).values())


def _of_dependency(wanted: Any) -> Any:
    return {"required": wanted} if isinstance(wanted, list) else wanted
