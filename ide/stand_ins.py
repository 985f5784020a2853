"""What stands in for providers and people in a dry run: a past run, examples, or what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from flowlang import paths
from flowlang.dry_run import KINDS, Kind, StandIn, StandIns
from flowlang.problems import JSON, FlowError
from flowlang.program import Program, compile_definition
from flowlang.schema_example import example_of
from providers import registry
from providers.provider import ActionError
from providers.remote import RemoteProvider
from runs.models import Run
from wire.errors import BadRequest

_ENDS: Final = ("ActionCompleted", "ActionFailed", "CreateWebInputCompleted", "AwaitWebInputCompleted")
_MOST_EVENTS: Final = 1_000
_OWN_MEMBERS: Final = ("details", "status", "state_name")
_KIND_OF_ERROR: Final[Mapping[str, Kind]] = {"ActionFailedException": "failed", "ActionTimeout": "timeout"}


def of_run(run: Run) -> StandIns:
    """Return what came of each action and question of a run, as its log shows it."""
    program = compile_definition(run.version.definition)
    found: dict[str, list[StandIn]] = {}
    for event in run.events.filter(code__in=_ENDS).order_by("seq")[:_MOST_EVENTS]:
        details = orjson.loads(event.details)
        name = str(details.get("state_name"))
        is_done = event.code.endswith("Completed")
        found.setdefault(name, []).append(_done(program, name, details) if is_done else _failed(details))
    return found


def _done(program: Program, name: str, details: dict[str, Any]) -> StandIn:
    """What the completed state has stored: it stands at the ResultPath in the run data after it."""
    try:
        state = program.state(name)
        stored = paths.get(state.result_path, details.get("output"), {})
    except FlowError:
        return StandIn("succeeded", {})
    if state.type != "Action":
        return StandIn("succeeded", stored)
    return _of_document("succeeded", stored)


def _failed(details: dict[str, Any]) -> StandIn:
    kind = _KIND_OF_ERROR.get(str(details.get("exception")), "refused")
    told = details.get("output")
    return _of_document(kind, told) if kind == "failed" else StandIn(kind, told)


def _of_document(kind: Kind, document: JSON) -> StandIn:
    if not isinstance(document, dict):
        return StandIn(kind, {})
    kept = {name: value for name, value in document.items() if name not in _OWN_MEMBERS}
    if kind == "succeeded" and document.get("status") == "FAILED":
        kind = "failed"  # a state that takes a failed action for a result
    return StandIn(kind, document.get("details"), kept)


def examples(definition: JSON) -> StandIns:
    """Return for each state that asks somebody what its provider says that its results look like."""
    states = definition.get("States") if isinstance(definition, dict) else None
    named = states if isinstance(states, dict) else {}
    return {
        name: [StandIn("succeeded", _example(state, named))]
        for name, state in named.items()
        if isinstance(state, dict)
    }


def _example(state: dict[str, JSON], states: dict[str, JSON]) -> JSON:
    if state.get("Type") == "AwaitWebInput":
        return {"response": _first_answer(states)}
    if state.get("Type") != "Action":
        return {}
    handler = state.get("Handler")
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
    try:
        provider = registry.resolve(str(url))
    except ActionError:
        return {}
    return {} if isinstance(provider, RemoteProvider) else example_of(provider.details_schema)


def _first_answer(states: dict[str, JSON]) -> JSON:
    for state in states.values():
        asked = state.get("Parameters") if isinstance(state, dict) else None
        options = asked.get("options") if isinstance(asked, dict) else None
        if isinstance(options, list) and options and isinstance(options[0], dict):
            return options[0].get("value", "")
    return ""


def typed(given: Any) -> StandIns:
    """Return the stand-ins of a request's body: {state: {"kind", "details", "document"?} or a list of these}.

    Raises  BadRequest
    """
    if not isinstance(given, dict):
        raise BadRequest('"stand_ins" must be an object: the name of a state -> what comes of it.')
    return {
        name: [_typed(name, one) for one in (value if isinstance(value, list) else [value])]
        for name, value in given.items()
    }


def _typed(name: str, one: Any) -> StandIn:
    kind = one.get("kind") if isinstance(one, dict) else None
    if kind not in KINDS:
        raise BadRequest(
            f'What stands in for "{name[:80]}" must have a "kind": one of {", ".join(KINDS)}; '
            f"it is {str(kind)[:40]!r}."
        )
    document = one.get("document")
    return StandIn(kind, one.get("details"), document if isinstance(document, dict) else {})


def as_json(stand_ins: StandIns) -> dict[str, Any]:
    """Return stand-ins as `typed` reads them."""
    return {
        name: [{"kind": one.kind, "details": one.details, "document": dict(one.document)} for one in several]
        for name, several in stand_ins.items()
    }
