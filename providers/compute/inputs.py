"""What compute actions are asked to do, in the words of both versions (source: action-providers, Compute)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flowlang.problems import JSON
from providers.compute.policy import KIB
from providers.provider import ActionError

MOST_TASKS: Final = 1000
MOST_ARGUMENT_BYTES: Final = 200 * KIB

_UUID: Final = {"type": "string", "format": "uuid"}
_ARGS: Final = {"description": "Positional arguments: an array, its JSON as text, or a single value."}
_KWARGS: Final = {
    "type": ["object", "string"],
    "description": "Named arguments: an object, or its JSON as text.",
}
_PAYLOAD: Final = {"description": "The same as kwargs."}
_FUNCTION: Final = _UUID | {"description": "The function's id."}
_ENDPOINT: Final = _UUID | {"description": "The id of the endpoint that runs it."}
_V2_TASK: Final = {
    "endpoint": _ENDPOINT,
    "function": _FUNCTION,
    "func": _FUNCTION | {"deprecated": True},
    "args": _ARGS,
    "kwargs": _KWARGS,
    "payload": _PAYLOAD,
}

V2: Final[dict[str, Any]] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        **_V2_TASK,
        "tasks": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_TASKS,
            "items": {"type": "object", "properties": _V2_TASK},
        },
    },
}
V3: Final[dict[str, Any]] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["endpoint_id", "tasks"],
    "properties": {
        "endpoint_id": _ENDPOINT,
        "tasks": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_TASKS,
            "items": {
                "type": "object",
                "required": ["function_id"],
                "properties": {"function_id": _FUNCTION, "args": _ARGS, "kwargs": _KWARGS},
            },
        },
        "task_group_id": _UUID,
        "user_endpoint_config": {"type": "object"},
        "resource_specification": {"type": "object"},
        "create_queue": {"type": "boolean"},
    },
}


@dataclass(frozen=True, slots=True)
class Task:
    """One call to make: ids as they were given, arguments as they will be passed."""

    endpoint_id: str
    function_id: str
    args: list[JSON]
    kwargs: dict[str, JSON]

    def arguments(self) -> str:
        return json.dumps({"args": self.args, "kwargs": self.kwargs}, separators=(",", ":"))


def tasks_of_v2(body: Mapping[str, Any]) -> list[Task]:
    """Return the calls of a version 2 body: the one at its top, then those of `tasks`.

    A task without an endpoint takes the one at the top. Raises ActionError (422)
    """
    told = list(body.get("tasks") or ())
    top = {name: value for name, value in body.items() if name != "tasks"}
    is_first = "function" in top or "func" in top
    if not is_first and not told:
        raise _refused("$", 'give "endpoint" and "function" for one call, or "tasks" for several')
    places = [("$", top)] if is_first else []
    places += [(f"$.tasks[{number}]", task) for number, task in enumerate(told)]
    return [_task_of_v2(place, task, top.get("endpoint")) for place, task in places]


def tasks_of_v3(body: Mapping[str, Any]) -> list[Task]:
    """Return the calls of a version 3 body, all on one endpoint. Raises ActionError (422)."""
    tasks = []
    for number, task in enumerate(body["tasks"]):
        place = f"$.tasks[{number}]"
        args, kwargs = _args(task.get("args")), _kwargs(place, task.get("kwargs"))
        tasks.append(_bounded(place, Task(body["endpoint_id"], task["function_id"], args, kwargs)))
    return tasks


def _task_of_v2(place: str, task: Mapping[str, Any], endpoint: str | None) -> Task:
    function = task.get("function") or task.get("func")
    if not function:
        raise _refused(place, '"function" is missing')
    chosen = task.get("endpoint") or endpoint
    if not chosen:
        raise _refused(place, '"endpoint" is missing')
    args, payload = _args(task.get("args")), task.get("payload")
    if payload is not None and not isinstance(payload, dict):
        # Older definitions hand over a single value in this way.
        return _bounded(place, Task(chosen, function, [*args, payload], _kwargs(place, task.get("kwargs"))))
    kwargs = _kwargs(place, task.get("kwargs")) or payload or {}
    return _bounded(place, Task(chosen, function, args, kwargs))


def _args(told: JSON) -> list[JSON]:
    """A text is JSON only when it holds an array: "5" or "a/path" is an argument by itself."""
    if isinstance(told, str):
        read = _read(told)
        return read if isinstance(read, list) else [told]
    if told is None:
        return []
    return told if isinstance(told, list) else [told]


def _kwargs(place: str, told: JSON) -> dict[str, JSON]:
    read = _read(told) if isinstance(told, str) and told.strip() else told or {}
    if not isinstance(read, dict):
        raise _refused(place, '"kwargs" must be an object, or an object\'s JSON as text')
    return read


def _read(text: str) -> JSON:
    try:
        read: JSON = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return read


def _bounded(place: str, task: Task) -> Task:
    size = len(task.arguments())
    if size > MOST_ARGUMENT_BYTES:
        raise _refused(
            place,
            f"the arguments have {size:,} bytes as JSON; at most {MOST_ARGUMENT_BYTES:,} are passed on. "
            "Write large values to a file and pass its path",
        )
    return task


def _refused(place: str, words: str) -> ActionError:
    return ActionError("RequestValidationError", f"Field '{place}': {words}.", status=422)
