"""Addresses of the providers: the action protocol, and the pages of what they act on."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path

from providers import api
from providers.registry import PACKAGES, built_in


def _protocol(provider_path: str) -> list[URLPattern | URLResolver]:
    """The operations of one provider: each has its classic address and most a resource-style twin."""
    here = {"path": provider_path}
    operations = [
        path("", api.IntrospectView.as_view(), here),
        path("run", api.RunView.as_view(), here),
        path("actions", api.ActionsView.as_view(), here),
        path("actions/<str:action_id>", api.ActionDetailView.as_view(), here),
        path("actions/<str:action_id>/cancel", api.CancelView.as_view(), here),
        path("<str:action_id>/status", api.StatusView.as_view(), here),
        path("<str:action_id>/cancel", api.CancelView.as_view(), here),
        path("<str:action_id>/release", api.ReleaseView.as_view(), here),
    ]
    return [
        path(provider_path, api.IntrospectView.as_view(), here),
        path(f"{provider_path}/", include(operations)),
    ]


actions: list[URLPattern | URLResolver] = [
    *(pattern for provider_path in sorted(built_in()) for pattern in _protocol(provider_path)),
    re_path("", api.nowhere),
]
# A provider that has pages lists them in its module `urls`.
pages: list[URLPattern | URLResolver] = [
    pattern
    for package in PACKAGES
    if find_spec(f"providers.{package}.urls")
    for pattern in import_module(f"providers.{package}.urls").pages
]
