"""Asking for a mail at the end of a run, and taking that back."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from runs import access, mails
from runs.acting_tables import RunFollower
from runs.consents.consent_repair import back
from runs.models import Run
from wire.models import User


@login_required
@require_POST
def follow(request: HttpRequest, run_id: str) -> HttpResponse:
    """Note that one wants to be told, or (`mail=off`) does not any more; back to the same place."""
    run = access.run_for(request.user, run_id)
    user = cast("User", request.user)
    if request.POST.get("mail") == "off":
        RunFollower.objects.filter(run=run, user=user).delete()
        messages.success(request, "You get no mail about this run.")
    elif run.status in Run.TERMINAL:
        messages.info(request, "The run has ended already.")
    elif not mails.is_one_address(user.email):
        messages.error(request, "Your account has no mail address. Ask an administrator to enter it.")
    else:
        RunFollower.objects.get_or_create(run=run, user=user)
        messages.success(request, f"A mail goes to {user.email} when the run ends.")
    return redirect(back(request, run))
