"""Runs, log entries and web inputs as everybody sees them: pages, sockets and the API alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, cast
from uuid import UUID

import orjson
from django.db.models import F

from flowlang.events import FLOW_INACTIVE, FLOW_STARTED, FLOW_SUCCEEDED, visible
from library.documents import flow_description
from library.models import FlowVersion
from library.private import without_private
from runs import access
from runs.access import MANAGER, Person
from runs.models import Run, RunEvent, RunRole, WebInput, WebInputRole
from wire.principals import identity_urn
from wire.timestamps import stamp

Document = dict[str, Any]
_TOLD_WHEN_INACTIVE: Final = (
    "code",
    "description",
    "required_scope",
    "resolution_url",
    "authorization_parameters",
)


def run_document(run: Run, user: Person, *, with_flow: bool = False) -> Document:
    """Return the run as `user` may see it (source: rest-api, Run)."""
    document = run_documents([run], user)[0]
    return document | ({"flow_description": flow_description(run.flow)} if with_flow else {})


def run_documents(runs: Sequence[Run], user: Person) -> list[Document]:
    """Return a page of runs, in a fixed number of queries."""
    held = access.roles_of_all(user, runs)
    people = _people(runs)
    newest = _newest_events(runs)
    return [document(run, held[run.pk], newest.get(run.pk), people.get(run.pk, {})) for run in runs]


def beside(run: Run) -> tuple[RunEvent | None, dict[str, list[str]]]:
    """Return what `document` needs beside the run: its last event, and role -> principals."""
    return _newest_events([run]).get(run.pk), _people([run]).get(run.pk, {})


def document(
    run: Run, held: Collection[str], newest: RunEvent | None, people: dict[str, list[str]]
) -> Document:
    """Return the run document.

    held    the viewer's roles; who manages and monitors is shown to managers only
    newest  the run's last event
    people  role -> principals
    """
    owner = identity_urn(run.owner_id)
    shown = people if MANAGER in access.rights(held) else {}
    managers, monitors = shown.get(RunRole.MANAGER, []), shown.get(RunRole.MONITOR, [])
    roles = [role for role in access.ROLES if role in held]
    return {
        "run_id": str(run.pk),
        "action_id": str(run.pk),
        "flow_id": str(run.flow_id),
        "flow_title": run.flow.title,
        "flow_last_updated": stamp(run.flow.updated_at),
        "start_time": stamp(run.started_at),
        "completion_time": stamp(run.completed_at),
        "status": run.status,
        "display_status": run.status,
        "label": run.label or None,
        "tags": run.tags,
        "details": _details(run, newest),
        "run_owner": owner,
        "created_by": owner,
        "run_managers": managers,
        "run_monitors": monitors,
        "manage_by": managers,
        "monitor_by": monitors,
        "user_role": roles[0] if roles else None,
        "user_roles": roles,
        "blocking_web_input_id": str(run.blocking_web_input_id) if run.blocking_web_input_id else None,
    }


def _people(runs: Sequence[Run]) -> dict[UUID, dict[str, list[str]]]:
    found: dict[UUID, dict[str, list[str]]] = {}
    for entry in RunRole.objects.filter(run__in=[run.pk for run in runs]).order_by("pk"):
        found.setdefault(entry.run_id, {}).setdefault(entry.role, []).append(entry.principal)
    return found


def _newest_events(runs: Sequence[Run]) -> dict[UUID, RunEvent]:
    ids = [run.pk for run in runs]
    newest = RunEvent.objects.filter(run__in=ids, seq=F("run__last_seq"))
    return {event.run_id: event for event in newest}


def _details(run: Run, newest: RunEvent | None) -> Document | None:
    """Return what the run is about now; the shape differs by phase (source: rest-api, Run details)."""
    if newest is None:
        return None
    said = _logged(newest)
    if newest.code == FLOW_STARTED:
        return {
            "code": "FlowStarting",
            "description": "The Flow is starting execution",
            "details": said["details"],
        }
    if newest.code == FLOW_SUCCEEDED:
        described = "The Flow run reached a successful completion state"
        return {"code": FLOW_SUCCEEDED, "description": described, "output": said["details"].get("output")}
    statuses = _action_statuses(run)
    if run.status == Run.INACTIVE:
        return _inactive(run, statuses)
    return said | ({"action_statuses": statuses} if statuses else {})


def _action_statuses(run: Run) -> list[Document]:
    """The status of the action that the run waits for, as it was last seen."""
    intent = orjson.loads(run.intent) if run.intent else {}
    if intent.get("kind") != "Poll":
        return []
    status = cast("Document", visible(intent["status"]))
    return [{**status, "state_name": run.state}]


def _inactive(run: Run, statuses: list[Document]) -> Document:
    status = statuses[0] if statuses else {}
    said = status.get("details")
    told = (
        {name: said[name] for name in _TOLD_WHEN_INACTIVE if name in said} if isinstance(said, dict) else {}
    )
    reason = status.get("display_status") or "The action needs a person."
    usual = {"code": FLOW_INACTIVE, "description": reason}
    return {**usual, **told, "state_name": run.state, "action_statuses": statuses}


def _logged(event: RunEvent) -> Document:
    return {
        "time": stamp(event.time),
        "code": event.code,
        "description": event.description,
        "details": orjson.loads(event.details),
    }


def log_entry(event: RunEvent) -> Document:
    """Return an entry of the API's log: {"time", "code", "description", "details"}."""
    return _logged(event)


def entry(event: RunEvent) -> Document:
    """Return an entry as pages and sockets have it: the log's, and its number in the run, "seq"."""
    return {"seq": event.seq, **_logged(event)}


def definition_document(run: Run, version: FlowVersion, *, to_administrator: bool) -> Document:
    """Return what the run does, as it was when it started; private parameters are for administrators."""
    definition = version.definition
    return {
        "flow_id": str(run.flow_id),
        "definition": definition if to_administrator else without_private(definition),
        "input_schema": version.input_schema,
    }


# --- web inputs (source: rest-api, Web inputs)


def web_input_summary(web_input: WebInput, user: Person) -> Document:
    """Return a web input as it stands in lists."""
    return {"title": web_input.context["title"], **_web_input(web_input, user)}


def web_input_document(web_input: WebInput, user: Person) -> Document:
    """Return the whole question."""
    options = [
        {name: option[name] for name in ("option_id", "label", "description")} for option in web_input.options
    ]
    return {
        **_web_input(web_input, user),
        "context": web_input.context,
        "options": options,
        "input_schema": _schema(options),
        "roles": {
            "viewer_urns": urns_of(web_input, WebInputRole.VIEWER),
            "respondent_urns": urns_of(web_input, WebInputRole.RESPONDENT),
        },
        "creator_urn": identity_urn(web_input.run.owner_id),
    }


def urns_of(web_input: WebInput, role: str) -> list[str]:
    """Return who has a role in a web input."""
    return [entry.principal for entry in web_input.roles.all() if entry.role == role]


def _web_input(web_input: WebInput, user: Person) -> Document:
    run = web_input.run
    edited_at = web_input.closed_at or web_input.created_at
    return {
        "id": str(web_input.pk),
        "status": web_input.status,
        "user_roles": access.web_input_roles(user, web_input),
        "input_type": "selection",
        "flow": {"id": str(run.flow_id), "title": run.flow.title},
        "run": {"id": str(run.pk), "label": run.label or None},
        "created_timestamp": stamp(web_input.created_at),
        "edited_timestamp": stamp(edited_at),
        "closed_timestamp": stamp(web_input.closed_at),
    }


def _schema(options: list[Document]) -> Document:
    choices = [
        {"const": option["option_id"], "title": option["label"], "description": option["description"]}
        for option in options
    ]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "string",
        "title": "Please select an option",
        "oneOf": choices,
    }
