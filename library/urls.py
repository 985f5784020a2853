"""Addresses of the library."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from library import views
from library.api import Flows, OneFlow, Validation

api: list[URLPattern | URLResolver] = [
    path("flows", Flows.as_view()),
    path("flows/validate", Validation.as_view()),
    path("flows/<str:flow_id>", OneFlow.as_view()),
]
pages: list[URLPattern | URLResolver] = [
    path("", views.library, name="library"),
    # Who shortens a flow's address comes here. Not permanent: browsers would keep that for ever.
    path("flows/", RedirectView.as_view(pattern_name="library:library", query_string=True)),
    path("flows/<uuid:flow_id>/", views.flow, name="flow"),
    path("flows/<uuid:flow_id>/share", views.share, name="share"),
    path("flows/<uuid:flow_id>/delete", views.remove, name="delete"),
]
