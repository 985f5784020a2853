"""Addresses of the ide."""

from django.urls import URLPattern, URLResolver, path

from ide import api, exchange_api, finding, trying_urls, understanding_api, views

pages: list[URLPattern | URLResolver] = [
    path("flows/new", views.new, name="new"),
    path("flows/<uuid:flow_id>/edit", views.edit, name="edit"),
    path("ide/", views.scratch, name="scratch"),
    path("ide/drafts/<uuid:draft_id>/", views.draft, name="draft"),
    path("find", finding.find, name="find"),
    path("ide/check", api.CheckView.as_view(), name="check"),
    path("ide/understand", understanding_api.UnderstandView.as_view(), name="understand"),
    path("ide/problems/<slug:code>", understanding_api.ProblemView.as_view(), name="problem"),
    path("ide/edits", api.EditsView.as_view(), name="edits"),
    path("ide/properties", api.PropertiesView.as_view(), name="properties"),
    path("ide/import", exchange_api.ImportView.as_view(), name="import"),
    path("ide/code", exchange_api.CodeView.as_view(), name="code"),
    path("ide/preview", exchange_api.PreviewView.as_view(), name="preview"),
    path("ide/schema", exchange_api.SchemaView.as_view(), name="schema"),
    path("ide/drafts", api.DraftsView.as_view(), name="drafts"),
    path("ide/drafts/<uuid:draft_id>", api.DraftView.as_view(), name="save"),
    path("ide/publish", api.PublishView.as_view(), name="publish"),
    *trying_urls.pages,
]
