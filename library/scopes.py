"""Which scopes the actions of a flow need, by the identity they run as."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from flowlang.problems import JSON
from providers import registry
from providers.provider import ActionError
from wire.errors import StateConflict

USER, FLOW = "User", "Flow"
MOST_SECONDS: Final = 30.0  # for all providers of a definition; each alone has its own limit
_REMEDY: Final = "Give it as ActionScope if the provider cannot be asked."


class ScopeResolutionFailed(StateConflict):
    code = "SCOPE_RESOLUTION_FAILED"


def scopes(definition: JSON) -> dict[str, list[str]]:
    """Return RunAs name -> scopes of the actions that run as it.

    Raises  ScopeResolutionFailed when a remote provider that should name its scope does not answer, or all
            of them take longer than a request may
    """
    found: dict[str, list[str]] = {USER: [], FLOW: []}
    known: dict[str, str | None] = {}
    until = time.monotonic() + MOST_SECONDS
    for run_as, url, scope in _actions(definition):
        if scope is None and url not in known:
            if time.monotonic() > until:
                raise ScopeResolutionFailed(f"The providers are too slow: {url} was not asked. {_REMEDY}")
            known[url] = _asked(url)
        needed = scope or known.get(url)
        named = found.setdefault(run_as, [])
        if needed and needed not in named:
            named.append(needed)
    return found


def custom_roles(definition: JSON) -> dict[str, str]:
    """Return RunAs role -> its scopes joined by blanks, for roles beside User and Flow; asks nobody."""
    found: dict[str, list[str]] = {}
    for run_as, _, scope in _actions(definition):
        if run_as not in (USER, FLOW):
            found.setdefault(run_as, []).extend([scope] if scope else [])
    return {role: " ".join(dict.fromkeys(named)) for role, named in found.items()}


def _asked(url: str) -> str | None:
    """What the provider says; None for a hosted provider that this site does not offer."""
    try:
        return registry.scope_of(url)
    except ActionError as error:
        if error.code == "ProviderUnknown":
            return None
        raise ScopeResolutionFailed(
            f"The scope of {url} could not be found out: {error.description} {_REMEDY}"
        ) from error


def _actions(definition: JSON) -> Iterator[tuple[str, str, str | None]]:
    """Yield (RunAs, provider address, stated scope) of each state that calls a provider."""
    states = definition.get("States") if isinstance(definition, dict) else None
    for state in states.values() if isinstance(states, dict) else ():
        if isinstance(state, dict) and state.get("Type") == "Action":
            url, scope = _called(state)
            if isinstance(url, str):
                yield str(state.get("RunAs", USER)), url, scope if isinstance(scope, str) else None


def _called(state: dict[str, Any]) -> tuple[Any, Any]:
    called = state.get("Handler")
    if isinstance(called, dict):
        return called.get("Url"), called.get("Scope")
    return state.get("ActionUrl"), state.get("ActionScope")
