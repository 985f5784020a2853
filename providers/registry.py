"""Which provider an ActionUrl means: one of ours, under any of its addresses, or a remote one."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from flowlang.problems import JSON
from providers.provider import ActionError, Provider
from providers.remote import RemoteProvider

# Each has a module `provider` with a list PROVIDERS. A new provider is one folder and one word here.
PACKAGES: Final = ("hello_world", "expression_eval", "transfer", "compute", "search", "notification")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_MOUNT: Final = "/actions/"


@cache
def built_in() -> dict[str, Provider]:
    """Return our own providers by path, e.g. "transfer/ls"."""
    found: dict[str, Provider] = {}
    for package in PACKAGES:
        module = import_module(f"providers.{package}.provider")
        found |= {provider.path: provider for provider in module.PROVIDERS}
    return found


def resolve(url: str) -> Provider:
    """Return the provider that `url` names.

    Trailing slashes, upper-case hosts and default ports do not matter; the longest alias wins.
    Raises ActionError("ProviderUnknown") for what is no usable address, or a hosted provider that is not
    offered here
    """
    address = normalised(url)
    path = _path_of(address)
    if path is None:
        return RemoteProvider(address)
    provider = built_in().get(path)
    if provider is None:
        offered = ", ".join(sorted(built_in()))
        raise ActionError("ProviderUnknown", f"{url} is not offered here. Offered are: {offered}.")
    return provider


@lru_cache(maxsize=1024)
def normalised(url: str) -> str:
    """Return `url` as it is compared. Raises ActionError("ProviderUnknown") when it is not a web address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _no_address(url) from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise _no_address(url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit(SplitResult(parts.scheme, netloc, parts.path.rstrip("/"), parts.query, ""))


def hosted_addresses() -> dict[str, str]:
    """Return each hosted address, without trailing slash, with the path of our provider that it means."""
    found: dict[str, str] = {}
    for alias, prefix in settings.PROVIDER_ALIASES.items():
        for path in built_in():
            rest = _below(path, prefix)
            url = f"{normalised(alias)}/{rest}".rstrip("/") if rest is not None else ""
            if url and _path_of(url) == path:
                found[url] = path
    return found


def schemas() -> dict[str, JSON]:
    """Return the input schema of each of our providers under each hosted address that means it."""
    providers = built_in()
    return {url: providers[path].introspect()["input_schema"] for url, path in hosted_addresses().items()}


def results() -> dict[str, JSON]:
    """Return what succeeded actions of our providers hold as details, by the addresses of `schemas`.

    Shape  JSON schemas; an optional property is one that may or may not be there
    """
    providers = built_in()
    told = {url: providers[path].details_schema for url, path in hosted_addresses().items()}
    return {url: schema for url, schema in told.items() if schema is not None}


def scope_of(url: str) -> str:
    """Return the scope that tokens for `url` carry. Raises ActionError when it cannot be found out."""
    scope = resolve(url).introspect().get("globus_auth_scope")
    if not isinstance(scope, str) or not scope:
        raise ActionError("ScopeUnknown", f"{url} does not say which scope it needs.")
    return scope


def _path_of(address: str) -> str | None:
    """The path of our provider that `address` means, or None when it is somebody else's."""
    for alias in sorted(settings.PROVIDER_ALIASES, key=len, reverse=True):
        rest = _below(address, normalised(alias))
        if rest is not None:
            return "/".join(part for part in (settings.PROVIDER_ALIASES[alias], rest) if part)
    parts = urlsplit(address)
    ours = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    if parts.path.startswith(_MOUNT) and validate_host(split_domain_port(parts.netloc)[0], ours):
        path = parts.path.removeprefix(_MOUNT)
        return path if path in built_in() else None
    return None


def _below(whole: str, start: str) -> str | None:
    """What follows `start` in the path `whole`; "" when they are equal; None when it is not below."""
    if not start or whole == start:
        return "" if start else whole
    return whole.removeprefix(start + "/") if whole.startswith(start + "/") else None


def _no_address(url: str) -> ActionError:
    return ActionError(
        "ProviderUnknown", f'"{url[:200]}" is not a provider\'s address, such as https://host/path.'
    )
