"""Which provider an address means."""

from __future__ import annotations

import pytest

from providers import registry
from providers.catalogue import catalogue
from providers.provider import ActionError
from providers.remote import RemoteProvider


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://transfer.actions.globus.org/ls", "transfer/ls"),
        ("https://transfer.actions.globus.org/ls/", "transfer/ls"),
        ("https://TRANSFER.Actions.Globus.ORG/ls//", "transfer/ls"),
        ("https://transfer.actions.globus.org:443/transfer", "transfer/transfer"),
        ("https://actions.globus.org/transfer/transfer", "transfer/transfer"),
        ("https://actions.automate.globus.org/transfer/mkdir", "transfer/mkdir"),
        ("https://actions.globus.org/search/ingest/", "search/ingest"),
        ("https://actions.globus.org/notification/notify", "notification/notify"),
        ("https://actions.automate.globus.org/hello_world", "hello_world"),
        ("  https://actions.globus.org/expression_eval  ", "expression_eval"),
        ("http://127.0.0.1:8000/actions/transfer/stat", "transfer/stat"),
        ("http://LOCALHOST/actions/hello_world/", "hello_world"),
    ],
)
def test_an_address_means_one_of_our_providers(url: str, path: str) -> None:
    assert registry.resolve(url).path == path


def test_the_longest_alias_wins(settings) -> None:
    settings.PROVIDER_ALIASES = {"https://p.example": "", "https://p.example/hello_world": "transfer/ls"}
    assert registry.resolve("https://p.example/hello_world").path == "transfer/ls"
    assert registry.resolve("https://p.example/expression_eval").path == "expression_eval"


def test_an_alias_ends_at_a_name(settings) -> None:
    settings.PROVIDER_ALIASES = {"https://p.example/a": ""}
    assert isinstance(registry.resolve("https://p.example/ab/hello_world"), RemoteProvider)


def test_any_other_https_address_is_a_remote_provider() -> None:
    assert isinstance(registry.resolve("https://provider.example.org/x/"), RemoteProvider)


def test_a_hosted_provider_that_is_not_offered_is_named() -> None:
    with pytest.raises(ActionError, match=r"datacite/mint.* is not offered here"):
        registry.resolve("https://actions.globus.org/datacite/mint/basic_auth")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "/hello_world",
        "//host/x",
        "ftp://h/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://u:p@h/x",
        "https://[::1/x",
        "https://h:99999/x",
        "http://provider.example.org/x",
    ],
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(ActionError) as caught:
        registry.resolve(url)
    assert caught.value.permanent


def test_http_providers_need_a_setting(settings) -> None:
    settings.ALLOW_HTTP_PROVIDERS = True
    assert isinstance(registry.resolve("http://provider.example.org/x"), RemoteProvider)


def test_another_host_does_not_mean_this_site(settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert isinstance(registry.resolve("https://other.example/actions/transfer/ls"), RemoteProvider)


def test_schemas_are_listed_for_every_hosted_address() -> None:
    schemas = registry.schemas()
    for url in ("https://transfer.actions.globus.org/ls", "https://actions.globus.org/transfer/ls"):
        assert "endpoint_id" in schemas[url]["properties"]
    assert not [url for url in schemas if url.endswith("/")]


def test_what_actions_answer_is_told_of_all_that_can_know_it() -> None:
    addresses = registry.hosted_addresses()
    told = {addresses[url] for url in registry.results()}
    # An expression's value, and where in the details it goes, is up to whoever writes the action.
    assert set(addresses.values()) - told == {"expression_eval"}
    assert registry.results().keys() <= registry.schemas().keys()


def test_the_published_schema_allows_the_old_names() -> None:
    schema = registry.schemas()["https://actions.globus.org/transfer/transfer"]
    assert {"DATA", "transfer_items", "source_endpoint_id"} <= set(schema["properties"])
    assert schema["required"] == []


def test_scopes_are_known() -> None:
    scope = registry.scope_of("https://transfer.actions.globus.org/delete")
    assert scope == "urn:globus:auth:scope:transfer.api.globus.org:all"


def test_the_catalogue_describes_every_provider() -> None:
    entries = {entry["path"]: entry for entry in catalogue("https://flows.example")}
    assert set(entries) == set(registry.built_in())
    assert entries["transfer/ls"]["addresses"][0] == "https://transfer.actions.globus.org/ls"
    assert entries["transfer/ls"]["url"] == "https://flows.example/actions/transfer/ls"
