"""The short words in a diagram: names in two lines, types, providers."""

from __future__ import annotations

import re
from typing import Final

from flowlang.problems import JSON

MAX_LINE: Final = 24
_GLOBUS_HOST: Final = re.compile(r"(?:([\w-]+)\.)?actions(?:\.automate)?\.globus\.org", re.ASCII)
_NOT_A_NAME: Final = re.compile(r"v\d+|[0-9a-f]{8}-[0-9a-f-]{27}")
_BREAKS: Final = re.compile(r"(?<=[ _\-./])|(?<=[a-z0-9])(?=[A-Z])")


def kind(state: JSON) -> str:
    """Return the state's Type; "" when it has none."""
    name = state.get("Type") if isinstance(state, dict) else None
    return cut(clean(name)) if isinstance(name, str) else ""


def css(kind: str) -> str:
    """Return the type as part of a class name."""
    return re.sub(r"[^a-z]+", "", kind.lower()) or "unknown"


def provider(state: JSON) -> str:
    """Return a short name of what an Action calls, e.g. "transfer ls"; "" for other states."""
    if not isinstance(state, dict):
        return ""
    handler = state.get("Handler")
    if isinstance(handler, dict) and "Id" in handler:
        return "registered API"
    url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl", handler)
    return cut(clean(_address(url))) if isinstance(url, str) else ""


def _address(url: str) -> str:
    """Return the telling parts of an address; of a handle, what stands after its last colon."""
    if "://" not in url:
        return url.rpartition(":")[2]
    host, *path = url.partition("://")[2].partition("?")[0].split("/")
    known = _GLOBUS_HOST.fullmatch(host)
    words = [(known[1] or "") if known else host, *(part for part in path if not _NOT_A_NAME.fullmatch(part))]
    return " ".join(dict.fromkeys(word for word in words if word))


def clean(text: str) -> str:
    """Return the text without what cannot be printed: controls, bidi marks, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def wrapped(name: str) -> list[str]:
    """Return the name in at most two lines, broken at blanks, dashes or between words, cut if need be."""
    name = clean(name)
    if len(name) <= MAX_LINE:
        return [name or " "]
    first = ""
    for part in _BREAKS.split(name):
        if len(first) + len(part) > MAX_LINE:
            break
        first += part
    first = first or name[:MAX_LINE]
    return [first.strip() or " ", cut(name[len(first) :].strip())]


def cut(text: str, most: int = MAX_LINE) -> str:
    """Return the text, shortened to at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
