"""The page of a flow's presets: which there are, deleting one, sharing one's own."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from library.access import flow_for, is_administrator
from library.models import FlowRole
from runs.launching import presets
from wire.errors import Forbidden, NotFound
from wire.models import User


@never_cache
@login_required
@require_safe
def preset_list(request: HttpRequest, flow_id: str) -> HttpResponse:
    flow = flow_for(request.user, flow_id, FlowRole.STARTER)
    rows = [
        {
            "preset": preset,
            "line": presets.first_words(preset),
            "may_change": presets.may_change(request.user, flow, preset),
        }
        for preset in presets.visible_to(request.user, flow.pk)
    ]
    context = {"flow": flow, "rows": rows, "administers": is_administrator(request.user, flow)}
    return render(request, "runs/presets.html", context)


@login_required
@require_POST
def change(request: HttpRequest, flow_id: str, preset_id: str) -> HttpResponse:
    """Delete the preset, or share it, or take it back: `action` says which."""
    flow = flow_for(request.user, flow_id, FlowRole.STARTER)
    preset = presets.found(request.user, flow.pk, str(preset_id))
    if preset is None:
        raise NotFound(f"No Preset exists with id value {preset_id}.")
    if not presets.may_change(request.user, flow, preset):
        raise Forbidden(f"You may use the preset “{preset.name}”, but not change it.")
    action = request.POST.get("action", "")
    if action == "delete":
        preset.delete()
        messages.success(request, f"The preset “{preset.name}” is deleted.")
    elif action in ("share", "unshare"):
        fault = presets.share(cast("User", request.user), flow, preset, shared=action == "share")
        said = "shared" if action == "share" else "yours alone again"
        messages.error(request, fault) if fault else messages.success(
            request, f"The preset “{preset.name}” is {said}."
        )
    return redirect("runs:presets", flow_id=flow.pk)
