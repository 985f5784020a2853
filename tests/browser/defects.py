"""One small broken definition for each kind of mistake, with the text that is to be marked."""

from __future__ import annotations

from typing import NamedTuple

FLOW = """{
  "StartAt": "Copy",
  "States": {
    "Copy": {
      "Type": "Action",
      "ActionUrl": "https://actions.globus.org/hello_world",
      "Parameters": {"echo_string": "hi"},
      "ResultPath": "$.copy",
      "Next": "Pick"
    },
    "Pick": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.copy.display_status", "StringEquals": "Done", "Next": "Keep"}],
      "Default": "Rest"
    },
    "Rest": {"Type": "Wait", "Seconds": 5, "Next": "Keep"},
    "Keep": {"Type": "Pass", "Parameters": {"status.$": "$.copy.status"}, "ResultPath": "$.kept", "End": true}
  }
}
"""


class Defect(NamedTuple):
    """A mistake: what it is, what it makes of which part of the flow, and the text that is marked."""

    name: str
    part: str
    broken: str
    marked: str


_END = '"ResultPath": "$.kept", "End": true}'
_KEEP = '"Parameters": {"status.$": "$.copy.status"}'
_RULE = '{"Variable": "$.copy.display_status", "StringEquals": "Done", "Next": "Keep"}'
_PARAMETERS = '"Parameters": {"echo_string": "hi"},'
_CATCH = '"ResultPath": "$.copy",\n      "Catch": [%s],'
_RESULT = '"ResultPath": "$.copy",'
_ADDED = '"ResultPath": "$.kept", "End": true},\n    %s'

DEFECTS = [
    Defect("StartAt names no state", '"StartAt": "Copy"', '"StartAt": "Copi"', '"Copi"'),
    Defect("Next names no state", '"Next": "Pick"', '"Next": "Pikc"', '"Pikc"'),
    Defect(
        "Catch.Next names no state",
        _RESULT,
        _CATCH % '{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Kepe"}',
        '"Kepe"',
    ),
    Defect("Default names no state", '"Default": "Rest"', '"Default": "Resst"', '"Resst"'),
    Defect("a state nobody leads to", _END, _ADDED % '"Lost": {"Type": "Pass", "End": true}', '"Lost"'),
    Defect(
        "two states that only lead to each other",
        _END,
        _ADDED % '"Tick": {"Type": "Pass", "Next": "Tock"}, "Tock": {"Type": "Pass", "Next": "Tick"}',
        '"Tick"',
    ),
    Defect("a state that leads to itself", _END, _ADDED % '"Own": {"Type": "Pass", "Next": "Own"}', '"Own"'),
    Defect("a loop without an end", _END, '"ResultPath": "$.kept", "Next": "Copy"}', '"States"'),
    Defect("neither Next nor End", _END, '"ResultPath": "$.kept"}', '"Keep"'),
    Defect("Next and End", _END, '"ResultPath": "$.kept", "End": true, "Next": "Rest"}', '"End"'),
    Defect("End false", _END, '"ResultPath": "$.kept", "End": false}', '"Keep"'),
    Defect("a broken ResultPath", '"$.kept"', '"$.kept["', "["),
    Defect("a ResultPath without $", '"$.kept"', '"kept"', "kept"),
    Defect("a broken path", '"$.copy.status"}', '"$.copy..status"}', "..status"),
    Defect("no path at all", '"$.copy.status"}', '"copy.status"}', "copy.status"),
    Defect("no path, in a list", _KEEP, '"Parameters": {"all": [{"s.$": "copy.status"}]}', "copy.status"),
    Defect("a broken expression", _KEEP, '"Parameters": {"s.=": "1 + * 2"}', "* 2"),
    Defect("a path that nobody has written", '"$.copy.status"}', '"$.copied.status"}', "copied.status"),
    Defect("an unknown property", _PARAMETERS, _PARAMETERS + ' "Paramters": {},', '"Paramters"'),
    Defect("a misspelt type", '"Type": "Wait"', '"Type": "Wiat"', '"Wiat"'),
    Defect("a wrong scalar", '"Seconds": 5', '"Seconds": "5"', '"5"'),
    Defect(
        "an action without a provider",
        '"ActionUrl": "https://actions.globus.org/hello_world",',
        "",
        '"Copy"',
    ),
    Defect("Parameters and InputPath", _PARAMETERS, _PARAMETERS + ' "InputPath": "$.copy",', '"InputPath"'),
    Defect(
        "ActionUrl and Handler",
        _PARAMETERS,
        _PARAMETERS
        + ' "Handler": {"Type": "ActionProvider", "Url": "https://actions.globus.org/hello_world"},',
        '"Handler"',
    ),
    Defect(
        "an empty ErrorEquals",
        _RESULT,
        _CATCH % '{"ErrorEquals": [], "ResultPath": "$.e", "Next": "Keep"}',
        "[]",
    ),
    Defect(
        "catchers after one for all",
        _RESULT,
        _CATCH
        % (
            '{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Keep"},\n'
            '{"ErrorEquals": ["ActionTimeout"], "ResultPath": "$.e", "Next": "Keep"}'
        ),
        "{",
    ),
    Defect("a rule without operator", _RULE, '{"Variable": "$.copy.label", "Next": "Keep"}', "{"),
    Defect(
        "a rule with two operators",
        _RULE,
        '{"Variable": "$.copy.status", "StringEquals": "a", "StringMatches": "b", "Next": "Keep"}',
        '"StringMatches"',
    ),
    Defect("a Choice without Default", ',\n      "Default": "Rest"', "", '"Pick"'),
    Defect("two times to wait", '"Seconds": 5', '"Seconds": 5, "SecondsPath": "$.n"', '"SecondsPath"'),
    Defect("no time to wait", '"Seconds": 5, ', "", '"Rest"'),
    Defect("a name twice", '"Seconds": 5', '"Seconds": 5, "Seconds": 6', '"Seconds"'),
    Defect("an empty name", _END, _ADDED % '"": {"Type": "Pass", "End": true}', '""'),
]
