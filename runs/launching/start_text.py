"""The Advanced tab while somebody types: problems at their places, and what may stand at the cursor."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from flowlang import definition, forms
from flowlang.definition import Document
from flowlang.forms import Draft, State, UnusableSchema, completion
from flowlang.forms.json_text import MAX_BYTES
from flowlang.forms.values import item_loc, member_loc
from flowlang.problems import JSON
from library.access import flow_for
from library.models import FlowRole
from library.publish import current_version

NOT_AN_OBJECT: Final = "The input of a flow is a JSON object: it starts with { and ends with }."


@login_required
@require_POST
def problems(request: HttpRequest, flow_id: str) -> JsonResponse:
    """Answer with {"problems": [{"from", "to", "message"}]} about `text`; offsets are in UTF-16 units."""
    version = current_version(flow_for(request.user, flow_id, FlowRole.STARTER))
    return JsonResponse({"problems": found(version.input_schema, request.POST.get("text", ""))})


@login_required
@require_POST
def complete(request: HttpRequest, flow_id: str) -> JsonResponse:
    """Answer with {"from", "options": [{"label", "apply", "detail", "info"}]} for `text` up to the cursor."""
    version = current_version(flow_for(request.user, flow_id, FlowRole.STARTER))
    text = request.POST.get("text", "").replace("\r\n", "\n")[:MAX_BYTES]
    start, offered = completion.proposals(version.input_schema, text, len(text))
    options = [
        {"label": one.label, "apply": one.insert, "detail": one.detail, "info": one.info} for one in offered
    ]
    return JsonResponse({"from": len(text[:start].encode("utf-16-le")) // 2, "options": options})


def found(schema: Any, text: str) -> list[dict[str, JSON]]:
    """Return what is wrong with an input that is typed as JSON, in the words of the form."""
    document = definition.parse(text.replace("\r\n", "\n"), MAX_BYTES)
    if document.problems:
        return [_marked(document, (one.start, one.end), one.message) for one in document.problems]
    if not isinstance(document.value, dict):
        return [_marked(document, document.span(()), NOT_AN_OBJECT)]
    try:
        told = forms.explain(schema, Draft(document.value, State(), []))
    except UnusableSchema as error:
        return [_marked(document, document.span(()), f"The flow's input schema cannot be used: {error}")]
    return [_at_value(document, entry) for entry in told]


def _at_value(document: Document, entry: dict[str, JSON]) -> dict[str, JSON]:
    loc = str(entry["loc"][0]) if isinstance(entry["loc"], list) else "$"
    steps, rest = steps_to(document.value, loc)
    span = document.span((*steps, "") if rest else steps)
    name = rest.lstrip(".")
    return _marked(document, span, f"{name}: {entry['msg']}" if name else str(entry["msg"]))


def steps_to(value: JSON, loc: str) -> tuple[tuple[str | int, ...], str]:
    """Return the steps of a JSONPath as far as `value` has them, and what is left of it."""
    steps: list[str | int] = []
    here = "$"
    while here != loc:
        step = next((one for one in _children(value, here) if _leads(one[1], loc)), None)
        if step is None:
            return tuple(steps), loc[len(here) :]
        key, here, value = step
        steps.append(key)
    return tuple(steps), ""


def _children(value: JSON, loc: str) -> list[tuple[str | int, str, JSON]]:
    if isinstance(value, dict):
        return [(key, member_loc(loc, key), member) for key, member in value.items()]
    items = value if isinstance(value, list) else []
    return [(index, item_loc(loc, index), item) for index, item in enumerate(items)]


def _leads(here: str, loc: str) -> bool:
    return loc.startswith(here) and loc[len(here) : len(here) + 1] in ("", ".", "[")


def _marked(document: Document, span: tuple[int, int], message: str) -> dict[str, JSON]:
    return {"from": document.utf16(span[0]), "to": document.utf16(span[1]), "message": message}
