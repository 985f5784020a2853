"""What an author can put into a flow: a state of each type, a call of each provider, a few states at once.

In the texts of a part, `${words}` is a placeholder: words to be typed over. A text that is `${{60}}` and
nothing else stands for the bare value 60.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from flowlang.problems import JSON
from flowlang.rules import STATES

# Stands in a rule for the state that follows the part.
FOLLOWING: Final = ""
# Around placeholders while a text is made: characters that no text holds (`editing_text` looks).
OPENED: Final = "\ufdd0"
CLOSED: Final = "\ufdd1"
BARE: Final = "\ufdd2"
_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
_BARE: Final = re.compile(r"\$\{\{([^{}]*)\}\}")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_MAX_DEPTH: Final = 4

_EXAMPLES: Final[Mapping[str, Mapping[str, JSON]]] = {
    "Action": {
        "ActionUrl": "${https://}",
        "Parameters": {"${name}.$": "${$.value}"},
        "ResultPath": "${$.result}",
    },
    "ExpressionEval": {"Parameters": {"${name}.=": "${1 + 1}"}, "ResultPath": "${$.values}"},
    "Choice": {
        "Choices": [{"Variable": "${$.value}", "StringEquals": "${text}", "Next": FOLLOWING}],
        "Default": FOLLOWING,
    },
    "Pass": {},
    "Wait": {"Seconds": "${{60}}"},
    "Fail": {"Error": "${ErrorName}", "Cause": "${What happened, in words.}"},
    "CreateWebInput": {
        "Parameters": {
            "InputType": "Selection",
            "Context": {"PresentationStyle": "Text", "Title": "${Title}", "Text": "${What is asked?}"},
            "Options": [
                {"Value": "yes", "Label": "${Yes}", "Description": "${Go on}"},
                {"Value": "no", "Label": "${No}", "Description": "${Stop}"},
            ],
            "RespondentUrns": ["${all_authenticated_users}"],
        },
        "ResultPath": "${$.question}",
    },
    "AwaitWebInput": {
        "Parameters": {"web_input_id.$": "${$.question.web_input_id}"},
        "ResultPath": "${$.answer}",
    },
}
_NAMES: Final[Mapping[str, str]] = {
    "Action": "Act", "ExpressionEval": "Compute", "Choice": "Decide", "Pass": "Keep", "Wait": "Wait",
    "Fail": "Fail", "CreateWebInput": "Ask", "AwaitWebInput": "WaitForAnswer",
}  # fmt: skip


class Part(NamedTuple):
    """States that are put into a flow together.

    states  by name; Next within the part are written, the way on from `last` is not
    last    the state that the flow goes on from
    """

    states: Mapping[str, dict[str, JSON]]
    last: str


def example(kind: str) -> dict[str, JSON]:
    """Return a state of this type with what it must have, without its way on. Raises KeyError."""
    return {"Type": kind, **_EXAMPLES[kind]}


def of_type(kind: str) -> Part:
    """Return a new state of this type. Raises KeyError for a type that does not exist."""
    name = _NAMES[kind]
    return Part({name: example(kind)}, name)


def of_provider(url: str, title: str, schema: JSON) -> Part:
    """Return an Action that calls a provider: what its schema requires is taken from the run data."""
    name = name_of(title)
    state: dict[str, JSON] = {
        "Type": "Action",
        "ActionUrl": url,
        "Parameters": _parameters(schema, 0),
        "ResultPath": f"${{$.{name}}}",
    }
    return Part({name: state}, name)


def of_states(states: Mapping[str, Any], last: str) -> Part:
    """Return a part of several states, as the snippets are written."""
    return Part({name: dict(state) for name, state in states.items()}, last)


def marked(value: JSON) -> JSON:
    """Return the value with its placeholders between OPENED, or BARE, and CLOSED."""
    if isinstance(value, dict):
        return {_marked(key): marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [marked(one) for one in value]
    return _marked(value) if isinstance(value, str) else value


def _marked(text: str) -> str:
    if bare := _BARE.fullmatch(text):
        return f"{BARE}{bare[1]}{CLOSED}"
    return _PLACEHOLDER.sub(lambda match: f"{OPENED}{match[1]}{CLOSED}", text)


def name_of(title: str) -> str:
    """Return a state's name for a title: "Transfer: Copy Files" becomes "CopyFiles"."""
    words = _WORD.findall(title.rpartition(":")[2]) or _WORD.findall(title) or ["Act"]
    return "".join(word[:1].upper() + word[1:] for word in words)


def required(schema: JSON) -> list[str]:
    """Return the names an object must have, those of the first of several alternatives included."""
    if not isinstance(schema, dict):
        return []
    found = schema.get("required")
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    whole = schema.get("allOf")
    for inner in whole if isinstance(whole, list) else []:
        names += required(inner)
    for word in ("anyOf", "oneOf"):
        options = schema.get(word)
        names += required(options[0]) if isinstance(options, list) and options else []
    return list(dict.fromkeys(names))


def _parameters(schema: JSON, depth: int) -> dict[str, JSON]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    known = properties if isinstance(properties, dict) else {}
    found: dict[str, JSON] = {}
    for name in required(schema):
        key, value = _parameter(name, known.get(name), depth)
        found[key] = value
    return found


def _parameter(name: str, schema: JSON, depth: int) -> tuple[str, JSON]:
    about = schema if isinstance(schema, dict) else {}
    options, kind = about.get("enum"), about.get("type")
    if isinstance(options, list) and options and isinstance(options[0], str):
        return name, f"${{{options[0]}}}"
    if kind == "boolean":
        return name, "${{true}}"
    inner = about.get("items")
    if kind == "array" and required(inner) and depth < _MAX_DEPTH:
        return name, [_parameters(inner, depth + 1)]
    if kind == "object" and required(about) and depth < _MAX_DEPTH:
        return name, _parameters(about, depth + 1)
    return f"{name}.$", f"${{$.{name}}}"


# Every type has an example: a new one in the rules must have one here.
assert set(_EXAMPLES) == set(STATES) == set(_NAMES)
