"""Validating a run's input against the flow's input schema."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft7Validator, SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from flowlang.forms.keywords import FORMATS, BoundedValidator, TooDeep, TooManySteps, allow_steps
from flowlang.forms.patterns import PatternError
from flowlang.problems import JSON

MAX_ERRORS: Final = 100
MAX_DEPTH: Final = 64
_MAX_MESSAGE: Final = 2_000
_META: Final = jsonschema_rs.Draft7Validator(Draft7Validator.META_SCHEMA)
# Nothing is ever fetched: a reference leads into the schema itself or nowhere.
_CLOSED: Final[Registry[Any]] = Registry()


class UnusableSchema(ValueError):
    """An input schema that nothing can be checked against; the message says why."""


def validate(schema: JSON, body: JSON) -> list[dict[str, JSON]]:
    """Return what is wrong with `body`, the first hundred problems, ordered by place; [] when it is valid.

    Shape   {"loc": ["$.source.id"], "msg": "'x' is not a 'uuid'", "type": "InvalidActionInput"}
    schema  an object or a boolean, draft-07 whatever its "$schema" says; references lead into it only
    Source  input schemas, 3; places and wording are those of Python's jsonschema
    """
    if not isinstance(body, dict):
        return [problem("$", f"{body!r} is not of type 'object'")]
    try:
        found = errors(schema, body)
    except UnusableSchema as error:
        return [problem("$", f"The flow's input schema cannot be used: {error}")]
    return [problem(error.json_path, error.message) for error in found]


def problem(loc: str, message: str) -> dict[str, JSON]:
    """Return one entry of a validation answer."""
    cut = message if len(message) <= _MAX_MESSAGE else message[:_MAX_MESSAGE] + "…"
    return {"loc": [loc], "msg": cut, "type": "InvalidActionInput"}


def errors(schema: JSON, value: JSON) -> list[ValidationError]:
    """Return the first MAX_ERRORS violations, ordered by place. Raises UnusableSchema."""
    if depth_exceeds(value, MAX_DEPTH):
        return [ValidationError(f"The value is nested more than {MAX_DEPTH} levels deep")]
    check_schema(schema)
    allow_steps(_size(value))
    try:
        found = list(islice(_iterate(schema, value), MAX_ERRORS))
    except TooManySteps:
        return [ValidationError("The value is too large to be checked against the schema")]
    return sorted(found, key=_place)


def check_schema(schema: JSON) -> None:
    """Raise UnusableSchema when `schema` is not a draft-07 schema."""
    if not isinstance(schema, dict | bool):
        raise UnusableSchema("it is not an object.")
    if depth_exceeds(schema, MAX_DEPTH):
        raise UnusableSchema(f"it is nested more than {MAX_DEPTH} levels deep.")
    if _META.is_valid(schema):
        return
    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        raise UnusableSchema(f"{error.json_path}: {error.message[:_MAX_MESSAGE]}.") from error


def is_valid(schema: JSON, value: JSON, root: JSON) -> bool:
    """Whether `value` fits `schema`, a part of the document `root`. False when that cannot be said."""
    allow_steps(_size(value))
    try:
        validator = BoundedValidator(root, registry=_CLOSED, format_checker=FORMATS).evolve(schema=schema)
        return bool(validator.is_valid(value))
    except (TooManySteps, TooDeep, ValueError, Unresolvable, OverflowError):
        return False


def depth_exceeds(value: JSON, limit: int) -> bool:
    """Whether `value` nests deeper than `limit`."""
    level: list[JSON] = [value]
    for _ in range(limit + 1):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return False
    return True


def _size(value: JSON) -> int:
    """Return how many values `value` holds."""
    level: list[JSON] = [value]
    size = 0
    while level:
        size += len(level)
        level = [inner for outer in level for inner in _members(outer)]
    return size


def _members(value: JSON) -> Iterable[JSON]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _iterate(schema: JSON, value: JSON) -> Iterable[ValidationError]:
    try:
        yield from BoundedValidator(schema, registry=_CLOSED, format_checker=FORMATS).iter_errors(value)
    except PatternError as error:
        raise UnusableSchema(str(error)) from error
    except Unresolvable as error:
        raise UnusableSchema(
            f'"$ref": {error.ref!r} leads to nothing in it; others are not fetched.'
        ) from error
    except TooDeep as error:
        raise UnusableSchema("it refers to itself without end.") from error
    except OverflowError as error:
        raise UnusableSchema(f"a number in it is out of range: {error}.") from error
    except ValueError as error:
        # An index of thousands of digits in a reference.
        raise UnusableSchema(f"a reference in it cannot be followed: {error}.") from error


def _place(error: ValidationError) -> list[tuple[bool, str, int]]:
    return [
        (isinstance(step, int), "" if isinstance(step, int) else step, step if isinstance(step, int) else 0)
        for step in error.absolute_path
    ]
