"""What stands around the form: where its values come from and differ, links, code, what will happen."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from flowlang import diagram, forms
from flowlang.differences import Difference
from flowlang.forms import Field, UnusableSchema
from flowlang.forms.secret import with_placeholders, without_secrets
from library.access import flow_for, is_administrator
from library.models import FlowRole, FlowVersion
from library.private import without_private
from library.publish import current_version
from library.snippets import snippets
from runs.consents.consent import consent
from runs.launching import prefill, prefill_sheet, presets, start_people
from runs.launching.presets import Asked
from runs.launching.start_sheet import Sheet, posted
from wire.models import User

MOST_CHANGES = 12


def context(request: HttpRequest, version: FlowVersion, sheet: Sheet, root: Field | None) -> dict[str, Any]:
    """Return what the page shows around its form."""
    user, flow = cast("User", request.user), version.flow
    definition = without_private(version.definition)
    states = diagram.states(definition)
    return {
        **live_context(request, version, sheet, root),
        "presets": list(presets.visible_to(user, flow.pk)),
        "recent": prefill.recent(user, flow.pk, version.input_schema),
        "administers": is_administrator(user, flow),
        "consent": consent(definition, sheet.draft.body, user),
        "drawing": {"dot": diagram.to_dot(definition), "states": states},
    }


def live_context(
    request: HttpRequest, version: FlowVersion, sheet: Sheet, root: Field | None
) -> dict[str, Any]:
    """Return what changes with each value: the differences, the link and the code."""
    run_id = request.POST.get("earlier") or request.GET.get("from", "")
    earlier = prefill_sheet.earlier_of(cast("User", request.user), version.flow_id, sheet, run_id)
    changes = prefill_sheet.changes(version.input_schema, sheet, earlier)
    titles = {one.loc: one.title for one in forms.walk((root,))} if root else {}
    return {
        "flow": version.flow,
        "sheet": sheet,
        "earlier": earlier,
        "is_changed": bool(changes),
        "changes": [(titles.get(each.loc) or each.place, each) for each in (changes or [])[:MOST_CHANGES]],
        "changes_count": len(changes or []),
        "changed_fields": _changed_fields(root, changes or []),
        **_ways_out(request, version, sheet),
    }


def _changed_fields(root: Field | None, changes: list[Difference]) -> list[str]:
    locs = [each.loc for each in changes]
    leaves = [one for one in forms.walk((root,)) if one.is_leaf] if root else []
    return [one.id for one in leaves if any(_is_at(loc, one.loc) for loc in locs)]


def _is_at(loc: str, place: str) -> bool:
    return loc == place or (loc.startswith(place) and loc[len(place)] in ".[")


def _ways_out(request: HttpRequest, version: FlowVersion, sheet: Sheet) -> dict[str, Any]:
    schema, body = version.input_schema, sheet.draft.body
    public, flow_id = without_secrets(schema, body), str(version.flow_id)
    said: dict[str, Any] = {
        "label": sheet.label.strip(),
        "tags": [tag.strip() for tag in sheet.tags.split(",") if tag.strip()],
    }
    said |= start_people.checked(start_people.posted(request.POST))[1]
    api, shown = request.build_absolute_uri("/api/"), with_placeholders(schema, body)
    packed = prefill.link_input(schema, public)
    start = request.build_absolute_uri(reverse("runs:start", args=[flow_id]))
    return {
        "link": f"{start}?{urlencode({'input': packed})}" if packed else "",
        "has_secrets": public != body,
        "snippets": snippets(flow_id, shown, api, start_people.wire(said), in_full=True),
    }


@never_cache
@login_required
@require_POST
def live(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Answer with the parts of the page that follow the values of the posted form."""
    version = current_version(flow_for(request.user, flow_id, FlowRole.STARTER))
    pairs = [(name, str(text)) for name, texts in request.POST.lists() for text in texts]
    sheet = posted(version.input_schema, pairs, "")
    try:
        root = forms.draw(version.input_schema, sheet.draft.value, (), sheet.draft.state)
    except UnusableSchema:
        return HttpResponse()
    shown = live_context(request, version, sheet, root)
    shown["consent"] = consent(version.definition, sheet.draft.body, cast("User", request.user))
    return render(request, "runs/_around_live.html", shown)


def saved(request: HttpRequest, version: FlowVersion, sheet: Sheet) -> Asked:
    """Save what was filled in as a preset; return what was asked for, with what is wrong."""
    asked = Asked(
        name=request.POST.get("preset-name", ""),
        is_shared="preset-shared" in request.POST,
        may_replace="preset-replace" in request.POST,
    )
    if sheet.faults or sheet.draft.is_short:
        fault = "Something in the form cannot be read yet: mend it first."
        return Asked(asked.name, asked.is_shared, fault=fault)
    preset, said = presets.save(cast("User", request.user), version, asked, sheet.draft.body)
    if preset is not None:
        messages.success(request, f"The preset “{preset.name}” is saved.")
    return said
