"""Flow definitions of any size, as authors write them: paths, expressions, catchers, results kept apart.

Each shape is a different way for data and arrows to go:

    chain    one state after the other
    loop     batches of five states, each repeated until a counter has run up
    fan-in   choices that all lead on to a few states, and catchers that all lead to one
    choices  choices of eight rules, with And, Or and Not, to eight states each
"""

import json

SHAPES = ("chain", "loop", "fan-in", "choices")
SIZES = (10, 31, 200, 1_000)
TRANSFER = "https://transfer.actions.globus.org/transfer"
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["source", "target", "names", "limit"],
    "properties": {
        "source": {
            "type": "object",
            "title": "Source",
            "required": ["id", "path"],
            "properties": {
                "id": {"type": "string", "format": "uuid", "title": "Collection"},
                "path": {"type": "string", "title": "Folder", "default": "/data/"},
            },
        },
        "target": {
            "type": "object",
            "title": "Target",
            "required": ["id", "path"],
            "properties": {
                "id": {"type": "string", "format": "uuid", "title": "Collection"},
                "path": {"type": "string", "title": "Folder"},
            },
        },
        "names": {"type": "array", "title": "Files", "items": {"type": "string"}},
        "limit": {"type": "integer", "title": "Limit", "minimum": 1, "maximum": 100_000},
    },
}


def flow(shape: str, size: int, salt: str = "") -> dict:
    """Return a definition of exactly `size` states. With another `salt` no path or expression is the same."""
    make = {"chain": chain, "loop": loop, "fan-in": fan_in, "choices": choices}[shape]
    states = {"Begin": begin(salt)}
    body = size - 3
    for at in range(body):
        follows = f"S{at + 1}" if at + 1 < body else "Finish"
        states[f"S{at}"] = make(at, body, follows, salt)
    states["Begin"]["Next"] = "S0" if body else "Finish"
    states["Finish"] = {
        "Type": "Pass",
        "Parameters": {"label.$": f"$.run{salt}.label", "size.$": "$.limit"},
        "ResultPath": "$.summary",
        "End": True,
    }
    states["Failed"] = {"Type": "Fail", "Error": "CopyFailed", "CausePath": "$.error.Cause"}
    return {"Comment": f"A {shape} of {size} states", "StartAt": "Begin", "States": states}


def begin(salt: str) -> dict:
    return {
        "Type": "ExpressionEval",
        "Parameters": {
            "turn.=": "int(limit / 1000)",
            "count.=": "len(names)",
            "label.=": "'Copy of ' + source.path + ' to ' + target.path",
            "is_large.=": "limit > 1000 and source.id != target.id",
        },
        "ResultPath": f"$.run{salt}",
    }


def chain(at: int, size: int, follows: str, salt: str) -> dict:
    kinds = (action, evaluation, remark, question, wait)
    return kinds[at % 5](at, follows, salt)


def loop(at: int, size: int, follows: str, salt: str) -> dict:
    kinds = (action, evaluation, remark, count)
    if at % 5 < 4:
        return kinds[at % 5](at, follows, salt)
    again = {"Variable": f"$.run{salt}.turn", "NumericLessThan": 10, "Next": f"S{at - 4}"}
    return {"Type": "Choice", "Choices": [again], "Default": follows}


def fan_in(at: int, size: int, follows: str, salt: str) -> dict:
    if at % 3 == 0:
        return action(at, follows, salt)
    joint = min((at // 50 + 1) * 50, size - 1)
    ahead = f"S{joint}" if joint > at else "Finish"
    rules = [
        {"Variable": f"$.run{salt}.turn", "NumericEquals": at, "Next": ahead},
        {"Variable": f"$.run{salt}.is_large", "BooleanEquals": True, "Next": "Finish"},
    ]
    return {"Type": "Choice", "Choices": rules, "Default": follows}


def choices(at: int, size: int, follows: str, salt: str) -> dict:
    if at % 4:
        return (action, evaluation, remark)[at % 4 - 1](at, follows, salt)
    rules = []
    for number in range(8):
        target = f"S{at + number + 1}" if at + number + 1 < size else "Finish"
        turn = {"Variable": f"$.run{salt}.turn", "NumericEquals": at * 8 + number}
        label = {"Variable": f"$.run{salt}.label", "StringMatches": f"*{number}*"}
        large = {"Not": {"Variable": f"$.run{salt}.is_large", "BooleanEquals": True}}
        test = (turn, {"And": [turn, label]}, {"Or": [label, turn, large]}, {**large, "Not": turn})[
            number % 4
        ]
        rules.append({**test, "Next": target})
    return {"Type": "Choice", "Choices": rules, "Default": follows}


def action(at: int, follows: str, salt: str) -> dict:
    return {
        "Type": "Action",
        "Comment": f"Copy part {at}",
        "ActionUrl": TRANSFER,
        "Parameters": {
            "source_endpoint.$": "$.source.id",
            "destination_endpoint.$": "$.target.id",
            "label.=": f"run{salt}.label + ' {at}'",
            "DATA": [
                {
                    "source_path.=": f"source.path + 'part-{at}{salt}/'",
                    "destination_path.$": "$.target.path",
                    "recursive": True,
                }
            ],
        },
        "ResultPath": f"$.copy{at}{salt}",
        "WaitTime": 86_400,
        "Catch": [
            {"ErrorEquals": ["ActionTimeout", "States.Runtime"], "ResultPath": "$.error", "Next": "Failed"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"},
        ],
        "Next": follows,
    }


def evaluation(at: int, follows: str, salt: str) -> dict:
    return {
        "Type": "ExpressionEval",
        "Parameters": {
            "files.=": f"[source.path + name for name in names if name != 'part-{at}{salt}']",
            "share.=": f"int(limit / {at + 1}) if limit > {at} else 0",
            "label.$": f"$.run{salt}.label",
        },
        "ResultPath": f"$.part{at}{salt}",
        "Next": follows,
    }


def remark(at: int, follows: str, salt: str) -> dict:
    return {
        "Type": "Pass",
        "Comment": f"Note {at}",
        "Parameters": {"step": at, "where.$": "$.target.path", "by.$": "$._context.username"},
        "ResultPath": f"$.note{at}{salt}",
        "Next": follows,
    }


def question(at: int, follows: str, salt: str) -> dict:
    rules = [
        {
            "And": [
                {"Variable": f"$.run{salt}.is_large", "BooleanEquals": True},
                {"Variable": "$.limit", "NumericGreaterThan": 100_000 + at},
            ],
            "Next": "Finish",
        }
    ]
    return {"Type": "Choice", "Choices": rules, "Default": follows}


def count(at: int, follows: str, salt: str) -> dict:
    return {
        "Type": "ExpressionEval",
        "Parameters": {
            "turn.=": f"run{salt}.turn + 1 if run{salt}.turn < {at + 10} else 0",
            "label.$": f"$.run{salt}.label",
            "is_large.$": f"$.run{salt}.is_large",
        },
        "ResultPath": f"$.run{salt}",
        "Next": follows,
    }


def wait(at: int, follows: str, salt: str) -> dict:
    return {"Type": "Wait", "Comment": f"Pause {at}", "Seconds": 60 + at % 60, "Next": follows}


# --- the same in the Amazon States Language


def asl(definition: dict) -> dict:
    """Return the definition as the Amazon States Language has it, for its validators."""
    states = {name: asl_state(state) for name, state in definition["States"].items()}
    return {**definition, "States": states}


def asl_state(state: dict) -> dict:
    made = json.loads(json.dumps(state).replace('.=": ', '.$": '), object_hook=asl_members)
    if made["Type"] == "ExpressionEval":
        made["Type"] = "Pass"
    elif made["Type"] == "Action":
        made["Type"] = "Task"
        made["Resource"] = "arn:aws:lambda:us-east-1:123456789012:function:copy"
        made["TimeoutSeconds"] = made.pop("WaitTime")
        del made["ActionUrl"]
    return made


def asl_members(members: dict) -> dict:
    """Write expressions and the context as intrinsic functions and paths that these validators know."""
    found = {}
    for key, value in members.items():
        if key.endswith(".$") and not value.startswith("$"):
            value = "States.Format('{} {}', $.source.path, $.limit)"
        found[key] = "$$.Execution.Name" if value == "$._context.username" else value
    return found
