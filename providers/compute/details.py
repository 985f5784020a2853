"""What the status document of a compute action says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from flowlang.problems import JSON
from providers.compute.models import FunctionCall
from providers.compute.policy import KIB
from providers.compute.sandbox import Failure
from providers.models import Action

RECEIVED: Final = "Function Results Received"
FAILED: Final = "Function Failed"
MOST_BYTES: Final = 200 * KIB
# Of an action that has succeeded; what a function returns can be anything.
SCHEMA: Final[JSON] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["result", "results"],
    "properties": {
        "result": {"type": "array", "minItems": 1, "items": {}},
        "results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["task_id", "output"],
                "properties": {"task_id": {"type": "string"}, "output": {}},
            },
        },
    },
}
_MOST_FAILURES: Final = 20
_MOST_TEXT: Final = 4000


def progress(statuses: Sequence[str]) -> dict[str, JSON]:
    """Return how far an action is, from the statuses of its calls."""
    counts = Counter(statuses)
    done, failed = counts[FunctionCall.SUCCEEDED], counts[FunctionCall.FAILED]
    return {
        "total": len(statuses),
        "completed": done,
        "failed": failed,
        "running": counts[FunctionCall.RUNNING],
        "pending": len(statuses) - done - failed,
    }


def outcome(calls: Sequence[FunctionCall]) -> tuple[str, str, dict[str, JSON]]:
    """Return (status, display status, details) of an action whose calls have all ended, in their order."""
    failed = [call for call in calls if call.status == FunctionCall.FAILED]
    results = [_result(call) for call in calls if call.status == FunctionCall.SUCCEEDED]
    if failed:
        return Action.FAILED, FAILED, _failure(failed, results, len(calls))
    details: dict[str, JSON] = {"result": [each["output"] for each in results], "results": [*results]}
    # Every output is there twice, as flows old and new expect; it counts once.
    size = sum(len(call.result.encode()) for call in calls)
    if size > MOST_BYTES:
        return Action.FAILED, FAILED, _too_large(size, len(calls))
    return Action.SUCCEEDED, RECEIVED, details


def kept(failure: Failure) -> str:
    """Return a call's failure as it is stored."""
    shortened = {name: text[-_MOST_TEXT:] for name, text in asdict(failure).items()}
    return json.dumps(shortened | {"description": failure.description[:_MOST_TEXT]})


def _result(call: FunctionCall) -> dict[str, JSON]:
    return {"task_id": str(call.pk), "output": json.loads(call.result)}


def _failure(failed: list[FunctionCall], results: list[dict[str, JSON]], total: int) -> dict[str, JSON]:
    first = json.loads(failed[0].error)
    others = f" ({len(failed)} of {total} calls failed.)" if total > 1 else ""
    details: dict[str, JSON] = {
        "code": first["code"],
        "description": f"{first['description']}{others}",
        "exception": first["exception"],
        "stdout": first["stdout"],
        "stderr": first["stderr"],
        "task_id": str(failed[0].pk),
        "failures": [_named(call) for call in failed[:_MOST_FAILURES]],
        "results": [*results],
    }
    if len(json.dumps(details)) > MOST_BYTES:
        details["results"] = [{"task_id": each["task_id"], "output": None} for each in results]
        details["results_omitted"] = True
    return details


def _named(call: FunctionCall) -> dict[str, JSON]:
    error = json.loads(call.error)
    return {"task_id": str(call.pk), "code": error["code"], "description": error["description"][:300]}


def _too_large(size: int, total: int) -> dict[str, JSON]:
    return {
        "code": "ResultTooLarge",
        "description": f"The results of the {total} calls have {size:,} bytes together; an action may have "
        f"at most {MOST_BYTES:,}. Write large results to files and return their paths.",
        "exception": "",
        "results": [],
    }
