"""What of a definition only its administrators see (source: flow-language, Secrets)."""

from __future__ import annotations

from flowlang.problems import JSON

_LIST = "__Private_Parameters"
_PREFIX = "_private"
_SUFFIXES = ("", ".$", ".=")


def without_private(value: JSON) -> JSON:
    """Return a copy of a definition without its private parameters, at every depth.

    Left out are the members that a `__Private_Parameters` list beside them names (with or without ".$" or
    ".="), and all members whose name starts with "_private". The list itself stays.
    """
    if isinstance(value, list):
        return [without_private(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = _named(value.get(_LIST))
    return {
        name: without_private(member)
        for name, member in value.items()
        if name not in hidden and not name.startswith(_PREFIX)
    }


def _named(names: JSON) -> set[str]:
    if not isinstance(names, list):
        return set()
    plain = [name.removesuffix(".$").removesuffix(".=") for name in names if isinstance(name, str)]
    return {f"{name}{suffix}" for name in plain for suffix in _SUFFIXES}
