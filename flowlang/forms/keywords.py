"""JSON Schema keywords, draft-07, bounded: no schema and no input can hold the validator up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from flowlang.forms.formats import checker
from flowlang.forms.patterns import search
from flowlang.problems import JSON

Keyword: TypeAlias = Callable[[Any, Any, Any, Any], "Iterator[ValidationError] | None"]
BASE_STEPS: Final = 100_000
STEPS_A_VALUE: Final = 40
_STEPS_AN_ERROR: Final = 20
_STEPS_A_REFERENCE: Final = 20
# Below Python's own limit: what happens there inside the compiled parts of jsonschema is not an exception.
_MAX_DEPTH: Final = 150
_left: ContextVar[list[int]] = ContextVar("steps and levels left")


class TooDeep(Exception):
    """The schema leads into itself without end, or more deeply than anybody means it."""


class TooManySteps(Exception):
    """Checking this input against this schema takes more keyword evaluations than are allowed."""


def allow_steps(values: int) -> None:
    """Set how many keyword evaluations the current context may still do, for an input of so many values."""
    _left.set([BASE_STEPS + STEPS_A_VALUE * values, _MAX_DEPTH])


def _spend(steps: int) -> None:
    left = _left.get()
    left[0] -= steps
    if left[0] < 0:
        raise TooManySteps


def _counted(keyword: Keyword, steps: int) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _spend(steps)
        left = _left.get()
        left[1] -= 1
        if left[1] < 0:
            raise TooDeep
        try:
            for error in keyword(validator, value, instance, schema) or ():
                _spend(_STEPS_AN_ERROR)
                yield error
        finally:  # whoever wants to know only whether there is an error does not ask for the second
            left[1] += 1

    return check


def _pattern(validator: Any, value: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not search(value, instance):
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _pattern_properties(
    validator: Any, value: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in value.items():
        for name in instance:
            if search(pattern, name):
                yield from validator.descend(instance[name], subschema, path=name, schema_path=pattern)


def extras(instance: Mapping[str, JSON], schema: Mapping[str, Any]) -> list[str]:
    """Return the names in `instance` that neither `properties` nor `patternProperties` of `schema` know."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [name for name in instance if name not in known and not any(search(p, name) for p in patterns)]


def _additional_properties(
    validator: Any, value: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    unknown = extras(instance, schema)
    if isinstance(value, dict):
        for name in unknown:
            yield from validator.descend(instance[name], value, path=name)
    elif not value and unknown:
        yield ValidationError(_unexpected(sorted(unknown), schema))


def _unexpected(names: list[str], schema: Mapping[str, Any]) -> str:
    joined = ", ".join(repr(name) for name in names)
    one = len(names) == 1
    if "patternProperties" in schema:
        patterns = ", ".join(repr(pattern) for pattern in sorted(schema["patternProperties"]))
        return f"{joined} {'does' if one else 'do'} not match any of the regexes: {patterns}"
    return f"Additional properties are not allowed ({joined} {'was' if one else 'were'} unexpected)"


def _enum(validator: Any, value: list[Any], instance: Any, schema: Any) -> Iterator[ValidationError]:
    _spend(len(value) // 50)
    if isinstance(instance, str) and instance in value:
        return
    wanted = key(instance)
    if isinstance(instance, str) or all(key(member) != wanted for member in value):
        yield ValidationError(f"{instance!r} is not one of {value!r}")


def _unique_items(validator: Any, value: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not value or not isinstance(instance, list):
        return
    _spend(len(instance) // 20)
    if len({key(item) for item in instance}) < len(instance):
        yield ValidationError(f"{instance!r} has non-unique elements")


def key(value: JSON) -> object:
    """Return something hashable that is equal for equal JSON: 1 and 1.0 are one number, true is not 1."""
    if isinstance(value, bool):
        return ("truth", value)
    if isinstance(value, dict):
        return frozenset((name, key(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(key(item) for item in value)
    return value


_REPLACED: Final[dict[str, Keyword]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "enum": _enum,
    "uniqueItems": _unique_items,
}
_ALL: Final = {**Draft7Validator.VALIDATORS, **_REPLACED}
BoundedValidator: Final = extend(  # type: ignore[no-untyped-call]  # the stubs leave it untyped
    Draft7Validator,
    validators={
        name: _counted(check, _STEPS_A_REFERENCE if name == "$ref" else 1) for name, check in _ALL.items()
    },
)
FORMATS: Final = checker()
