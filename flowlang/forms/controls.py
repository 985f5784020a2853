"""The single controls: what they hold, and what they say about the value they want."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from flowlang.forms import json_text
from flowlang.forms.field import Field, Option
from flowlang.forms.kinds import Kind, options, picker, type_of
from flowlang.forms.parts import Part
from flowlang.forms.values import ABSENT

_MOMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})(Z|[+-][0-9]{2}:[0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNTYPED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INPUT_TYPES: Final = {"email": "email", "uri": "url", "color": "colour", "password": "password"}
_MAX_EXAMPLES: Final = 50
_IDENTITY: Final = "urn:globus:auth:identity:"
_GROUP: Final = "urn:globus:groups:id:"


def can_hold(name: Kind, part: Part, value: Any) -> bool:
    """Whether the control gives `value` back exactly as it is."""
    if name == "const":
        return bool(part.schema.get("const") == value)
    if name == "choice":
        return code_of(part, value) is not None
    if name == "choices":
        members = part.inner(part.schema.get("items"))
        return all(code_of(members, one) is not None for one in value)
    if name == "principal":
        text = principal_text(value)
        return text is not None and bool(principals(text, part) == value)
    if isinstance(value, str) and name != "number":
        return _UNTYPED.search(value) is None
    return True


def fill(basis: Field, part: Part, value: Any) -> Field:
    """Return the field with what its control holds."""
    made = replace(basis, hints=hints(basis.kind, part), examples=_examples(part))
    if basis.kind == "boolean":
        was = "absent" if value is ABSENT else "true" if value else "false"
        return replace(made, text="true" if value is True else "", was=was)
    if basis.kind == "choice":
        chosen = None if value is ABSENT else code_of(part, value)
        return replace(made, options=_options(part, {chosen}))
    if basis.kind == "choices":
        return _choices(made, part, value)
    if basis.kind == "const":
        is_given = basis.required or value is not ABSENT
        return replace(made, text=_shown(part.schema.get("const")), was="1" if is_given else "")
    if basis.kind == "number":
        return replace(made, text=_number_text(value), input_type=_decimal(part))
    if basis.kind == "principal":
        text = "" if value is ABSENT else principal_text(value) or ""
        return replace(made, text=text, picker="principals" if type_of(part) == "array" else "principal")
    return _text(made, part, "" if value is ABSENT else value, is_empty=value == "")


def _text(made: Field, part: Part, text: str, *, is_empty: bool) -> Field:
    made = replace(made, text=text, was="empty" if is_empty else "")
    form = part.schema.get("format")
    if made.kind == "moment":
        return _moment(made, text, str(form))
    if made.kind == "date":
        return replace(made, kind="text", input_type="text" if text and not _DATE.fullmatch(text) else "date")
    if made.kind == "text" and "\n" in text:
        return replace(made, kind="textarea")
    kind_of_input = _INPUT_TYPES.get(form, "text") if isinstance(form, str) else "text"
    return replace(made, input_type=kind_of_input, picker=picker(part, made.key))


def _moment(made: Field, text: str, form: str) -> Field:
    shape, control = (_TIME, "time") if form == "time" else (_MOMENT, "datetime-local")
    match = shape.fullmatch(text)
    if match is None and text:
        return replace(made, kind="text")
    local, offset = match.groups() if match else ("", "")
    return replace(made, text=local, detail=offset, input_type=control)


def _choices(made: Field, part: Part, value: Any) -> Field:
    members = part.inner(part.schema.get("items"))
    chosen = set() if value is ABSENT else {code_of(members, one) for one in value}
    is_given = value is not ABSENT or made.required
    return replace(made, options=_options(members, chosen), was="1" if is_given else "")


# --- choices


def code_of(part: Part, value: Any) -> str | None:
    """Return the text that stands for `value` among the options of `part`; None when it is not one."""
    for code, member, _ in coded(part):
        if member == value and type(member) is type(value):
            return code
    return None


def coded(part: Part) -> list[tuple[str, Any, str]]:
    """Return the options as (text in the form, value, title): texts stand for themselves, others as JSON."""
    members = options(part)
    are_texts = all(isinstance(value, str) and value for value, _ in members)
    return [
        (value if are_texts else json_text.write(value, pretty=False), value, title)
        for value, title in members
    ]


def _options(part: Part, chosen: set[str | None]) -> tuple[Option, ...]:
    return tuple(Option(code, title or _shown(value), code in chosen) for code, value, title in coded(part))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and value else json_text.write(value, pretty=False)


# --- numbers


def _number_text(value: Any) -> str:
    if value is ABSENT:
        return ""
    return value if isinstance(value, str) else json_text.write(value)


def _decimal(part: Part) -> str:
    return "numeric" if type_of(part) == "integer" else "decimal"


# --- principals


def principal_text(value: Any) -> str | None:
    """Return the URNs of a person, a group or several, as one text; None when `value` is something else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [principal_text(one) for one in value]
        return None if None in texts else ", ".join(text for text in texts if text)
    if not isinstance(value, dict) or not value.keys() <= {"id", "type", "urn"}:
        return None
    prefix = {"identity": _IDENTITY, "group": _GROUP}.get(str(value.get("type")))
    if prefix is None or not isinstance(value.get("id"), str):
        return None
    return f"{prefix}{value['id']}"


def principals(text: str, part: Part) -> Any:
    """Return what URNs (or uuids of people) become, after the type of `part`; ABSENT when there is none.

    string  the URN
    object  {"id", "type": "identity" or "group", "urn"}, as far as the schema knows these names
    array   a list of such objects
    """
    texts = [one for one in re.split(r"[\s,;]+", text) if one]
    if not texts:
        return ABSENT
    name = type_of(part)
    if name == "array":
        inner = part.inner(part.schema.get("items"))
        return [_principal(one, inner) for one in texts]
    if name == "string":
        return texts[0] if texts[0].startswith("urn:") else f"{_IDENTITY}{texts[0]}"
    return _principal(" ".join(texts), part)


def _principal(text: str, part: Part) -> Any:
    is_group = text.startswith(_GROUP)
    plain = text.removeprefix(_GROUP).removeprefix(_IDENTITY)
    if type_of(part) == "string":
        return text if text.startswith("urn:") else f"{_IDENTITY}{plain}"
    prefix, kind_of_principal = (_GROUP, "group") if is_group else (_IDENTITY, "identity")
    made = {"id": plain, "type": kind_of_principal, "urn": f"{prefix}{plain}"}
    known = part.schema.get("properties") or {}
    is_closed = bool(known) and part.schema.get("additionalProperties") is False
    return {key: value for key, value in made.items() if not is_closed or key in known}


# --- what a control says


def hints(name: str, part: Part) -> tuple[str, ...]:
    """Return short sentences about the values that are taken."""
    schema = part.schema
    found = [_range(schema), _length(schema)] if name in ("number", "text", "textarea") else []
    if name in ("list", "choices"):
        found = [_count(schema)]
    if name == "number" and isinstance(schema.get("multipleOf"), int | float) and schema["multipleOf"] != 1:
        found.append(f"a multiple of {schema['multipleOf']}")
    return tuple(hint for hint in found if hint)


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{low} to {high}"
    words = [
        f"{word} {limit}"
        for word, limit in (("at least", low), ("more than", above), ("at most", high), ("less than", below))
        if limit is not None
    ]
    return ", ".join(words)


def _length(schema: dict[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low and high:
        return f"{high} characters" if low == high else f"{low} to {high} characters"
    return f"at most {high} characters" if high else f"at least {low} characters" if low and low > 1 else ""


def _count(schema: dict[str, Any]) -> str:
    low, high = schema.get("minItems"), schema.get("maxItems")
    if low and high:
        return f"{low} to {high}"
    return f"at most {high}" if high else f"at least {low}" if low else ""


def _examples(part: Part) -> tuple[str, ...]:
    found = part.schema.get("examples")
    members = found if isinstance(found, list) else []
    return tuple(_shown(one) for one in members[:_MAX_EXAMPLES] if isinstance(one, str | int | float))
