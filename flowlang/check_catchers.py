"""Checks of Catch: which errors lead where, and which catchers can never be reached."""

from __future__ import annotations

from collections.abc import Mapping

from flowlang.check_fields import fields
from flowlang.findings import Put, Remedy, Remove, Site, quote
from flowlang.problems import JSON
from flowlang.rules import CATCHER, ERRORS, NEVER_RAISED

ALL = "States.ALL"
_RUNTIME = "States.Runtime"
_NOT_IN_ALL = frozenset({_RUNTIME, "States.DataLimitExceeded"})


def catchers(site: Site, key: str, value: list[JSON]) -> None:
    """Check the catchers of a state."""
    caught: dict[str, int] = {}
    for index, catcher in enumerate(value):
        here = site.at(key, index)
        if not isinstance(catcher, dict):
            message = f"A catcher is {quote(catcher)}; it must be an object with ErrorEquals and Next."
            here.error("field-type", message, type="type_error.dict")
            continue
        fields(here, catcher, CATCHER)
        _names(here, catcher, caught, index)
        _wipes(here, catcher)


def _names(site: Site, catcher: Mapping[str, JSON], caught: dict[str, int], index: int) -> None:
    names = catcher.get("ErrorEquals")
    if not isinstance(names, list):
        return
    here = site.at("ErrorEquals")
    if not names:
        message = "ErrorEquals is empty. Name the errors to catch, or States.ALL."
        here.error("error-equals-empty", message, Remedy(f'Write ["{ALL}"]', Put(here.loc, [ALL])))
    for position, name in enumerate(names):
        if isinstance(name, str):
            _name(here.at(position), name, names[:position])
        else:
            message = f"ErrorEquals has {quote(name)}; it must be an array of names."
            here.at(position).error("field-type", message, type="type_error.string")
    if ALL in names and len(names) > 1:
        message = f"{ALL} includes the other names beside it. Let it stand alone."
        here.warn("catch-all-not-alone", message, Remedy(f'Write ["{ALL}"]', Put(here.loc, [ALL])))
    _reach(site, [name for name in names if isinstance(name, str)], caught, index)


def _name(site: Site, name: str, before: list[JSON]) -> None:
    if name in before:
        message = f"ErrorEquals names {quote(name)} twice. Remove one."
        site.warn("error-name-twice", message, Remedy("Remove it", Remove(site.loc)))
        return
    if name in ERRORS:
        return
    close = site.findings.closest(name, ERRORS)
    if name in NEVER_RAISED:
        meant = NEVER_RAISED[name]
        message = f"{quote(name)} is never raised here. Catch {meant} instead."
        change = Remove(site.loc) if meant in before else Put(site.loc, meant)
        site.warn("error-name-never", message, Remedy(f'Write "{meant}"', change))
    elif close:
        message = f'ErrorEquals names {quote(name)}. Did you mean "{close}"?'
        site.warn("error-name-spelling", message, Remedy(f'Write "{close}"', Put(site.loc, close)))


def _reach(site: Site, names: list[str], caught: dict[str, int], index: int) -> None:
    """Warn when every error of this catcher is taken by an earlier one."""
    takers = [caught.get(name, caught.get(ALL) if name not in _NOT_IN_ALL else None) for name in names]
    if names and None not in takers:
        message = f"This catcher is never reached: its errors are taken by catcher {(takers[0] or 0) + 1}."
        site.warn("catch-unreachable", message, Remedy("Remove it", Remove(site.loc)), on_key=True)
    for name in names:
        caught.setdefault(name, index)


def _wipes(site: Site, catcher: Mapping[str, JSON]) -> None:
    if "ResultPath" in catcher:
        return
    remedy = Remedy('Add "ResultPath": "$.error"', Put(site.at("ResultPath").loc, "$.error"))
    message = "A catcher without ResultPath replaces all run data by the error. Add one, such as $.error."
    site.warn("catch-result-path", message, remedy, on_key=True)


def runtime_hint(site: Site, state: Mapping[str, JSON], reads: bool) -> None:
    """Hint that States.ALL does not catch a path that leads to nothing. `reads`: the state reads run data."""
    catch = state.get("Catch")
    if not reads or not isinstance(catch, list):
        return
    names = [n for c in catch if isinstance(c, dict) for n in _texts(c.get("ErrorEquals"))]
    if ALL in names and _RUNTIME not in names:
        message = f"{ALL} does not catch {_RUNTIME}, which is raised when a path or expression fails."
        message = f"{message} Name it too if you want to catch it."
        site.at("Catch").hint("catch-all-runtime", message, *_also(site, catch), on_key=True)


def _also(site: Site, catch: list[JSON]) -> tuple[Remedy, ...]:
    """Offer a catcher for what States.ALL leaves out, which leads to the same state."""
    alike = next(c for c in catch if isinstance(c, dict) and ALL in _texts(c.get("ErrorEquals")))
    result = alike.get("ResultPath")
    added: JSON = {
        "ErrorEquals": [_RUNTIME],
        "ResultPath": result if isinstance(result, str) else "$.error",
        "Next": alike.get("Next"),
    }
    return (Remedy(f"Add a catcher of {_RUNTIME}", Put(site.at("Catch", len(catch)).loc, added)),)


def _texts(value: JSON) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
