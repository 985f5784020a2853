"""Addresses of the collections: pages, and the JSON of the pickers."""

from django.urls import URLPattern, path

from providers.transfer import files, pickers, views

pages: list[URLPattern] = [
    path("collections/", views.collections, name="collections"),
    path("collections/search", pickers.search, name="collection-search"),
    path("collections/<uuid:id>/", views.collection, name="collection"),
    path("collections/<uuid:id>/list", pickers.listing, name="collection-list"),
    path("collections/<uuid:id>/mkdir", files.mkdir, name="collection-mkdir"),
    path("collections/<uuid:id>/upload", files.upload, name="collection-upload"),
    path("collections/<uuid:id>/download", files.download, name="collection-download"),
]
