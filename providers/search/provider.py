"""search/ingest and search/delete: the effect and the action that tells of it are one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from flowlang.problems import JSON
from providers import actions
from providers.models import Action
from providers.own import ActionFailure, OwnProvider
from providers.provider import ActionError, ActionRequest, ActionStatus, Provider
from providers.search import access, entries
from wire.errors import Forbidden, NotFound
from wire.principals import ALL_AUTHENTICATED, PUBLIC, Caller, is_urn

_UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}
_SUBJECT: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 1024}
_ENTRY_ID: Final[dict[str, Any]] = {"type": ["string", "null"], "maxLength": 255}


_TASK: Final = (
    "task_id", "index_id", "task_type", "state", "state_description", "message", "creation_date",
    "completion_date",
)  # fmt: skip


class _SearchProvider(OwnProvider):
    """What both have in common."""

    stores_text = True
    task_type: str
    details_schema: JSON = {
        "type": "object",
        "required": [*_TASK],
        "properties": {name: {"type": "string"} for name in _TASK},
    }

    def run(self, request: ActionRequest, caller: Caller) -> ActionStatus:
        body = self.read(request.body, request.private)
        with transaction.atomic():
            status, details = self._outcome(request, body, caller)
            action, is_new = actions.start(self.path, request, caller, ended=(status, details))
            if not is_new:  # somebody did it since we looked: what we have just done is undone
                transaction.set_rollback(True)
        return actions.document(action)

    def _outcome(
        self, request: ActionRequest, body: dict[str, Any], caller: Caller
    ) -> tuple[str, dict[str, JSON]]:
        """Change the index, unless this request did before; the caller's transaction covers both."""
        if actions.is_repeat(self.path, request.request_id, caller):
            return Action.SUCCEEDED, {}  # `start` answers with what was kept then
        try:
            index = access.index_for(caller, body["search_index"], write=True)
        except NotFound as error:
            return Action.FAILED, ActionFailure("NotFound", str(error)).details
        except Forbidden as error:
            return Action.FAILED, ActionFailure("PermissionDenied", str(error)).details
        now = timezone.now().isoformat()
        message = self.change(index, body, caller)
        return Action.SUCCEEDED, {
            "task_id": str(uuid.uuid4()),
            "index_id": str(index.pk),
            "task_type": self.task_type,
            "state": "SUCCESS",
            "state_description": "Task succeeded",
            "message": message,
            "creation_date": now,
            "completion_date": now,
        }

    def change(self, index: Any, body: dict[str, Any], caller: Caller) -> str:
        """Change the index and return what was done, in words."""
        raise NotImplementedError


class Ingest(_SearchProvider):
    path = "search/ingest"
    title = "Search: Ingest a Document"
    subtitle = "Puts a document into a search index, or replaces it"
    scope = "https://auth.globus.org/scopes/actions.globus.org/search/ingest"
    task_type = "INGEST"
    input_schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "required": ["search_index", "subject", "visible_to", "content"],
        "properties": {
            "search_index": _UUID,
            "subject": _SUBJECT,
            "visible_to": {"type": "array", "items": {"type": "string"}, "maxItems": 1000},
            "content": {"type": "object"},
            "id": _ENTRY_ID,
        },
    }

    def read(self, told: Mapping[str, JSON], private: frozenset[str] = frozenset()) -> dict[str, Any]:
        body = super().read(told, private)
        for name in body["visible_to"]:
            if name not in (PUBLIC, ALL_AUTHENTICATED) and not is_urn(name):
                raise ActionError(
                    "RequestValidationError",
                    f'visible_to: "{name[:100]}" is neither public, all_authenticated_users nor a URN.',
                    status=422,
                )
        return body

    def change(self, index: Any, body: dict[str, Any], caller: Caller) -> str:
        entries.ingest(index, body, caller.urn)
        return f'"{body["subject"]}" is in the index "{index.display_name}".'


class Remove(_SearchProvider):
    path = "search/delete"
    title = "Search: Delete Documents"
    subtitle = "Removes documents from a search index"
    scope = "https://auth.globus.org/scopes/5fac2e64-c734-4e6b-90ea-ff12ddbf9653/search_delete"
    task_type = "DELETE_BY_QUERY"
    input_schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "required": ["search_index", "delete_by"],
        "properties": {
            "search_index": _UUID,
            "delete_by": {"enum": ["entry", "subject", "query"]},
            "subject": _SUBJECT,
            "entry_id": _ENTRY_ID,
            "q": {"type": "string"},
            "filters": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "field_name", "values"],
                    "properties": {
                        "type": {"enum": ["match_any", "match_all", "range"]},
                        "field_name": {"type": "string"},
                        "values": {"type": "array"},
                    },
                    "if": {"properties": {"type": {"const": "range"}}},
                    "then": {"properties": {"values": {"items": {"type": "object"}}}},
                },
            },
            "query_template": {"type": "string"},
        },
    }

    def read(self, told: Mapping[str, JSON], private: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Refuse what would delete more than was meant: a query of nothing is the whole index."""
        body = super().read(told, private)
        is_query = body["delete_by"] == "query"
        missing = not (body.get("q") or body.get("filters")) if is_query else "subject" not in body
        if missing or "query_template" in body:
            need = "q or filters; query_template is not offered" if is_query else "subject"
            raise ActionError(
                "RequestValidationError", f"delete_by {body['delete_by']} needs {need}.", status=422
            )
        return body

    def change(self, index: Any, body: dict[str, Any], caller: Caller) -> str:
        count = entries.remove(index, body)
        return f'{count} entries were removed from "{index.display_name}".'


PROVIDERS: list[Provider] = [Ingest(), Remove()]
