"""Addresses of the list of runs and of what belongs to it."""

from django.urls import URLPattern, path

from runs import export
from runs.lists import chosen_page, list_page, saved_views

pages: list[URLPattern] = [
    path("runs/live", list_page.live, name="runs-live"),
    path("runs/when", list_page.when, name="runs-when"),
    path("runs/export", export.export, name="runs-export"),
    path("runs/chosen", chosen_page.chosen, name="chosen"),
    path("runs/views/", saved_views.views, name="views"),
    path("runs/views/<uuid:view_id>", saved_views.change, name="view-change"),
]
