"""JSON out: orjson, with the timestamps that Globus clients parse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return `data` as UTF-8 JSON; uuids as strings, datetimes as ISO 8601 with +00:00."""
        return b"" if data is None else orjson.dumps(data)
