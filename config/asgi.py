"""HTTP and websockets. Channels routes and authenticates sockets; everything else is Django."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

for database in connections.settings.values():
    if database["ENGINE"].endswith("postgresql"):
        # Each request has a thread, and so would have a connection, of its own.
        database["CONN_MAX_AGE"] = 0
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 20, "timeout": 5.0}

# Models must be loaded first.
from config.urls import websocket_urlpatterns  # noqa: E402
from providers.transfer.files import LARGEST_UPLOAD_BYTES  # noqa: E402
from runs.bundles.bundle import MOST_BYTES as LARGEST_BUNDLE_BYTES  # noqa: E402
from wire.bodies import Bounded  # noqa: E402

_FORM_BYTES = 1 << 20  # what stands around the file in a form
ROOM = {
    "/collections/[^/]+/upload": LARGEST_UPLOAD_BYTES + _FORM_BYTES,
    "/runs/bundles/": LARGEST_BUNDLE_BYTES + _FORM_BYTES,
}
application = ProtocolTypeRouter(
    {
        "http": Bounded(http, ROOM),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
