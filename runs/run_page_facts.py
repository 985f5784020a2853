"""What people call a run: its label and its tags, changed on its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from runs import access, metadata
from wire.errors import Unprocessable


@login_required
@require_POST
def describe(request: HttpRequest, run_id: str) -> HttpResponse:
    """Store the label and the tags that were typed, and go back to the run; an empty field empties them."""
    run = access.run_for(request.user, run_id, access.MANAGER)
    label = request.POST.get("label", "").strip()
    tags = [tag for tag in map(str.strip, request.POST.get("tags", "").split(",")) if tag]
    try:
        said = metadata.read({"label": label or None, "tags": tags})
    except Unprocessable as error:
        messages.error(request, f"Nothing was changed. {_in_words(error)}")
    else:
        metadata.store(run, replace(said, values={"label": "", **said.values}))
    return redirect("runs:run", run_id=run.pk)


def _in_words(error: Unprocessable) -> str:
    """The faults as one sentence after the other, each with the field that it is about."""
    items = cast("list[dict[str, Any]]", error.detail)
    return " ".join(f"{str(item['loc'][0]).capitalize()}: {item['msg']}" for item in items)
