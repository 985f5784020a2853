"""Addresses of compute: pages, and the JSON of the pickers."""

from django.urls import URLPattern, path

from providers.compute import pickers, views

pages: list[URLPattern] = [
    path("compute/", views.compute, name="compute"),
    path("compute/endpoints", pickers.endpoints, name="endpoint-search"),
    path("compute/functions", pickers.functions, name="function-search"),
    path("compute/functions/new", views.register_function, name="function-new"),
    path("compute/functions/<uuid:id>/", views.function, name="function"),
]
