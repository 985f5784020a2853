"""Pages about who somebody is: signing in and out, the account, its API tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wire.auth import issue_token
from wire.guessing import PAUSE_SECONDS, is_held_back, note_wrong
from wire.models import ApiToken, User
from wire.paging import read
from wire.principals import GROUP_PREFIX, identity_urn
from wire.sign_in import use_link, valid_link

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_NAME_LENGTH = 64


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _next(request: HttpRequest) -> str:
    """Where to go after signing in; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    secure = request.is_secure()
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, secure) else "/"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a user name and a password."""
    if request.method != "POST":
        return _sign_in_page(request, AuthenticationForm(request), 200)
    username = request.POST.get("username", "")
    if is_held_back(request, username):
        return _sign_in_page(request, AuthenticationForm(request), 429)
    form = AuthenticationForm(request, request.POST)
    if not form.is_valid():
        note_wrong(request, username)
        return _sign_in_page(request, form, 401)
    login(request, form.get_user())
    return redirect(_next(request))


def _sign_in_page(request: HttpRequest, form: AuthenticationForm, status: int) -> HttpResponse:
    held_back_minutes = PAUSE_SECONDS // 60 if status == 429 else 0
    shown = {"form": form, "next": _next(request), "held_back_minutes": held_back_minutes}
    answer = render(request, "wire/sign_in.html", shown, status=status)
    if held_back_minutes:
        answer["Retry-After"] = str(PAUSE_SECONDS)
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by a one-time link: at once, or after a click when the link asks first."""
    link = valid_link(secret)
    if link and link.asks_first and request.method == "GET":
        return render(request, "wire/sign_in_link.html", {"link": link})
    user = use_link(secret)
    if user is None:
        return redirect("/") if request.user.is_authenticated else _link_is_over(request)
    login(request, user, backend=_BACKEND)
    return redirect("/")


def _link_is_over(request: HttpRequest) -> HttpResponse:
    return render(request, "wire/sign_in_link.html", {"link": None}, status=410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, "You are signed out.")
    return redirect("wire:sign-in")


@never_cache
@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


def _account(
    request: HttpRequest, password_form: SetPasswordForm[User] | None = None, secret: str = ""
) -> HttpResponse:
    user = _user(request)
    groups = user.groups.filter(identity__isnull=False).select_related("identity").order_by("name")
    listing = replace(read(request), path=reverse("wire:account"))
    shown = {
        "urn": identity_urn(user.pk),
        "groups": [(group.name, f"{GROUP_PREFIX}{group.identity.pk}") for group in groups],
        "page": listing.page(user.api_tokens.filter(revoked_at=None), ["-created_at", "-id"]),
        "password_form": password_form or _password_form(user),
        "secret": secret,
        "api": request.build_absolute_uri("/api/"),
    }
    status = 422 if password_form else 200
    return render(request, "wire/account.html", shown, status=status)


def _password_form(user: User, data: object = None) -> SetPasswordForm[User]:
    """Whoever came by a link has no password yet, and so none to repeat."""
    form = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    return form(user, data)


@login_required
@require_POST
def set_password(request: HttpRequest) -> HttpResponse:
    form = _password_form(_user(request), request.POST)
    if not form.is_valid():
        return _account(request, form)
    user = form.save()
    update_session_auth_hash(request, user)  # this session stays, all others end
    messages.success(request, "Your password is set. Other sessions are signed out.")
    return redirect("wire:account")


@never_cache
@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once: the answer is the page itself, so nothing keeps the secret."""
    name = request.POST.get("name", "").strip()[:_NAME_LENGTH] or "token"
    return _account(request, secret=issue_token(_user(request), name))


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    tokens = ApiToken.objects.filter(pk=token_id, user=_user(request), revoked_at=None)
    if tokens.update(revoked_at=timezone.now()):
        messages.success(request, "The token is revoked. Programs that use it are refused from now on.")
    return redirect("wire:account")
