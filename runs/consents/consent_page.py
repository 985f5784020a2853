"""The page of one's consents: which collections and scopes actions may use in one's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from providers import consents
from providers.models import Consent
from providers.transfer.access import visible_to
from wire.errors import BadRequest
from wire.models import User
from wire.principals import caller_of

_MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class Row:
    name: str
    scope: str
    is_given: bool
    collection_id: UUID | None = None


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent_list(request: HttpRequest) -> HttpResponse:
    """Show them; a POST takes one back (`give=no`) or gives it again (`give=yes`)."""
    user = cast("User", request.user)
    rows = _rows(user)
    if request.method == "POST":
        return _change(request, user, rows)
    return render(request, "runs/consents.html", {"rows": rows})


def _rows(user: User) -> list[Row]:
    said = {each.scope: each.is_given for each in Consent.objects.filter(user=user).order_by("scope")}
    known = visible_to(caller_of(user)).order_by("display_name", "pk").values_list("pk", "display_name")
    rows = []
    for pk, name in known[:_MOST_SHOWN]:
        scope = consents.data_access(pk)
        rows.append(Row(name, scope, said.pop(scope, True), pk))
    return rows + [Row(scope, scope, is_given) for scope, is_given in said.items()]


def _change(request: HttpRequest, user: User, rows: list[Row]) -> HttpResponse:
    row = next((each for each in rows if each.scope == request.POST.get("scope")), None)
    give = request.POST.get("give")
    if row is None or give not in ("yes", "no"):
        raise BadRequest('Name one of the scopes of this page as "scope", and "yes" or "no" as "give".')
    consents.put(user, row.scope, is_given=give == "yes")
    words = "may be used in your name again" if give == "yes" else "is not used in your name any more"
    messages.success(request, f"{row.name} {words}.")
    return redirect("runs:consents")
