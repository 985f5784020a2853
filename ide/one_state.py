"""One state tried by itself: what it would ask for, and, once a person says so, what really comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from flowlang.intents import ActionRefused, ActionReported, Call, Cursor
from flowlang.problems import JSON
from flowlang.program import compile_definition
from flowlang.visit import Visit
from ide.trials import Trial, perform
from library.access import is_administrator
from providers import registry
from providers.provider import ActionError, ActionRequest, ActionStatus, Provider
from providers.remote import RemoteProvider
from runs.models import Run
from runs.retries.retry_points import last_visit, shown_at
from wire.errors import BadRequest, Forbidden, Unprocessable
from wire.principals import Caller, caller_of, flow_caller

MOST_REQUEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Data:
    """The run data with which a state is tried, and where they come from, as a sentence."""

    value: JSON
    source: str


def data_for(trial: Trial, state: str, run: Run | None) -> Data:
    """Return the run data with which `run` entered the state last; without a run those of a dry run.

    Raises  Unprocessable when the run never came there, or its log does not show them
    """
    if run is not None:
        return _of_run(run, state)
    visited = next((step for step in perform(trial).steps if step.state == state), None)
    if visited is None:
        return Data(trial.input, "The input: a dry run with these results does not come to this state.")
    return Data(visited.before, "What a dry run with these results has when it comes to this state.")


def _of_run(run: Run, state: str) -> Data:
    entered = last_visit(run, state)
    if entered is None:
        raise Unprocessable(f'Run {run.pk} never came to a state "{state}". Choose another run.')
    found = shown_at(run, entered)
    if found is None:
        raise Unprocessable(
            f'The log of run {run.pk} does not show its data at "{state}". Choose another run, or type them.'
        )
    return Data(found, f'What run "{run.label or run.pk}" had when it came to this state.')


def enter(trial: Trial, state: str, data: JSON) -> Visit:
    """Return the visit of a state with this run data; nothing is done outside."""
    states = trial.definition.get("States")
    if not isinstance(states, dict) or state not in states:
        raise BadRequest(f'There is no state "{state[:80]}" in the text. Choose one of its states.')
    program = compile_definition(trial.definition)
    return Visit(program, Cursor(state, 0, data, trial.context), trial.now)


def introduced(visit: Visit) -> dict[str, Any] | None:
    """Return what is known of the provider that the state would call; None when it calls none."""
    intent = visit.intent
    if not isinstance(intent, Call):
        return None
    try:
        provider = registry.resolve(intent.url)
    except ActionError as error:
        return {"title": intent.url, "trouble": error.description}
    if isinstance(provider, RemoteProvider):
        return {"title": intent.url, "is_elsewhere": True, "run_as": intent.run_as}
    about = provider.introspect()
    return {"title": about.get("title"), "text": about.get("subtitle"), "run_as": intent.run_as}


def call(trial: Trial, visit: Visit, request_id: str) -> str | None:
    """Really call the provider, with the rights that a run would have. Returns the action's id.

    request_id  the same one never starts a second action
    Raises      BadRequest when the state calls nobody; Forbidden, Unprocessable when nobody may call
    """
    if not request_id or len(request_id) > MOST_REQUEST_ID:
        raise BadRequest(f'"request" must be an id of at most {MOST_REQUEST_ID} characters.')
    intent, state = _call_of(visit), visit.before.state
    asked = ActionRequest(
        request_id=f"trial:{trial.user.pk}:{request_id}",
        body=intent.body,
        label=f"Trial of {state}"[:64],
        private=_private(visit, intent.body),
    )
    return _deliver(trial, visit, lambda provider, who: provider.run(asked, who))


def look(trial: Trial, visit: Visit, action_id: str) -> str | None:
    """See how far an action is that `call` has started. Returns its id."""
    _call_of(visit)
    return _deliver(trial, visit, lambda provider, who: provider.status(action_id, who))


def cancel(trial: Trial, visit: Visit, action_id: str) -> str | None:
    """Ask the provider to stop the action. Returns its id."""
    _call_of(visit)
    return _deliver(trial, visit, lambda provider, who: provider.cancel(action_id, who))


def _call_of(visit: Visit) -> Call:
    if not isinstance(visit.intent, Call):
        raise BadRequest(f'The state "{visit.before.state}" calls no provider: its result is shown already.')
    return visit.intent


def _deliver(trial: Trial, visit: Visit, ask: Callable[[Provider, Caller], ActionStatus]) -> str | None:
    intent = _call_of(visit)
    try:
        status = ask(registry.resolve(intent.url), _caller(trial, intent))
    except ActionError as error:
        told: JSON = {"code": error.code, "description": error.description}
        visit.deliver(ActionRefused(str(error), told), trial.now)
        return None
    visit.deliver(ActionReported(cast("dict[str, JSON]", status), is_first=True), trial.now)
    action_id = status.get("action_id")
    return action_id if isinstance(action_id, str) else None


def _caller(trial: Trial, intent: Call) -> Caller:
    if intent.run_as == "User":
        return caller_of(trial.user)
    if intent.run_as != "Flow":
        raise Unprocessable(
            f'This state acts with a token for the role "{intent.run_as}", which only the input of a run '
            "holds. Start a run to see it."
        )
    if trial.flow is None:
        raise Unprocessable("This state acts with the rights of the flow. Publish the flow first.")
    if not is_administrator(trial.user, trial.flow):
        raise Forbidden("This state acts with the rights of the flow, which only its administrators may use.")
    return flow_caller(trial.flow.pk)


def _private(visit: Visit, body: dict[str, JSON]) -> frozenset[str]:
    """The members that hold something private, so that a provider does not repeat them in messages."""
    masked = visit.program.state(visit.before.state).mask(body)
    shown = masked if isinstance(masked, dict) else {}
    return frozenset(name for name, value in body.items() if name not in shown or shown[name] != value)
