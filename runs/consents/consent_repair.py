"""A run that waits for its owner's consent: what it asks for, in words, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from providers import consents
from providers.transfer.models import Collection
from runs import access, documents, wishes
from runs.models import Run
from wire.errors import ApiError
from wire.models import User

_LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True)
class Need:
    """What an INACTIVE run needs of its owner.

    scope        what is agreed to; "" when it is no consent that this site keeps
    collection   the name of the collection that the scope is about
    link         where else the matter can be put right, a web address
    """

    state: str
    reason: str
    scope: str = ""
    collection: str = ""
    link: str = ""

    @property
    def title(self) -> str:
        if self.collection:
            return f"Needs you: allow access to collection {self.collection}"
        return f"Needs you: allow {self.scope}" if self.scope else "Needs you"


def need(run: Run) -> Need | None:
    """Return what the run waits for; None unless it is INACTIVE."""
    if run.status != Run.INACTIVE:
        return None
    newest, people = documents.beside(run)
    said: dict[str, Any] = documents.document(run, [], newest, people)["details"] or {}
    scope = said.get("required_scope") if said.get("code") == consents.CONSENT_REQUIRED else ""
    scope = scope if isinstance(scope, str) and len(scope) <= consents.LONGEST_SCOPE else ""
    return Need(
        state=run.state,
        reason=str(said.get("description") or "")[:_LONGEST_TEXT],
        scope=scope,
        collection=_collection(scope),
        link=_link(said.get("resolution_url")),
    )


def _collection(scope: str) -> str:
    wanted = consents.collection_id_of(scope)
    if wanted is None:
        return ""
    found = Collection.objects.filter(pk=wanted).values_list("display_name", flat=True)
    return found.first() or str(wanted)


def _link(address: Any) -> str:
    """A provider elsewhere may name any address; only one of the web becomes a link."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        return ""
    is_web = parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)
    return str(address)[:_LONGEST_TEXT] if is_web else ""


@login_required
@require_POST
def allow(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give the consent that the run asks for, let it go on, and go back to the same place."""
    run = access.run_for(request.user, run_id, access.OWNER)
    wanted = need(run)
    try:
        if wanted is None:
            messages.info(request, "The run does not wait for you any more.")
        else:
            _give(cast("User", request.user), wanted, request.POST.get("scope", ""))
            wishes.resume(run)
            messages.success(request, "Allowed. The run goes on.")
    except (ApiError, ValueError) as error:
        messages.error(request, str(error))
    return redirect(back(request, run))


def _give(user: User, wanted: Need, agreed: str) -> None:
    """What somebody agrees to is what they were shown, not what the run asks for by now."""
    if wanted.scope != agreed:
        raise ValueError("The run asks for something else by now. Read it again before you agree.")
    if wanted.scope:
        consents.put(user, wanted.scope, is_given=True)


def back(request: HttpRequest, run: Run) -> str:
    """Return the address of the run's page as the reader left it: what is chosen there stays chosen."""
    page = reverse("runs:run", args=[run.pk])
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return page
    return f"{page}?{came_from.query}" if came_from.path == page and came_from.query else page
