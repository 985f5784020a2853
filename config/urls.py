"""Every address of the site. Each package lists its pages and its part of the API."""

from django.urls import include, path

import ide.urls
import library.urls
import providers.urls
import runs.urls
import wire.urls

urlpatterns = [
    path("api/", include(library.urls.api)),
    path("api/", include(runs.urls.api)),
    path("actions/", include(providers.urls.actions)),
    path("", include((library.urls.pages, "library"))),
    path("", include((ide.urls.pages, "ide"))),
    path("", include((runs.urls.pages, "runs"))),
    path("", include((providers.urls.pages, "providers"))),
    path("", include((wire.urls.pages, "wire"))),
]
websocket_urlpatterns = runs.urls.sockets
handler400 = "wire.errors.bad_request"
handler404 = "wire.errors.not_found"
handler500 = "wire.errors.server_error"
