"""Checks of an action's Parameters against what its provider takes: constants, and which names there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from flowlang import told
from flowlang.check_fields import reread
from flowlang.check_templates import PRIVATE, SUFFIXES, base
from flowlang.findings import Findings, Put, Remedy, Remove, Rename, Site, quote
from flowlang.graph import Graph
from flowlang.problems import JSON

_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str, "number": (int, float), "integer": int, "boolean": bool, "object": dict, "array": list,
    "null": type(None),
}  # fmt: skip


def key(url: str) -> str:
    """Return the address as `providers` has it: without slashes at its end."""
    return url.rstrip("/")


def actions(findings: Findings, graph: Graph, providers: Mapping[str, JSON]) -> None:
    """Check the Parameters of each Action whose provider is known; its schema is never to be changed."""
    for name, state in graph.states.items() if providers else ():
        if not isinstance(state, dict):
            continue
        handler = state.get("Handler")
        url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
        schema = providers.get(key(url)) if isinstance(url, str) else None
        parameters = state.get("Parameters")
        if isinstance(schema, dict) and isinstance(parameters, dict):
            look = partial(_object, Site(findings, ("States", name, "Parameters")), parameters, schema)
            # Only the very same schema is taken for it, not one that is equal: true equals 1.
            told.once(findings, graph.parts.get(name), "provider", (id(schema), schema), look)


def _object(site: Site, value: Mapping[str, JSON], schema: Mapping[str, JSON]) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    given = {base(name) for name in value if name != PRIVATE}
    required = schema.get("required")
    for name in required if isinstance(required, list) else []:
        if isinstance(name, str) and name not in given:
            remedy = Remedy(f'Add "{name}.$"', Put(site.at(f"{name}.$").loc, f"$.{name}"))
            message = f'The provider needs "{name}", which is missing from {_here(site)}.'
            site.warn("parameter-missing", message, remedy, on_key=True)
    for name, member in value.items():
        inner = properties.get(base(name))
        if inner is None and schema.get("additionalProperties") is False and name != PRIVATE:
            _unknown(site, name, [known for known in properties if known not in given])
        elif isinstance(inner, dict) and not name.endswith(SUFFIXES):
            _value(site.at(name), member, inner)


def _unknown(site: Site, name: str, names: list[str]) -> None:
    close = site.findings.closest(base(name), names)
    better = f"{close}{name[len(base(name)) :]}"
    renamed = (Remedy(f'Rename to "{better}"', Rename(site.at(name).loc, better)),) if close else ()
    remedies = (*renamed, Remedy("Remove it", Remove(site.at(name).loc)))
    advice = f' Did you mean "{close}"?' if close else " Remove it, or check its name."
    message = f"The provider does not take {quote(base(name))} in {_here(site)}.{advice}"
    site.at(name).warn("parameter-unknown", message, *remedies, on_key=True)


def _value(site: Site, value: JSON, schema: Mapping[str, JSON]) -> None:
    kinds = schema.get("type")
    names = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    known = [name for name in names if isinstance(name, str) and name in _KINDS]
    allowed = schema.get("enum")
    if known and len(known) == len(names) and not any(_is_kind(value, name) for name in known):
        message = f"{site.loc[-1]} is {quote(value)}; the provider takes {' or '.join(known)}."
        site.warn("parameter-type", message, *_retyped(site, value, known))
    elif isinstance(allowed, list) and value not in allowed and not isinstance(value, dict | list):
        message = (
            f"{site.loc[-1]} is {quote(value)}; the provider takes {', '.join(map(quote, allowed[:8]))}."
        )
        names = [name for name in allowed if isinstance(name, str)]
        close = site.findings.closest(value, names) if isinstance(value, str) else None
        site.warn("parameter-type", message, *_written(site, close))
    elif isinstance(value, dict):
        _object(site, value, schema)
    elif isinstance(value, list) and isinstance(items := schema.get("items"), dict):
        for index, item in enumerate(value):
            _value(site.at(index), item, items)


def _retyped(site: Site, value: JSON, known: list[str]) -> tuple[Remedy, ...]:
    """Offer the value without its quotes, or with them."""
    if isinstance(value, str):
        read = reread(value)
        return _written(site, read) if any(_is_kind(read, name) for name in known) else ()
    is_scalar = isinstance(value, int | float | bool)
    return _written(site, quote(value)) if is_scalar and "string" in known else ()


def _written(site: Site, value: JSON) -> tuple[Remedy, ...]:
    return () if value is None else (Remedy(f"Write {quote(value)}", Put(site.loc, value)),)


def _is_kind(value: JSON, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS[name])


def _here(site: Site) -> str:
    return "Parameters" if site.loc[-1] == "Parameters" else str(site.loc[-1])
