"""The fields of a flow definition, as data: the checker, the editor's completion and its help read them.

Source: the Flows documentation and the definition schema that Globus publishes with its editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from flowlang.problems import JSON

Shape: TypeAlias = Literal["text", "object", "array", "boolean", "whole", "number", "any"]
Syntax: TypeAlias = Literal[
    "", "state", "path", "result", "template", "timestamp", "seconds", "wait", "url", "rules", "catchers",
    "provider", "pattern", "names", "uuid", "rule", "verbatim",
]  # fmt: skip


class Field(NamedTuple):
    """One field of an object.

    shape     the JSON type that it must have; "whole" is an integer, "any" is not looked at here
    text      what it is for, one sentence
    required  whether it must be there
    syntax    what its value means: a state's name, a path to read, where a result goes, a template ...
    default   what holds when it is absent; None when there is nothing
    """

    shape: Shape
    text: str
    required: bool = False
    syntax: Syntax = ""
    default: JSON = None


class Fields(dict[str, Field]):
    """The fields of an object by name. `required` are those that must be there."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        super().__init__(fields)
        self.required = tuple(name for name, field in fields.items() if field.required)


class Alternatives(NamedTuple):
    """Fields that exclude each other.

    code      stem of the problem's code: "<code>-missing", "<code>-several"
    names     the fields
    required  one of them must be there
    """

    code: str
    names: tuple[str, ...]
    required: bool = True


class StateType(NamedTuple):
    """One type of state: what it is for, its fields, and which of these exclude each other."""

    text: str
    fields: Fields
    alternatives: tuple[Alternatives, ...] = ()
    has_exit: bool = True


_TYPE: Final = {"Type": Field("text", "The kind of state.", required=True)}
_COMMENT: Final = {"Comment": Field("text", "A remark for readers.")}
_EXIT: Final = {
    "Next": Field("text", "The state that follows.", syntax="state"),
    "End": Field("boolean", "true: the run succeeds after this state."),
}
_INPUT_PATH: Final = {
    "InputPath": Field("text", "Path of the run data that is taken as it is.", syntax="path")
}
_RESULT_PATH: Final = {
    "ResultPath": Field(
        "text", "Where the result is stored; $ replaces all run data.", syntax="result", default="$"
    )
}
_CATCH: Final = {"Catch": Field("array", "Which errors lead where.", syntax="catchers")}
_PARAMETERS: Final = Field("object", "Values; a.$ takes a path, a.= an expression.", syntax="template")
_INPUT: Final = Alternatives("state-input", ("Parameters", "InputPath"))
_WEB_INPUT: Final[Mapping[str, Field]] = {
    **_TYPE, **_COMMENT, "Parameters": _PARAMETERS, **_INPUT_PATH, **_RESULT_PATH, **_CATCH, **_EXIT,
}  # fmt: skip

STATES: Final[Mapping[str, StateType]] = {
    "Action": StateType(
        "Calls an action provider and waits for it.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                "ActionUrl": Field("text", "Address of the action provider.", syntax="url"),
                "ActionScope": Field("text", "Scope of the provider, where it does not publish one."),
                "Handler": Field(
                    "any", "A provider or a registered API, instead of ActionUrl.", syntax="provider"
                ),
                "Parameters": _PARAMETERS,
                **_INPUT_PATH,
                **_RESULT_PATH,
                "WaitTime": Field("whole", "Seconds until ActionTimeout.", syntax="wait", default=300),
                "ExceptionOnActionFailure": Field(
                    "boolean", "Whether a failed action raises ActionFailedException.", default=True
                ),
                "RunAs": Field("text", "User, Flow, or a role of your own.", default="User"),
                **_CATCH,
                **_EXIT,
            }
        ),
        (Alternatives("action-target", ("ActionUrl", "Handler")), _INPUT),
    ),
    "ExpressionEval": StateType(
        "Computes values into the run data.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                "Parameters": Field("object", _PARAMETERS.text, required=True, syntax="template"),
                "ResultPath": Field("text", "Where the result is stored.", required=True, syntax="result"),
                **_EXIT,
            }
        ),
    ),
    "Choice": StateType(
        "Goes to the state of the first rule that holds.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                "Choices": Field("array", "The rules, tried in order.", required=True, syntax="rules"),
                "Default": Field("text", "The state that follows when no rule holds.", syntax="state"),
            }
        ),
        has_exit=False,
    ),
    "Pass": StateType(
        "Moves or adds data, or ends the run well.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                **_INPUT_PATH,
                "Parameters": _PARAMETERS,
                "Result": Field("object", "A constant result, taken word by word.", syntax="verbatim"),
                **_RESULT_PATH,
                **_EXIT,
            }
        ),
        (
            Alternatives("pass-result", ("Result", "Parameters"), required=False),
            Alternatives("state-input", ("Parameters", "InputPath"), required=False),
        ),
    ),
    "Wait": StateType(
        "Sleeps.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                "Seconds": Field("whole", "How long.", syntax="seconds"),
                "Timestamp": Field("text", "Until when, such as 2026-03-01T09:30:00Z.", syntax="timestamp"),
                "SecondsPath": Field("text", "Path of the number of seconds.", syntax="path"),
                "TimestampPath": Field("text", "Path of the instant.", syntax="path"),
                **_EXIT,
            }
        ),
        (Alternatives("wait-until", ("Seconds", "Timestamp", "SecondsPath", "TimestampPath")),),
    ),
    "Fail": StateType(
        "Ends the run as failed.",
        Fields(
            {
                **_TYPE,
                **_COMMENT,
                "Error": Field("text", "Short name of the error."),
                "ErrorPath": Field("text", "Path of that name.", syntax="path"),
                "Cause": Field("text", "What happened, in words."),
                "CausePath": Field("text", "Path of these words.", syntax="path"),
            }
        ),
        (
            Alternatives("fail-error", ("Error", "ErrorPath"), required=False),
            Alternatives("fail-cause", ("Cause", "CausePath"), required=False),
        ),
        has_exit=False,
    ),
    "CreateWebInput": StateType("Opens a question for people.", Fields(_WEB_INPUT), (_INPUT,)),
    "AwaitWebInput": StateType("Waits for the answer to a question.", Fields(_WEB_INPUT), (_INPUT,)),
}

DEFINITION: Final = Fields(
    {
        **_COMMENT,
        "StartAt": Field("text", "The first state.", required=True, syntax="state"),
        "States": Field("object", "The states by name.", required=True),
    }
)
CATCHER: Final = Fields(
    {
        "ErrorEquals": Field(
            "array", "Names of errors; States.ALL stands for any.", required=True, syntax="names"
        ),
        "Next": Field("text", "The state that follows.", required=True, syntax="state"),
        **_RESULT_PATH,
    }
)
PROVIDERS: Final[Mapping[str, Fields]] = {
    "ActionProvider": Fields(
        {
            **_TYPE,
            "Url": Field("text", "Address of the action provider.", required=True, syntax="url"),
            "Scope": Field("text", "Scope of the provider, where it does not publish one."),
        }
    ),
    "RegisteredAPI": Fields(
        {
            **_TYPE,
            "Id": Field("text", "Id of the registered API.", required=True, syntax="uuid"),
        }
    ),
}

_ORDERS: Final = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")


def _operators() -> dict[str, Field]:
    found = {"StringMatches": Field("text", "Whole text; * is any run of characters.", syntax="pattern")}
    shapes: tuple[tuple[str, Shape, Syntax], ...] = (
        ("String", "text", ""),
        ("Numeric", "number", ""),
        ("Timestamp", "text", "timestamp"),
    )
    for kind, shape, syntax in shapes:
        for order in _ORDERS:
            found[kind + order] = Field(shape, "Compared with this value.", syntax=syntax)
            found[kind + order + "Path"] = Field("text", "Compared with the value there.", syntax="path")
    found["BooleanEquals"] = Field("boolean", "Compared with this value.")
    found["BooleanEqualsPath"] = Field("text", "Compared with the value there.", syntax="path")
    for kind in ("IsNull", "IsPresent", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"):
        found[kind] = Field("boolean", "Whether that is so.")
    return found


OPERATORS: Final[Mapping[str, Field]] = _operators()
CONNECTIVES: Final[Mapping[str, Field]] = {
    "And": Field("array", "All of these rules hold."),
    "Or": Field("array", "At least one of these rules holds."),
    "Not": Field("object", "This rule does not hold.", syntax="rule"),
}
RULE: Final = Fields(
    {
        "Variable": Field("text", "Path of the value that is compared.", syntax="path"),
        "Next": Field("text", "The state that follows.", syntax="state"),
        **CONNECTIVES,
        **OPERATORS,
    }
)

# What authors bring along from the Amazon States Language, and what to write here instead.
FOREIGN_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "Succeed": ("Pass", 'End a run well with a Pass state and "End": true.'),
    "Task": ("Action", "An Action state calls a provider."),
    "Parallel": ("", "There are no parallel branches; start several actions one after the other."),
    "Map": ("", "There is no Map; build a loop of a Choice and an ExpressionEval state."),
}
FOREIGN_FIELDS: Final[Mapping[str, str]] = {
    "Retry": "There is no Retry: catch the error and lead back through a Wait state.",
    "OutputPath": "There is no OutputPath; end with a Pass state that has an InputPath.",
    "ResultSelector": "There is no ResultSelector; pick values in the next state's Parameters.",
    "TimeoutSeconds": "An Action's time limit is WaitTime.",
    "HeartbeatSeconds": "An Action's time limit is WaitTime.",
    "Resource": "An Action's provider is its ActionUrl.",
    "Assign": "Use an ExpressionEval state.",
    "Output": "Use a Pass state with Parameters.",
    "Arguments": "The arguments of an action are its Parameters.",
    "Condition": "Compare a Variable with an operator such as StringEquals.",
    "Version": "A definition has Comment, StartAt and States.",
    "QueryLanguage": "A definition has Comment, StartAt and States.",
}

# Errors that a run can raise; a Registered API may add names of its own.
ERRORS: Final = (
    "ActionUnableToRun", "ActionFailedException", "ActionTimeout", "Flows.WebInputExpired",
    "NoTokenException", "States.ALL", "States.Runtime", "States.NoChoiceMatched", "States.DataLimitExceeded",
    "States.ParameterPathFailure", "States.ResultPathMatchFailure", "States.IntrinsicFailure",
)  # fmt: skip
# Names of the Amazon States Language that are never raised here, and what is raised instead.
NEVER_RAISED: Final = {"States.Timeout": "ActionTimeout", "States.TaskFailed": "ActionFailedException"}

MAX_STATES: Final = 1_000
MAX_NAME: Final = 255
LONG_NAME: Final = 80
MAX_SECONDS: Final = 31_536_000
