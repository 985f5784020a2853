"""Checks of an object's fields against their rules: known, there, of the right type and meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flowlang import check_values
from flowlang.findings import Put, Remedy, Remove, Rename, Site, quote
from flowlang.problems import JSON
from flowlang.rules import CONNECTIVES, FOREIGN_FIELDS, OPERATORS, STATES, Field, Fields, Shape, Syntax

Check = Callable[[Site, str, Any], object]

_SHAPES: Final[Mapping[Shape, tuple[str, str]]] = {
    "text": ("text", "type_error.string"),
    "object": ("an object", "type_error.dict"),
    "array": ("an array", "type_error.list"),
    "boolean": ("true or false", "type_error.bool"),
    "whole": ("a whole number", "type_error.integer"),
    "number": ("a number", "type_error.float"),
}
_KINDS: Final[Mapping[Shape, type]] = {"text": str, "object": dict, "array": list, "boolean": bool}
_SYNTAXES: Final[Mapping[Syntax, Check]] = {
    "path": check_values.path,
    "result": check_values.result,
    "timestamp": check_values.timestamp,
    "seconds": check_values.seconds,
    "wait": check_values.wait,
    "url": check_values.url,
    "pattern": check_values.pattern,
    "uuid": check_values.uuid,
}
_ALL_FIELDS: Final = frozenset(name for kind in STATES.values() for name in kind.fields)
_UNUSED: Final = "$._run.unused"
_DISCARDED: Final = f"To keep a result out of the way, store it under a name such as {_UNUSED}."


def fields(site: Site, value: Mapping[str, JSON], known: Fields) -> None:
    """Check the members of the object at `site`: each known, of its type and meaning, and none missing.

    What other checks look at (templates, rules, catchers, references) is left to them.
    """
    for key, member in value.items():
        field = known.get(key)
        if field is None:
            _unknown(site, key, value, known)
            continue
        # As in `has_shape`, but without calling it: this runs for every member of every state and rule.
        kind = _KINDS.get(field.shape)
        if not (has_shape(member, field.shape) if kind is None else isinstance(member, kind)):
            _wrong_type(site, key, member, field)
        elif field.syntax and (check := _SYNTAXES.get(field.syntax)):
            check(site, key, member)
    for key in known.required:
        if key not in value:
            message = f"{key} is missing: {known[key].text[0].lower()}{known[key].text[1:]}"
            remedies = _first_aid(site, key, value)
            site.error("field-missing", message, *remedies, type="value_error.missing", on_key=True)


def _first_aid(site: Site, key: str, value: Mapping[str, JSON]) -> tuple[Remedy, ...]:
    """Offer the missing field with a value that lets the flow run, where there is one."""
    states = value.get("States")
    wanted: JSON = None
    if key == "StartAt" and isinstance(states, dict) and states:
        wanted = next(iter(states))
    elif key == "ErrorEquals":
        wanted = ["States.ALL"]
    elif key == "Parameters":
        wanted = {}
    elif key == "ResultPath":
        wanted = result_path(str(site.loc[-1]))
    title = f'Add "{key}": {json.dumps(wanted, ensure_ascii=False)}'
    change = Put(site.at(key).loc, wanted, is_first=key == "StartAt")
    return () if wanted is None else (Remedy(title, change),)


def result_path(name: str) -> str:
    """Return where the result of the state `name` may be stored."""
    return f"$.{re.sub(r'[^A-Za-z0-9_-]+', '_', name).strip('_') or 'result'}"


def has_shape(value: JSON, shape: Shape) -> bool:
    """Whether `value` is of that JSON type."""
    kind = _KINDS.get(shape)
    if kind is not None:
        return isinstance(value, kind)
    if shape == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return shape == "any" or check_values.is_whole(value)


def _unknown(site: Site, key: str, value: Mapping[str, JSON], known: Mapping[str, Field]) -> None:
    here = site.at(key)
    close = (
        None if key in FOREIGN_FIELDS else site.findings.closest(key, [n for n in known if n not in value])
    )
    is_fitting = close is not None and has_shape(value[key], known[close].shape)
    remedies = [Remedy(f'Rename to "{close}"', Rename(here.loc, close))] if close and is_fitting else []
    # In a rule without operator the unknown field is one, misspelt beyond recognition.
    if "Variable" not in known or not (OPERATORS.keys() | CONNECTIVES).isdisjoint(value):
        remedies.append(Remedy("Remove it", Remove(here.loc)))
    advice = FOREIGN_FIELDS.get(key) or (
        f'Did you mean "{close}"?' if close else "Remove it, or check its name."
    )
    message = f"{quote(key)} is not a field here. {advice}"
    here.error("field-unknown", message, *remedies, type="value_error.extra", on_key=True)


def _wrong_type(site: Site, key: str, value: JSON, field: Field) -> None:
    words, kind = _SHAPES[field.shape]
    kind = "type_error.none.not_allowed" if value is None else kind
    advice = f" {_DISCARDED}" if value is None and key == "ResultPath" else ""
    message = f"{key} is {quote(value)}; it must be {words}.{advice}"
    site.at(key).error("field-type", message, *_retyped(site.at(key), value, field), type=kind)


def reread(text: str) -> bool | int | None:
    """Return the number, true or false that `text` writes in quotes; None for any other text."""
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _retyped(site: Site, value: JSON, field: Field) -> tuple[Remedy, ...]:
    """Offer the value that was written as text, text that was written as a number, or a list of one name."""
    better: JSON = None
    shape = field.shape
    if isinstance(value, str) and shape in ("boolean", "whole", "number"):
        read = reread(value)
        better = read if has_shape(read, shape) else None
    elif shape == "text" and not field.syntax and isinstance(value, int | float | bool):
        better = quote(value)
    elif field.syntax == "result" and value is None:
        better = _UNUSED
    elif field.syntax == "names" and isinstance(value, str):
        better = [value]
    if better is None:
        return ()
    title = f"Write [{quote(better[0])}]" if isinstance(better, list) else f"Write {quote(better)}"
    return (Remedy(title, Put(site.loc, better)),)
