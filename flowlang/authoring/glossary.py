"""Words of the language in words: functions and methods of expressions, errors, keywords of schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Function(NamedTuple):
    """A function of expressions: how it is called, what it gives, and an example with its value."""

    call: str
    text: str
    example: str


FUNCTIONS: Final[Mapping[str, Function]] = {
    "is_present": Function(
        "is_present('path')", "Whether the run data has a value at this path.", "is_present('source.path')"
    ),
    "getattr": Function(
        "getattr('path', otherwise)",
        "The value at a path of the run data; the second argument, or None, where there is none.",
        "getattr('source.path', '/')",
    ),
    "pathsplit": Function(
        "pathsplit(path)",
        "The folder and the last name of a file's path, as a list of two texts.",
        "pathsplit(source.path)[1]",
    ),
    "str": Function("str(value)", "The value as text.", "'run-' + str(count)"),
    "int": Function("int(value)", "The value as a whole number; fractions are cut off.", "int('12') + 1"),
    "float": Function("float(value)", "The value as a number.", "float('1.5')"),
    "len": Function("len(value)", "How many characters, items or members there are.", "len(files)"),
    "list": Function("list(value)", "The items of the value as a list.", "list(set(names))"),
    "tuple": Function("tuple(value)", "The items of the value as a tuple.", "tuple(names)"),
    "set": Function("set(value)", "The items of the value, each once.", "len(set(names))"),
    "dict": Function("dict(pairs)", "An object of pairs of names and values.", "dict([('a', 1)])"),
    "rand": Function("rand()", "A random number from 0 up to 1, another one each time.", "rand()"),
    "randint": Function(
        "randint(n)",
        "A random whole number from 0 to n - 1, another one each time.",
        "randint(6)",
    ),
}

TEXT_METHODS: Final[Mapping[str, str]] = {
    "split": "The parts between separators: path.split('/')",
    "rsplit": "As split, counted from the end: name.rsplit('.', 1)",
    "join": "The texts of a list with this one between them: '/'.join(parts)",
    "replace": "With one text in the place of another: name.replace(' ', '_')",
    "strip": "Without blanks, or these characters, at both ends",
    "lstrip": "Without blanks, or these characters, at the beginning",
    "rstrip": "Without blanks, or these characters, at the end: path.rstrip('/')",
    "removeprefix": "Without this beginning",
    "removesuffix": "Without this end",
    "startswith": "Whether it begins so",
    "endswith": "Whether it ends so: name.endswith('.h5')",
    "upper": "In capitals",
    "lower": "In small letters",
    "title": "With a capital at each word",
    "find": "Where another text begins in it; -1 where it does not",
    "count": "How often another text is in it",
    "isdigit": "Whether it is all digits",
    "zfill": "Filled up with zeros: str(n).zfill(4)",
}
OBJECT_METHODS: Final[Mapping[str, str]] = {
    "get": "A member, or the second argument where it is missing: meta.get('title', '')",
    "keys": "The names of the members",
    "values": "The values of the members",
    "items": "Pairs of names and values",
    "copy": "The same object",
}
LIST_METHODS: Final[Mapping[str, str]] = {
    "index": "Where an item is",
    "count": "How often an item is there",
    "copy": "The same list",
}
WORDS: Final[Mapping[str, str]] = {
    "if": "a if condition else b",
    "else": "a if condition else b",
    "and": "both hold",
    "or": "one of them holds",
    "not": "it does not hold",
    "in": "it is one of them: name in names",
    "for": "[file.name for file in files]",
    "True": "true",
    "False": "false",
    "None": "null",
    "_context": "who runs what: _context.run_id",
}

ERRORS: Final[Mapping[str, str]] = {
    "States.ALL": "Any error but States.Runtime and States.DataLimitExceeded. Stands last.",
    "ActionFailedException": "The action ended as FAILED.",
    "ActionTimeout": "The action took longer than WaitTime.",
    "ActionUnableToRun": "The provider refused to start the action, or could not.",
    "Flows.WebInputExpired": "Nobody has answered the question in time.",
    "NoTokenException": "There is no token for the provider, or for the role in RunAs.",
    "States.Runtime": "A path leads to nothing, or an expression cannot be evaluated.",
    "States.NoChoiceMatched": "No rule of a Choice holds, and it has no Default.",
    "States.DataLimitExceeded": "The run data has grown too large.",
    "States.ParameterPathFailure": "A path in Parameters leads to nothing.",
    "States.ResultPathMatchFailure": "The result cannot be stored where ResultPath says.",
    "States.IntrinsicFailure": "A function failed.",
}

KEYWORDS: Final[Mapping[str, str]] = {
    "$schema": "Which edition of JSON Schema this is: draft-07.",
    "$id": "An address for this schema.",
    "$ref": "Stands for another schema of this document: #/definitions/name.",
    "$comment": "A remark for readers of the schema.",
    "title": "The label of the field in the form.",
    "description": "The help below the label.",
    "default": "What the field holds at first.",
    "examples": "Values to show as examples.",
    "readOnly": "The field is shown and cannot be changed.",
    "writeOnly": "The value is not shown again.",
    "type": "The kind of value: it decides which control the form shows.",
    "format": "A finer kind of text or object, such as date-time or globus-collection.",
    "enum": "The values to choose from.",
    "const": "The only value that is allowed.",
    "properties": "The fields of an object, by name.",
    "required": "Names of fields that must be filled in.",
    "propertyOrder": "In which order the form shows the fields.",
    "additionalProperties": "false: no fields but those in properties. A schema: what others must be.",
    "patternProperties": "Schemas for fields whose names match a pattern.",
    "propertyNames": "What the names of fields must be.",
    "minProperties": "At least so many fields.",
    "maxProperties": "At most so many fields.",
    "dependencies": "Fields or rules that another field brings with it.",
    "items": "The schema of each item of a list.",
    "additionalItems": "The schema of items beyond those listed in items.",
    "minItems": "At least so many items.",
    "maxItems": "At most so many items.",
    "uniqueItems": "true: no item twice.",
    "contains": "At least one item is so.",
    "minimum": "The number is at least this.",
    "maximum": "The number is at most this.",
    "exclusiveMinimum": "The number is more than this.",
    "exclusiveMaximum": "The number is less than this.",
    "multipleOf": "The number is a multiple of this.",
    "minLength": "The text has at least so many characters.",
    "maxLength": "The text has at most so many characters.",
    "pattern": "A regular expression that the text matches.",
    "definitions": "Schemas with names, for $ref.",
    "allOf": "All of these schemas hold.",
    "anyOf": "At least one of these schemas holds.",
    "oneOf": "Exactly one of these schemas holds: the form lets people choose.",
    "not": "This schema does not hold.",
    "if": "Where this holds, then must hold too; otherwise else.",
    "then": "Must hold where if does.",
    "else": "Must hold where if does not.",
    "contentMediaType": "What kind of file the text holds.",
    "contentEncoding": "How the text encodes the file: base64.",
}

FORMATS: Final[Mapping[str, str]] = {
    "globus-collection": "An object with id and path, picked by browsing.",
    "globus-principal": "People or groups, picked by name.",
    "globus-compute-endpoint": "The id of a compute endpoint, picked from a list.",
    "date-time": "A moment, such as 2026-03-01T09:30:00Z.",
    "date": "A day.",
    "time": "A time of day.",
    "email": "An address for mail.",
    "uri": "An address, such as https://example.org/.",
    "uuid": "An id.",
    "color": "A colour.",
    "regex": "A regular expression.",
    "data-url": "A small file, held in the text itself.",
}
