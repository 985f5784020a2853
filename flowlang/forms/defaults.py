"""What a form holds before anybody has typed."""

from __future__ import annotations

from typing import Any, Final

from flowlang.forms.conditions import is_conditional, taken
from flowlang.forms.kinds import Kind, kind, type_of, variants
from flowlang.forms.parts import Part, item_schema, properties, required, whole
from flowlang.forms.validation import is_valid
from flowlang.forms.values import ABSENT

_MAX_DEPTH: Final = 16
_MAX_ROWS: Final = 50
_MAX_ROUNDS: Final = 2  # each nested condition multiplies
# Kinds that may stand there empty; a more complex optional value begins as "not given".
SIMPLE: Final[frozenset[Kind]] = frozenset(
    {"text", "textarea", "number", "boolean", "choice", "const", "date", "moment"}
)


def defaults(schema: Any) -> dict[str, Any]:
    """Return the value that the form of `schema` begins with: its defaults, at every depth."""
    found = default_of(whole(schema), must=True)
    return found if isinstance(found, dict) else {}


def default_of(part: Part, *, must: bool, depth: int = 0) -> Any:
    """Return the default at `part`, or ABSENT. `must` when it is required, or was asked for."""
    if depth > _MAX_DEPTH or (part.repeats and not must):
        return part.schema.get("default", ABSENT)
    shown = taken(part, ABSENT)
    found = _default_of(shown, must, depth)
    for _ in range(_MAX_ROUNDS if is_conditional(part) else 0):
        asked = taken(part, found)
        if asked.schema == shown.schema:
            break
        shown, found = asked, _default_of(asked, must, depth)
    return found


def _default_of(part: Part, must: bool, depth: int) -> Any:
    name = kind(part)
    if name == "const":
        return part.schema.get("const") if must else part.schema.get("default", ABSENT)
    if name in ("object", "collection"):
        return _members(part, must, depth)
    if name == "list":
        return _rows(part, must, depth)
    if name == "variant" and "default" not in part.schema:
        return _of_variant(part, must, depth)
    found = part.schema.get("default", ABSENT)
    # Authors write null for "no default", also where null is not allowed.
    return ABSENT if found is None and not fits(name, None) else found


def _members(part: Part, must: bool, depth: int) -> Any:
    given = part.schema.get("default", ABSENT)
    if not isinstance(given, dict | type(ABSENT)):
        return given
    found = {} if given is ABSENT else dict(given)
    needed = required(part)
    for name, schema in properties(part):
        value = default_of(part.inner(schema), must=name in needed, depth=depth + 1)
        if value is not ABSENT and name not in found:
            found[name] = value
    return found if found or must or given is not ABSENT else ABSENT


def _rows(part: Part, must: bool, depth: int) -> Any:
    given = part.schema.get("default", ABSENT)
    fewest = part.schema.get("minItems", 0)
    if not must or not isinstance(fewest, int) or not isinstance(given, list | type(ABSENT)):
        return given
    rows = [] if given is ABSENT else list(given)
    for index in range(len(rows), min(fewest, _MAX_ROWS)):
        rows.append(default_of(part.inner(item_schema(part, index)), must=False, depth=depth + 1))
    return rows if rows else given


def _of_variant(part: Part, must: bool, depth: int) -> Any:
    choices = variants(part)
    if not choices or not (must or all(kind(choice.part) in SIMPLE for choice in choices)):
        return ABSENT
    return default_of(choices[first(part, must=must) or 0].part, must=must, depth=depth + 1)


def first(part: Part, *, must: bool) -> int | None:
    """Return which variant shows before anybody chose; None for "not given"."""
    choices = variants(part)
    is_anything = not (part.schema.get("oneOf") or part.schema.get("anyOf") or type_of(part))
    if not must and not is_anything and any(kind(choice.part) not in SIMPLE for choice in choices):
        return None
    wanted = [number for number, choice in enumerate(choices) if choice.part.schema.get("type") != "null"]
    return wanted[0] if wanted else 0


def fitting(part: Part, value: Any) -> int | None:
    """Return the variant that `value` is; None when there is no variant at all.

    1. the first variant that it is valid for;
    2. the first whose constants it has;
    3. the first of its type.
    """
    choices = variants(part)
    for test in (_is_valid, _has_constants, _has_type):
        for number, choice in enumerate(choices):
            if test(choice.part, value):
                return number
    return 0 if choices else None


def _is_valid(part: Part, value: Any) -> bool:
    return is_valid(part.schema, value, part.root)


def _has_constants(part: Part, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    fixed = {name: part.inner(schema).schema for name, schema in properties(part)}
    constants = {name: schema["const"] for name, schema in fixed.items() if "const" in schema}
    return bool(constants) and all(value.get(name) == constant for name, constant in constants.items())


def _has_type(part: Part, value: Any) -> bool:
    return fits(kind(part), value)


def fits(name: Kind, value: Any) -> bool:
    """Whether a control of this kind can hold `value` without losing anything."""
    if name == "number":
        return isinstance(value, int | float | str) and not isinstance(value, bool)
    if name == "boolean":
        return isinstance(value, bool)
    if name in ("object", "collection"):
        return isinstance(value, dict)
    if name in ("list", "choices"):
        return isinstance(value, list)
    if name in ("choice", "variant", "principal"):
        return True
    if name in ("text", "textarea", "date", "moment", "file"):
        return isinstance(value, str)
    return name == "const"
