"""What the editor's Test tab asks for."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from rest_framework.request import Request
from rest_framework.response import Response

from flowlang.visit import Visit
from ide import one_state, scenarios, trial_documents, trials
from ide.access import draft_for
from ide.api import PageView, _body, _flow, _id, _user
from ide.models import Draft
from ide.trials import Trial
from library.access import is_administrator
from library.models import Flow, FlowRole
from runs.access import visible_to
from runs.models import Run

MOST_RUNS = 20
_WORDS = {"completed": "Done", "caught": "Fails, and is caught", "failed": "Fails", "waits": "Waits"}


class DryRunView(PageView):
    """The whole flow, without doing anything."""

    def post(self, request: Request) -> Response:
        found = _trial(request)
        # Run with another definition, scenarios tell of the input that they were kept with.
        is_own = found.flow is None or is_administrator(found.user, found.flow)
        kept = scenarios.of(found.flow, _draft(request)) if is_own else ()
        results = scenarios.run_all(found.user, found.definition, found.flow, kept)
        covered = {arrow for result in results for arrow in result.arrows}
        answer = trial_documents.answer(found, trials.perform(found), covered)
        return Response(answer | {"scenarios": scenarios.told(results)})


class OneStateView(PageView):
    """One state: its parameters; with "do": call, look or cancel, what really comes of it."""

    def post(self, request: Request) -> Response:
        found, body = _trial(request), _body(request)
        state = str(body.get("state", ""))
        data = _data(found, state, body)
        visit = one_state.enter(found, state, data.value)
        about, action_id = one_state.introduced(visit), _act(found, visit, body)
        step = visit.step()
        context = {
            "one": trial_documents.shown(step), "about": about, "source": data.source,
            "is_called": "do" in body, "is_over": step.ending != "waits", "words": _WORDS[step.ending],
        }  # fmt: skip
        return Response(
            {
                "html": render_to_string("ide/_one_state.html", context),
                "action": action_id if step.ending == "waits" else None,
                "data": trial_documents.text(data.value),
            }
        )


class ScenariosView(PageView):
    """How the kept scenarios go with the text as it stands; with "name": keep one more."""

    def post(self, request: Request) -> Response:
        flow, draft, body = _flow(request, FlowRole.ADMINISTRATOR), _draft(request), _body(request)
        if "name" in body:
            scenarios.keep(_trial(request), str(body["name"]), draft)
        if "delete" in body:
            scenarios.delete(scenarios.of(flow, draft), str(body["delete"]))
        definition = trials.definition_of(str(body.get("definition", "")))
        results = scenarios.run_all(_user(request), definition, flow, scenarios.of(flow, draft))
        return Response({"scenarios": scenarios.told(results)})


class PastRunsView(PageView):
    """The last runs of the flow that the person may see, to take results and data from."""

    def post(self, request: Request) -> Response:
        flow = _seen_flow(request)
        seen = visible_to(_user(request)).filter(flow=flow) if flow else Run.objects.none()
        told = [
            {"id": str(run.pk), "label": run.label, "status": run.status, "at": run.started_at.isoformat()}
            for run in seen.order_by("-started_at")[:MOST_RUNS]
        ]
        return Response({"runs": told, "sample": flow.sample_input if flow else None})


def _trial(request: Request) -> Trial:
    return trials.trial(_user(request), _seen_flow(request), _body(request))


def _seen_flow(request: Request) -> Flow | None:
    return _flow(request, FlowRole.VIEWER)


def _draft(request: Request) -> Draft | None:
    return draft_for(_user(request), _id(request, "draft")) if _body(request).get("draft") else None


def _data(found: Trial, state: str, body: Any) -> one_state.Data:
    if str(body.get("data") or "").strip():
        return one_state.Data(trials.json_of(body, "data"), "")
    return one_state.data_for(found, state, trials.run_of(found.user, body.get("data_run")))


def _act(found: Trial, visit: Visit, body: Any) -> str | None:
    """Do what was asked for, and return the id of the action that it is about."""
    if body.get("do") == "call":
        return one_state.call(found, visit, str(body.get("request", "")))
    if body.get("do") == "look":
        return one_state.look(found, visit, str(body.get("action", "")))
    if body.get("do") == "cancel":
        return one_state.cancel(found, visit, str(body.get("action", "")))
    return None
