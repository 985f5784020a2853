"""A JSON schema of definitions, made of the rules that the checker reads: what plain validation can do."""

import json
import sys

from flowlang.rules import CATCHER, CONNECTIVES, OPERATORS, RULE, STATES

SHAPES = {
    "text": {"type": "string"},
    "object": {"type": "object"},
    "array": {"type": "array"},
    "boolean": {"type": "boolean"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "any": {},
}


def schema() -> dict:
    """Return a draft-07 schema: a state is one of the types, each with its fields and no others."""
    kinds = [state(name, kind.fields, kind.alternatives) for name, kind in STATES.items()]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["StartAt", "States"],
        "additionalProperties": False,
        "properties": {
            "Comment": {"type": "string"},
            "StartAt": {"type": "string"},
            "States": {"type": "object", "additionalProperties": {"oneOf": kinds}},
        },
        "definitions": {"rule": rule(), "catcher": fields(CATCHER)},
    }


def state(name, known, alternatives) -> dict:
    made = fields(known)
    made["properties"] |= {"Type": {"const": name}}
    if "Catch" in known:
        made["properties"]["Catch"] = {"type": "array", "items": {"$ref": "#/definitions/catcher"}}
    if "Choices" in known:
        made["properties"]["Choices"] = {"type": "array", "items": {"$ref": "#/definitions/rule"}}
    made["allOf"] = [
        {"oneOf": [{"required": [field]} for field in group.names]}
        for group in alternatives
        if group.required
    ]
    return made if made["allOf"] else {key: value for key, value in made.items() if key != "allOf"}


def rule() -> dict:
    inner = {"$ref": "#/definitions/rule"}
    made = fields(RULE)
    made["properties"] |= {key: {"type": "array", "items": inner} for key in ("And", "Or")} | {"Not": inner}
    tests = [
        *({"required": ["Variable", name]} for name in OPERATORS),
        *({"required": [c]} for c in CONNECTIVES),
    ]
    return {**made, "anyOf": tests}


def fields(known) -> dict:
    return {
        "type": "object",
        "required": list(known.required),
        "additionalProperties": False,
        "properties": {name: dict(SHAPES[field.shape]) for name, field in known.items()},
    }


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, indent=2)
