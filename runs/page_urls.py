"""Addresses of the run pages (the start form's and the list's come from their own modules)."""

from django.urls import URLPattern, path

from runs import run_page

pages: list[URLPattern] = [
    path("runs/<uuid:run_id>/", run_page.run_page, name="run"),
    path("runs/<uuid:run_id>/cancel", run_page.cancel, name="cancel"),
    path("runs/<uuid:run_id>/resume", run_page.resume, name="resume"),
    path("runs/<uuid:run_id>/log", run_page.log, name="log"),
    path("inbox/<uuid:web_input_id>/answer", run_page.answer, name="answer"),
]
