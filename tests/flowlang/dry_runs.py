"""A flow with every kind of arrow, for the tests of dry runs."""

from typing import Any

COPYING: dict[str, Any] = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.size", "NumericGreaterThan": 0, "Next": "Copy"}],
            "Default": "Done",
        },
        "Copy": {
            "Type": "Action",
            "ActionUrl": "https://actions.globus.org/hello_world",
            "Parameters": {"bytes.$": "$.size"},
            "ResultPath": "$.copy",
            "Catch": [
                {"ErrorEquals": ["ActionTimeout"], "Next": "Tell", "ResultPath": "$.trouble"},
                {"ErrorEquals": ["States.ALL"], "Next": "Tell", "ResultPath": "$.trouble"},
            ],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 3600, "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
        "Tell": {"Type": "Fail", "Error": "Broken", "CausePath": "$.trouble.Error"},
    },
}
