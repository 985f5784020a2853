"""What the editor's scripts ask for to bring a flow in, to take it out, and to try its input schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ide import drafts, exchange, exchange_code, preview, preview_schema
from ide.links import MAX_CHARACTERS
from ide.visitors import OpenView
from wire.errors import BadRequest, PayloadTooLarge, Unprocessable


class ImportView(OpenView):
    def post(self, request: Request) -> Response:
        text, name = (_text(request, key) for key in ("text", "name"))
        if len(text) > MAX_CHARACTERS:
            raise PayloadTooLarge(f"The text has {len(text):,} characters; {MAX_CHARACTERS:,} are read.")
        try:
            return Response(asdict(exchange.brought(text, name[:200])))
        except exchange.ExchangeError as refused:
            raise Unprocessable(str(refused)) from refused


class CodeView(OpenView):
    def post(self, request: Request) -> Response:
        flow = _text(request, "flow")
        target = exchange_code.Target(request.build_absolute_uri("/api/"), _id(flow) if flow else "")
        made = exchange_code.snippets(drafts.texts(_body(request)), target)
        return Response({"snippets": [asdict(one) for one in made]})


class PreviewView(OpenView):
    def post(self, request: Request) -> Response:
        return Response(preview.answer(drafts.texts(_body(request)).input_schema, _body(request)))


class SchemaView(OpenView):
    def post(self, request: Request) -> Response:
        return Response(preview_schema.answer(drafts.texts(_body(request))))


def _body(request: Request) -> Mapping[str, Any]:
    assert isinstance(request.data, dict), "the JSON parser gives objects only"
    return request.data


def _text(request: Request, name: str) -> str:
    value = _body(request).get(name) or ""
    if not isinstance(value, str):
        raise BadRequest(f'"{name}" must be a text; it is {str(value)[:60]!r}.')
    return value


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise BadRequest(f'"flow" must be the id of a flow; it is {text[:60]!r}.') from error
