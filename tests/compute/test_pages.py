"""The pages of compute, and the JSON of its pickers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from providers.compute.access import endpoint_health
from providers.compute.models import Endpoint, Function
from tests.compute.helping import endpoint, function
from tests.people import person

TEXT = "def main(number):\n    return 1 // number"


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


@pytest.fixture
def page(alice) -> Client:
    return signed_in("alice")


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_an_empty_site_says_what_to_do_next(page):
    text = shown(page, "/compute/")
    assert "python manage.py add_endpoint NAME" in text
    assert "Register the first one" in text


def test_endpoints_tell_whether_they_live_and_how_they_isolate(page):
    endpoint("alive")
    endpoint("left")
    endpoint("new")
    endpoint("private", "bob", is_public=False)
    now = timezone.now()
    Endpoint.objects.filter(name="alive").update(seen_at=now, isolation="full")
    Endpoint.objects.filter(name="left").update(
        seen_at=now - timedelta(minutes=5), isolation="restricted", isolation_note="Not full: no bwrap."
    )
    text = shown(page, "/compute/")
    assert (text.count("Alive"), text.count("Away")) == (1, 2)
    assert "namespaces of its own" in text and "Not full: no bwrap." in text
    assert "endpoint_worker left" in text and "no worker has started yet" in text
    assert "private" not in text
    assert endpoint_health()[0] == {"name": "alive", "is_alive": True, "isolation": "full"}
    assert endpoint_health()[1]["is_alive"] is False


def test_functions_are_listed_by_pages_and_found_by_words(page):
    for number in range(25):
        function(TEXT, f"check_{number:02}")
    function(TEXT, "bobs", "bob")
    function(TEXT, "lent", "bob", is_public=True)
    first, second = shown(page, "/compute/"), shown(page, "/compute/?page=2")
    assert first.count("check_") == 20 and "Next" in first
    assert second.count("check_") == 5 and "lent" in second
    assert "bobs" not in first + second
    assert shown(page, "/compute/?q=CHECK_07").count("check_07") == 1
    assert "No function matches" in shown(page, "/compute/?q=none%20such")
    assert "this far down" in shown(page, "/compute/?page=9")
    assert "page" in shown(page, "/compute/?page=x", 400)


def test_many_endpoints_come_by_pages(page):
    for number in range(12):
        endpoint(f"place-{number:02}")
    assert 'href="?endpoints=2"' in shown(page, "/compute/")
    last = shown(page, "/compute/?endpoints=2")
    assert last.count('class="card endpoint"') == 2 and 'href="?endpoints=1"' in last


def test_a_function_is_registered_by_a_form(page):
    assert "<textarea" in shown(page, "/compute/functions/new")
    form = {"name": "main", "source": '"""M."""\r\ndef main():\r\n    """Say 1."""\r\n    return 1\r\n'}
    answer = page.post("/compute/functions/new", form, follow=True)
    made = Function.objects.get()
    assert answer.redirect_chain == [(f"/compute/functions/{made.pk}/", 302)]
    assert "\r" not in made.source and made.description == "Say 1."
    assert (made.owner.username, made.is_public) == ("alice", False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "def main(:"}, "line 1"),
        ({"source": "x = 1"}, "It defines: none."),
        ({"source": ""}, "It defines: none."),
        ({"source": "def main(): pass\0"}, "Python"),
        ({"name": "other"}, "no function &quot;other&quot;"),
        ({"name": "<b>"}, "&quot;&lt;b&gt;&quot; is not the name"),
        ({"name": ""}, "not the name of a Python function"),
        ({"description": "a\0b"}, "NUL"),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(page, change, words):
    form = {"name": "main", "source": "def main(): pass  # mine", "description": "kept words"} | change
    answer = page.post("/compute/functions/new", form)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert words in text and 'role="alert"' in text
    assert "kept words" in text or "description" in change
    assert not Function.objects.exists()


def test_a_functions_page_shows_its_source_and_ones_own_calls(page, compute, alice, bob):
    id = function(TEXT, is_public=True)
    place = endpoint()
    compute.run(alice, {"endpoint": place, "function": id, "args": [0]})
    compute.run(bob, {"endpoint": place, "function": id, "args": ["secret of bob"]})
    text = shown(page, f"/compute/functions/{id}/")
    assert "return 1 // number" in text and place in text
    assert text.count("status--failed") == 1 and "ZeroDivisionError" in text
    assert "TypeError" not in text
    assert "You have not called it yet" in shown(signed_in("mallory"), f"/compute/functions/{id}/")


def test_source_is_shown_as_text(page):
    id = function("def main():\n    return '</pre><script>alert(1)</script>'")
    assert "<script>alert" not in shown(page, f"/compute/functions/{id}/")


def test_strangers_find_nothing(page):
    id = function(TEXT, owner="bob")
    shown(page, f"/compute/functions/{id}/", 404)
    for address in ("/compute/", "/compute/functions/new", f"/compute/functions/{id}/"):
        assert Client().get(address).status_code == 302
    for address in ("/compute/endpoints", "/compute/functions"):
        assert Client().get(address).json() == {"error": "Sign in first."}


def test_pickers_find_by_name_and_by_id(page):
    place, id = endpoint("Cluster"), function(TEXT, "thumbnail")
    endpoint("local")
    function(TEXT, "other", "bob")
    assert page.get("/compute/endpoints?q=clu").json() == {
        "endpoints": [{"id": place, "name": "Cluster", "seen_at": None}]
    }
    assert page.get(f"/compute/endpoints?q={place}").json()["endpoints"][0]["name"] == "Cluster"
    found = page.get("/compute/functions").json()
    assert found == {"functions": [{"id": id, "name": "thumbnail", "description": ""}]}
    assert page.get("/compute/functions?q=nothing%00").json() == {"functions": []}
