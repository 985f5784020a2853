"""What the documentation says of each problem, for the help beside the text."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from django.conf import settings

from wire.errors import NotFound


def page(code: str) -> dict[str, Any]:
    """Return {"code", "severity", "title", "text", "wrong", "right"}. Raises NotFound."""
    found = _pages().get(code)
    if found is None:
        raise NotFound(f"There is no page about {code[:80]!r}.")
    return {"code": code} | {name: found[name] for name in ("severity", "title", "text", "wrong", "right")}


@cache
def _pages() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((settings.BASE_DIR / "docs/problems/source").glob("*.toml")):
        read = tomllib.loads(path.read_text())
        found |= {code: fields for code, fields in read.items() if isinstance(fields, dict)}
    return found
