"""Checks of single values: paths, addresses, times, patterns."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, TypeVar

from flowlang import choices, paths, repairs, timestamps
from flowlang.findings import Put, Remedy, Site, quote, rewritten
from flowlang.paths import Path, PathSyntaxError
from flowlang.problems import JSON, Loc
from flowlang.rules import MAX_SECONDS

E = TypeVar("E", bound=Exception)

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URL: Final = re.compile(r"https://[^\s/?#]+([/?#]\S*)?")
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/|$)")
_FAR_FUTURE_SECONDS: Final = 10_000_000_000


@lru_cache(maxsize=4096)
def parsed(text: str) -> Path | PathSyntaxError:
    """Return the path that `text` writes, or the error. Kept: live checks see the same texts again."""
    try:
        return paths.parse(text)
    except PathSyntaxError as error:
        return alone(error)


def alone(error: E) -> E:
    """Return the error to be kept. With what led to it, all that was in use then would be kept, too."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def path(site: Site, key: str, value: str) -> Path | None:
    """Check a path that is read and must name one value. Returns it when it is one."""
    found = syntax(site, key, value)
    if found is None or found.is_reference:
        return found
    reason = "counts from the end" if found.is_definite else "can match many values"
    site.at(key).error(
        "path-not-reference",
        f"{key} {quote(value)} {reason}. Only names and indexes such as $.files[0] are allowed here.",
        type="InvalidAccessPath",
    )
    return None


def syntax(site: Site, key: str, value: str, *remedies: Remedy) -> Path | None:
    """Check that the text is a path of any kind. `remedies` are for one that is not."""
    found = parsed(value)
    if isinstance(found, Path):
        return found
    here = site.at(key)
    here.error(
        _path_code(value),
        f"{key} is {quote(value)}: {found}",
        *_mended(here.loc, value, site.findings.repaired(repairs.path, value)),
        *remedies,
        type="InvalidAccessPath",
        offset=found.offset,
    )
    return None


def _path_code(value: str) -> str:
    if value.startswith("$$"):
        return "path-context-object"
    return "path-function" if value.startswith("States.") else "path-syntax"


def _mended(loc: Loc, value: str, better: str | None) -> tuple[Remedy, ...]:
    """Offer what was probably meant, if that can be told."""
    return () if better is None else rewritten(loc, value, better)


def result(site: Site, key: str, value: str) -> None:
    """Check where a result is stored: names only, and not in the read-only context."""
    found = path(site, key, value)
    if found is None:
        return
    if found.reads_context:
        message = f"{key} {quote(value)} is in $._context, which is read-only. Store the result elsewhere."
        own = [step for step in found.steps[1:] if isinstance(step, str) and step.isidentifier()]
        better = f"$.{'.'.join(own)}" if own else None
        site.at(key).error("result-path-context", message, *_mended(site.at(key).loc, value, better))
    elif any(isinstance(step, int) for step in found.steps):
        message = (
            f"{key} {quote(value)} has an index, which can only replace an item that is there. Where there "
            "is none, the state fails with States.ResultPathMatchFailure."
        )
        site.at(key).hint("result-path-index", message)


def timestamp(site: Site, key: str, value: str) -> None:
    """Check an instant."""
    try:
        timestamps.parse(value)
    except ValueError as error:
        here = site.at(key)
        remedies = _mended(here.loc, value, repairs.timestamp(value))
        here.error("timestamp-syntax", f"{key}: {error}", *remedies)


def pattern(site: Site, key: str, value: str) -> None:
    """Check a StringMatches pattern."""
    try:
        choices.compile_pattern(value)
    except ValueError as error:
        here = site.at(key)
        here.error("pattern-syntax", f"{key}: {error}", *_mended(here.loc, value, repairs.pattern(value)))


def seconds(site: Site, key: str, value: int) -> None:
    """Check the length of a Wait."""
    if not 0 <= value <= MAX_SECONDS:
        message = f"{key} is {value}; a Wait takes 0 to {MAX_SECONDS:,} seconds (one year)."
        remedies = _limited(site.at(key).loc) if value > 0 else ()
        site.at(key).error("seconds-range", message, *remedies)


def wait(site: Site, key: str, value: int) -> None:
    """Check an action's time limit."""
    if not 1 <= value <= _FAR_FUTURE_SECONDS:
        message = f"{key} is {value}; an action is given 1 to {MAX_SECONDS:,} seconds."
        remedies = _limited(site.at(key).loc) if value > 0 else ()
        site.at(key).error("wait-time-range", message, *remedies)
    elif value > MAX_SECONDS:
        message = f"{key} is {value} seconds, but a run ends after a year ({MAX_SECONDS:,} seconds) at most."
        site.at(key).warn("wait-time-long", message, *_limited(site.at(key).loc))


def _limited(loc: Loc) -> tuple[Remedy, ...]:
    return (Remedy(f"Write {MAX_SECONDS}", Put(loc, MAX_SECONDS)),)


def url(site: Site, key: str, value: str) -> None:
    """Check the address of an action provider."""
    if _URL.fullmatch(value) or value.rstrip("/") in site.findings.addresses:
        return
    better = "https://" + value.strip().partition("://")[2] if "://" in value else f"https://{value.strip()}"
    is_near = value.startswith(("http://", "https://", " ")) or _HOST.match(value)
    remedies = _mended(site.at(key).loc, value, better) if is_near and _URL.fullmatch(better) else ()
    message = f"{key} {quote(value)} is not an address that starts with https://."
    site.at(key).error("url-syntax", message, *remedies)


def uuid(site: Site, key: str, value: str) -> None:
    """Check an id."""
    if not _UUID.fullmatch(value):
        message = f"{key} {quote(value)} is not an id such as 9dc867a4-1c6d-46d9-911f-71c2ac67e38c."
        site.at(key).error("id-syntax", message)


def is_whole(value: JSON) -> bool:
    """Whether `value` is an integer, or a float without a fraction that is exact."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) < 2**53
    return isinstance(value, int) and not isinstance(value, bool)
