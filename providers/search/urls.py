"""Addresses of the search indexes."""

from django.urls import URLPattern, path

from providers.search import views

pages: list[URLPattern] = [
    path("search/", views.indexes, name="search"),
    path("search/indexes", views.index_picker, name="index-search"),
    path("search/<uuid:id>/", views.index, name="index"),
    path("search/<uuid:id>/entries/<int:entry_id>", views.entry, name="entry"),
]
