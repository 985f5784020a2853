"""What is wrong with a form, in words for the person who fills it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from jsonschema import ValidationError

from flowlang.forms.draft import Draft
from flowlang.forms.keywords import extras, key
from flowlang.forms.validation import errors, problem
from flowlang.forms.values import ABSENT, child, member_loc
from flowlang.problems import JSON

_MAX_QUOTE: Final = 60
_TYPES: Final = {
    "string": "Enter a text.",
    "number": "Enter a number, such as 3 or 0.5.",
    "integer": "Enter a whole number, such as 3.",
    "boolean": "Choose yes or no.",
    "array": "Give a list.",
    "object": "Give a group of values.",
    "null": "This must be null.",
}
_FORMATS: Final = {
    "email": "an e-mail address, such as name@example.org",
    "uuid": "a UUID, such as 6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11",
    "uri": "an address with its scheme, such as https://example.org/data",
    "date": "a date that exists, such as 2026-03-31",
    "date-time": "a date and time with an offset, such as 2026-03-31T09:30:00Z",
    "time": "a time with an offset, such as 09:30:00Z",
    "ipv4": "an IPv4 address, such as 192.0.2.7",
    "ipv6": "an IPv6 address, such as 2001:db8::7",
    "hostname": "a host name, such as data.example.org",
    "regex": "a regular expression",
}


def explain(schema: Any, draft: Draft) -> list[dict[str, JSON]]:
    """Return what keeps `draft` from being submitted, shaped like `validate`'s answer, each at its field.

    1. What could not be read stands first.
    2. A missing member is told at the member, not at its group; an unknown one at itself.
    3. Of several variants only the one that shows is held against the person.

    Raises  UnusableSchema
    """
    found = [*draft.problems]
    silent = {str(entry["loc"][0]) for entry in found if isinstance(entry["loc"], list)}
    for error in errors(schema, draft.body):
        for loc, words in _told(error, draft):
            if loc not in silent:
                found.append(problem(loc, words))
    unique = {(str(entry["loc"]), str(entry["msg"])): entry for entry in found}
    return list(unique.values())


def _told(error: ValidationError, draft: Draft) -> Iterator[tuple[str, str]]:
    loc, keyword = error.json_path, str(error.validator)
    if keyword == "required":
        for name, subschema in _missing(error):
            yield member_loc(loc, name), _wanted(subschema)
    elif keyword == "additionalProperties" and isinstance(error.instance, dict):
        for name in extras(error.instance, _mapping(error.schema)):
            yield member_loc(loc, name), f"“{_quote(name)}” is not one of this flow's inputs. Remove it."
    elif keyword in ("oneOf", "anyOf") and error.context:
        yield from _of_branch(error, draft)
    elif keyword == "dependencies" and isinstance(error.instance, dict):
        for name, given in _dependent(error):
            yield member_loc(loc, name), f"Enter a value; it is needed because “{_quote(given)}” is given."
    elif _is_name(error, draft):
        words = "The name " + _sentence(error) if error.validator == "pattern" else _sentence(error)
        yield member_loc(loc, str(error.instance)), words
    else:
        yield loc, _sentence(error)


def _is_name(error: ValidationError, draft: Draft) -> bool:
    """Whether it is a member's name that is wrong (`propertyNames`), not a value."""
    if not isinstance(error.instance, str) or "propertyNames" not in error.absolute_schema_path:
        return False
    value: Any = draft.body
    for step in error.absolute_path:
        value = value[step]
    return isinstance(value, dict) and error.instance in value


def _dependent(error: ValidationError) -> Iterator[tuple[str, str]]:
    present = _mapping(error.instance)
    for given, wanted in _mapping(error.validator_value).items():
        missing = [name for name in wanted if name not in present] if isinstance(wanted, list) else []
        if given in present and error.message.endswith(f"dependency of {given!r}"):
            yield from ((name, given) for name in missing if error.message.startswith(f"{name!r} "))


def _missing(error: ValidationError) -> Iterator[tuple[str, Mapping[str, Any]]]:
    known = _mapping(_mapping(error.schema).get("properties"))
    # One error for each missing name; its message begins with that name.
    for name in error.validator_value if isinstance(error.validator_value, list) else ():
        if error.message.startswith(f"{name!r} "):
            yield name, _mapping(known.get(name))


def _wanted(schema: Mapping[str, Any]) -> str:
    verb = "Choose" if "enum" in schema or "globus" in str(schema.get("format")) else "Enter"
    return f"{verb} a value; it is required."


def _of_branch(error: ValidationError, draft: Draft) -> Iterator[tuple[str, str]]:
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    if all(inner.validator == "required" and not inner.path for inner in error.context or ()):
        names = [str(name) for inner in error.context or () for name, _ in _missing(inner)]
        yield error.json_path, f"Give one of these: {', '.join(dict.fromkeys(names))}."
        return
    chosen = _chosen(error, draft)
    shown = branches.get(chosen) or min(branches.values(), key=len)
    for inner in shown:
        yield from _told(inner, draft)


def _chosen(error: ValidationError, draft: Draft) -> int:
    name = name_at(error.absolute_path, draft)
    markers = [marker for marker in draft.state.chosen if marker.startswith(f"{name}#variant")]
    return draft.state.chosen[min(markers)] if markers else -1


def name_at(path: Iterable[str | int], draft: Draft) -> str:
    """Return the name of the control at a path of the submitted value."""
    name = ""
    value: Any = draft.value
    for step in path:
        if isinstance(step, int) and isinstance(value, list):
            given = [at for at, row in enumerate(value) if row is not ABSENT]
            at = given[step] if step < len(given) else step
            keys = draft.state.rows.get(name, [])
            name = child(name, keys[at] if at < len(keys) else str(at))
            value = value[at] if at < len(value) else None
        else:
            keyed = {typed: key for key, typed, _ in draft.state.entries.get(name, ())}
            name = f"{name}/#{keyed[str(step)]}" if step in keyed else child(name, str(step))
            value = value.get(step) if isinstance(value, dict) else None
    return name


def _sentence(error: ValidationError) -> str:
    tell = _SENTENCES.get(str(error.validator))
    return tell(error) if tell else f"{error.message}."


def _value(error: ValidationError) -> Any:
    return error.instance


def _limit_of(error: ValidationError) -> Any:
    return error.validator_value


def _type(error: ValidationError) -> str:
    wanted = _limit_of(error)
    if isinstance(wanted, str):
        return _TYPES.get(wanted, f"{error.message}.")
    return f"Give one of these: {', '.join(str(name) for name in wanted)}."


def _format(error: ValidationError) -> str:
    words = _FORMATS.get(str(error.validator_value), f"a {error.validator_value}")
    return f"“{_quote(error.instance)}” is not {words}."


def _pattern(error: ValidationError) -> str:
    schema = _mapping(error.schema)
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return f"“{_quote(error.instance)}” does not have the right form. An example: {_quote(examples[0])}"
    return f"“{_quote(error.instance)}” does not have the right form: it must match {error.validator_value}"


def _length(error: ValidationError) -> str:
    now, limit = len(_value(error)), _limit_of(error)
    words = "at least" if error.validator == "minLength" else "at most"
    return f"Enter {words} {_counted(limit, 'character')}; now there are {now}."


def _items(error: ValidationError) -> str:
    now, limit = len(_value(error)), _limit_of(error)
    if error.validator == "minItems":
        return f"Add at least {_counted(limit, 'entry', 'entries')}; now there are {now}."
    return f"At most {_counted(limit, 'entry', 'entries')} may be given; now there are {now}."


def _counted(number: Any, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _limit(words: str) -> Callable[[ValidationError], str]:
    return lambda error: f"Enter {words.format(error.validator_value)}."


def _repeated(error: ValidationError) -> str:
    seen: set[object] = set()
    for index, item in enumerate(_value(error)):
        if key(item) in seen:
            return f"Each entry may be given once only; entry {index + 1} repeats an earlier one."
        seen.add(key(item))
    return "Each entry may be given once only."


def _several(error: ValidationError) -> str:
    return "This fits more than one of the possible forms; it must fit exactly one."


_SENTENCES: Final[dict[str, Callable[[ValidationError], str]]] = {
    "type": _type,
    "format": _format,
    "pattern": _pattern,
    "enum": lambda error: f"“{_quote(error.instance)}” is not one of the values to choose from.",
    "const": lambda error: f"This must be {_quote(error.validator_value)}.",
    "minLength": _length,
    "maxLength": _length,
    "minItems": _items,
    "maxItems": _items,
    "minimum": _limit("{} or more"),
    "maximum": _limit("{} or less"),
    "exclusiveMinimum": _limit("more than {}"),
    "exclusiveMaximum": _limit("less than {}"),
    "multipleOf": _limit("a multiple of {}"),
    "uniqueItems": _repeated,
    "oneOf": _several,
    "not": lambda error: _refused(error.instance),
    "contains": lambda error: "At least one entry must be of the kind that the flow looks for.",
    "additionalItems": lambda error: "There are more entries than the flow takes. Remove the last ones.",
    "items": lambda error: "There are more entries than the flow takes. Remove the last ones.",
    "None": lambda error: "Nothing may be given here. Leave it out.",
    "minProperties": lambda error: f"Give at least {_counted(error.validator_value, 'value')}.",
    "maxProperties": lambda error: f"Give at most {_counted(error.validator_value, 'value')}.",
}


def _refused(value: Any) -> str:
    if isinstance(value, dict | list):
        return "These values are not allowed together. Change or remove one of them."
    return f"“{_quote(value)}” is not allowed here."


def _quote(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MAX_QUOTE else text[:_MAX_QUOTE] + "…"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
