"""Web inputs over the REST API (source: rest-api, Endpoints 7.18)."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from runs import access, documents, engine
from runs.lists import listing
from runs.models import WebInput
from wire import paging
from wire.errors import Unprocessable
from wire.models import User
from wire.principals import caller_of


class WebInputs(APIView):
    def get(self, request: Request) -> Response:
        user, asked = cast("User", request.user), paging.read(request)
        query = asked.query
        page = asked.page(listing.web_inputs_for(user, query), listing.web_input_order(query))
        shown = [documents.web_input_summary(web_input, user) for web_input in page.items]
        return Response(page.summary("web_input_summaries", shown))


class OneWebInput(APIView):
    def get(self, request: Request, web_input_id: str) -> Response:
        user = cast("User", request.user)
        return Response(documents.web_input_document(access.web_input_for(user, web_input_id), user))


class Respond(APIView):
    def post(self, request: Request, web_input_id: str) -> Response:
        user = cast("User", request.user)
        web_input = access.web_input_for(user, web_input_id, to_answer=True)
        engine.answer(web_input, caller_of(user), chosen(web_input, cast("dict[str, Any]", request.data)))
        return Response({"status": "ok"})


def chosen(web_input: WebInput, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the option that {"response": {"value": option id}} names. Raises Unprocessable (422)."""
    response = asked.get("response")
    value = response.get("value") if isinstance(response, dict) else None
    for option in web_input.options:
        if option["option_id"] == value:
            return cast("dict[str, Any]", option)
    raise Unprocessable(f"{str(value)[:80]!r} is not a registered option id for this input.")
