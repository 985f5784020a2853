"""Flows over the REST API (source: rest-api, Endpoints 7.1 to 7.6)."""

from __future__ import annotations

import json
from typing import Any, cast

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flowlang.check import number_of_possibilities, warning_items
from library import access, documents, metadata
from library.listing import flows_for, order_of
from library.models import Flow, FlowRole
from library.publish import (
    change,
    create_flow,
    current_version,
    current_versions,
    delete,
    faults,
    publish,
    refuse,
    text_of,
)
from library.scopes import scopes
from wire import paging
from wire.errors import Forbidden
from wire.models import User
from wire.principals import identity_urn, is_urn

ADMINISTRATOR = FlowRole.ADMINISTRATOR


def _caller(request: Request) -> User:
    return cast("User", request.user)


def _body(request: Request) -> dict[str, Any]:
    return cast("dict[str, Any]", request.data)


def _shown(request: Request, flow: Flow) -> dict[str, Any]:
    mine = access.principals(_caller(request))
    return documents.flow_document(flow, current_version(flow), mine, request.build_absolute_uri("/"))


class Flows(APIView):
    def get(self, request: Request) -> Response:
        user = _caller(request)
        listing = paging.read(request)
        flows = flows_for(user, listing.query).prefetch_related("roles")
        page = listing.page(flows, order_of(listing.query))
        versions, mine = current_versions(page.items), access.principals(user)
        site = request.build_absolute_uri("/")
        shown = [documents.listed_document(flow, versions[flow.pk], mine, site) for flow in page.items]
        return Response(page.document("flows", shown))

    def post(self, request: Request) -> Response:
        body = _body(request)
        said = metadata.read(body)
        if body.get("title") is None:
            said.refuse("title", "A flow needs a title.", type="value_error.missing")
        source, schema_source = _texts(body)
        refuse(said.items + faults(source, schema_source)[1])
        scopes(body["definition"])
        title = said.values.pop("title")
        flow = create_flow(_caller(request), title, source, schema_source, roles=said.roles, **said.values)
        return Response(_shown(request, flow), status=201)


class Validation(APIView):
    def post(self, request: Request) -> Response:
        body = _body(request)
        answer, items = faults(*_texts(body))
        refuse(items)
        definition = body["definition"]
        analysis = {"number_of_possibilities": number_of_possibilities(definition)}
        warnings = warning_items(answer.problems)
        return Response({"scopes": scopes(definition), "analysis": analysis, "warnings": warnings})


class OneFlow(APIView):
    def get(self, request: Request, flow_id: str) -> Response:
        return Response(_shown(request, access.flow_for(_caller(request), flow_id)))

    def put(self, request: Request, flow_id: str) -> Response:
        """Change what is given, and nothing else."""
        user, body = _caller(request), _body(request)
        flow = access.flow_for(user, flow_id, ADMINISTRATOR)
        said = metadata.read(body)
        _take_over(flow, user, body.get("flow_owner"), said)
        source, schema_source = _changed_texts(flow, body)
        refuse(said.items + faults(source, schema_source)[1])
        if body.get("definition"):
            scopes(body["definition"])
        with transaction.atomic():
            publish(flow, source, schema_source, user)
            change(flow, said.values, said.roles)
        return Response(_shown(request, access.flow_for(user, flow_id)))

    def delete(self, request: Request, flow_id: str) -> Response:
        user = _caller(request)
        flow = access.flow_for(user, flow_id, ADMINISTRATOR)
        delete(flow)
        mine, site = access.principals(user), request.build_absolute_uri("/")
        return Response(documents.deleted_document(flow, current_version(flow), mine, site))


def _texts(body: dict[str, Any]) -> tuple[str, str]:
    """Return the texts of the definition and the schema of a new flow. Raises Unprocessable without one."""
    definition, schema = body.get("definition"), body.get("input_schema")
    if definition is None:
        item = {"loc": ["definition"], "msg": "field required", "type": "value_error.missing"}
        refuse([item])
    return text_of(definition), text_of({} if schema is None else schema)


def _changed_texts(flow: Flow, body: dict[str, Any]) -> tuple[str, str]:
    """Return the texts after an update. What stays equal keeps the author's own text."""
    version = current_version(flow)
    definition, schema = body.get("definition"), body.get("input_schema")
    same_definition = definition is None or _is_same(definition, version.definition)
    same_schema = schema is None or _is_same(schema, version.input_schema)
    source = version.source if same_definition else text_of(definition)
    return source, version.schema_source if same_schema else text_of(schema)


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON: to Python `1`, `1.0` and `true` are equal, too."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _take_over(flow: Flow, user: User, owner: Any, said: metadata.Metadata) -> None:
    """An administrator may make themselves the owner, nobody else."""
    if owner is None:
        return
    if not isinstance(owner, str) or not is_urn(owner):
        return said.refuse("flow_owner", "This must be an identity URN: urn:globus:auth:identity:<uuid>.")
    if owner.lower() not in (identity_urn(user.pk), identity_urn(flow.owner_id)):
        raise Forbidden(
            f"flow_owner: you may only make yourself the owner ({identity_urn(user.pk)}), not {owner}."
        )
    if owner.lower() == identity_urn(user.pk):
        said.values["owner"] = user
