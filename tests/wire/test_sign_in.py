"""Signing in and out, the account, its tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.people import person, urn
from wire import guessing
from wire.models import ApiToken, SignInLink, User
from wire.people import first_administrator

pytestmark = pytest.mark.django_db


def command(capsys, *arguments: str) -> str:
    call_command(*arguments)
    return capsys.readouterr().out.strip()


def who(client) -> str | None:
    """The name of whoever is signed in."""
    found = client.session.get("_auth_user_id")
    return User.objects.get(pk=found).username if found else None


class TestLink:
    def test_one_get_signs_the_first_administrator_in(self, client, capsys):
        path = command(capsys, "sign_in_link")
        assert path.startswith("/sign-in/")
        answer = client.get(path)
        assert (answer.status_code, answer["Location"], who(client)) == (302, "/", "admin")

    def test_it_works_once(self, client, capsys):
        path = command(capsys, "sign_in_link")
        client.get(path)
        client.logout()
        answer = client.get(path)
        assert (answer.status_code, who(client)) == (410, None)
        assert b"sign_in_link" in answer.content

    def test_opened_again_by_whom_it_signed_in_it_leads_home(self, client, capsys):
        path = command(capsys, "sign_in_link")
        client.get(path)
        assert client.get(path)["Location"] == "/"

    def test_it_is_over_after_a_day(self, client, capsys):
        path = command(capsys, "sign_in_link")
        SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.get(path).status_code == 410

    def test_one_that_asks_first_is_not_used_up_by_a_mail_scanner(self, client, capsys):
        person("bob")
        path = command(capsys, "sign_in_link", "bob", "--ask-first")
        assert b"Sign in as bob" in client.get(path).content
        assert (client.head(path).status_code, who(client)) == (405, None)
        client.post(path)
        assert who(client) == "bob"

    def test_a_wrong_or_disabled_one_is_refused(self, client, capsys):
        person("bob")
        path = command(capsys, "sign_in_link", "bob")
        User.objects.filter(username="bob").update(is_active=False)
        assert client.get(path).status_code == 410
        assert client.get("/sign-in/nonsense").status_code == 410

    def test_the_secret_is_not_stored(self, capsys):
        secret = command(capsys, "sign_in_link").removeprefix("/sign-in/")
        assert SignInLink.objects.get().digest != secret

    def test_an_unknown_user_is_a_clear_error(self, capsys):
        with pytest.raises(CommandError, match='There is no user "nobody"'):
            call_command("sign_in_link", "nobody")


class TestPassword:
    @pytest.fixture(autouse=True)
    def quick_hashing(self, settings) -> None:
        """Real password hashing is slow by design."""
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    @pytest.fixture
    def bob(self) -> User:
        user = person("bob")
        user.set_password("correct horse")
        user.save()
        return user

    def test_signs_in_and_goes_where_one_wanted(self, client, bob):
        answer = client.post(
            "/sign-in/", {"username": "bob", "password": "correct horse", "next": "/account/"}
        )
        assert (answer["Location"], who(client)) == ("/account/", "bob")

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_never_leads_to_another_site(self, client, bob, elsewhere):
        answer = client.post("/sign-in/", {"username": "bob", "password": "correct horse", "next": elsewhere})
        assert answer["Location"] == "/"

    def test_a_wrong_one_is_refused_without_saying_which_part(self, client, bob):
        wrong = client.post("/sign-in/", {"username": "bob", "password": "x"})
        unknown = client.post("/sign-in/", {"username": "nobody", "password": "x"})
        assert (wrong.status_code, unknown.status_code, who(client)) == (401, 401, None)
        assert b"correct username and password" in wrong.content

    def test_who_was_wrong_too_often_is_held_back_unseen(self, client, bob, monkeypatch):
        cache.clear()
        monkeypatch.setattr(guessing, "MOST_FROM_AN_ADDRESS", 3)
        looked_at: list[str] = []
        monkeypatch.setattr(
            "django.contrib.auth.forms.authenticate",
            lambda request, username, password: looked_at.append(username),
        )
        for name in ("bob", "ann", "eve"):
            client.post("/sign-in/", {"username": name, "password": "guess"})
        answer = client.post("/sign-in/", {"username": "bob", "password": "right horse"})
        assert (answer.status_code, answer["Retry-After"], who(client)) == (429, "300", None)
        assert b"Wait 5 minutes, or ask for a one-time link" in answer.content
        assert looked_at == ["bob", "ann", "eve"]
        other = client.post("/sign-in/", {"username": "bob", "password": "x"}, REMOTE_ADDR="192.0.2.7")
        assert other.status_code == 401
        cache.clear()

    def test_whoever_came_by_a_link_sets_one_without_an_old_one(self, client):
        admin = first_administrator()
        client.force_login(admin)
        assert b"You have none" in client.get("/account/").content
        new = {"new_password1": "a long enough one", "new_password2": "a long enough one"}
        assert client.post("/account/password", new).status_code == 302
        admin.refresh_from_db()
        assert admin.check_password("a long enough one")
        assert client.get("/account/").status_code == 200

    def test_a_change_needs_the_old_one_and_a_good_new_one(self, client, bob):
        client.force_login(bob)
        new = {"old_password": "wrong", "new_password1": "12345678", "new_password2": "12345678"}
        answer = client.post("/account/password", new)
        assert answer.status_code == 422
        assert b"too common" in answer.content
        bob.refresh_from_db()
        assert bob.check_password("correct horse")


def test_signing_out_takes_a_post(client):
    client.force_login(person("bob"))
    assert (client.get("/sign-out/").status_code, who(client)) == (405, "bob")
    assert (client.post("/sign-out/").status_code, who(client)) == (302, None)


class TestTokens:
    def test_a_token_is_shown_once_and_works(self, client):
        client.force_login(person("bob"))
        page = client.post("/account/tokens", {"name": "notebook"}).content.decode()
        secret = re.findall(r'data-copy="([\w-]{40,})"', page)[-1]
        assert client.get("/api/flows", headers={"authorization": f"Bearer {secret}"}).status_code == 200
        listed = client.get("/account/").content.decode()
        assert "notebook" in listed and secret not in listed
        assert ApiToken.objects.get().digest != secret

    def test_a_revoked_one_is_refused(self, client):
        client.force_login(person("bob"))
        page = client.post("/account/tokens", {"name": "x"}).content.decode()
        secret = re.findall(r'data-copy="([\w-]{40,})"', page)[-1]
        client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke")
        assert client.get("/api/flows", headers={"authorization": f"Bearer {secret}"}).status_code == 401

    def test_nobody_revokes_the_token_of_somebody_else(self, client):
        client.force_login(person("bob"))
        client.post("/account/tokens", {"name": "x"})
        client.force_login(person("mallory"))
        client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke")
        assert ApiToken.objects.get().revoked_at is None

    def test_the_command_prints_one_that_works(self, client, capsys):
        person("bob")
        secret = command(capsys, "create_token", "bob")
        assert client.get("/api/flows", headers={"authorization": f"Bearer {secret}"}).status_code == 200

    def test_the_command_says_whom_it_knows(self, capsys):
        person("bob")
        with pytest.raises(CommandError, match=r'There is no user "bobby"\. Users: bob\.'):
            call_command("create_token", "bobby")


def test_the_account_needs_somebody_and_tells_their_urn(client):
    assert client.get("/account/")["Location"].startswith("/sign-in/?next=")
    client.force_login(person("bob"))
    assert urn("bob") in client.get("/account/").content.decode()


def test_a_user_is_added_and_added_only_once(capsys):
    made = command(capsys, "add_user", "dora", "--email", "dora@example.org")
    assert str(User.objects.get(username="dora").pk) == made
    with pytest.raises(CommandError, match="already exists"):
        call_command("add_user", "dora")
    with pytest.raises(CommandError, match="valid email"):
        call_command("add_user", "eve", "--email", "nonsense")
