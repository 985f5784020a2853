"""Advice on states that are allowed as they stand, but seldom meant so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Final

from flowlang import check_catchers, check_choices, check_graph, told
from flowlang.check_fields import result_path
from flowlang.check_templates import PRIVATE, SUFFIXES
from flowlang.definition import Transition
from flowlang.findings import Findings, Put, Remedy, Remove, Site, quote
from flowlang.graph import Graph
from flowlang.problems import JSON, Loc

_SECRET_NAME: Final = re.compile(
    r"(?i)(.*[_-])?(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)"
)
_SECRET_VALUE: Final = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[0-9A-Za-z-]{10}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10}"
)
_SHORTEST_SECRET: Final = 15
_SLOW_PROVIDERS: Final = re.compile(
    r"https://(transfer\.actions\.globus\.org/transfer|compute\.actions\.globus\.org(/v[23]|/fxap)?"
    r"|actions\.(automate\.)?globus\.org/transfer/transfer|api\.funcx\.org/automate|automate\.funcx\.org)/?"
)
_RESULT_TYPES: Final = frozenset({"Action", "CreateWebInput", "AwaitWebInput"})


def states(findings: Findings, graph: Graph) -> None:
    """Give advice on each state."""
    first_fail = next((name for name in graph.states if name in graph.ends and _fails(graph, name)), None)
    for name, value in graph.states.items():
        part = graph.parts.get(name)
        if isinstance(value, dict) and not told.again(findings, part, "advice", first_fail):
            here = check_graph.state(Site(findings), name)
            advise = partial(_advise, here, value, graph.arrows[name], first_fail)
            told.once(findings, part, "advice", first_fail, advise)


def _fails(graph: Graph, name: str) -> bool:
    state = graph.states[name]
    return isinstance(state, dict) and state.get("Type") == "Fail"


def _advise(site: Site, value: dict[str, JSON], arrows: list[Transition], first_fail: str | None) -> None:
    _state(site, value, arrows)
    if value.get("Type") == "Choice":
        check_choices.no_default(site, value, first_fail)


def _state(site: Site, value: dict[str, JSON], arrows: list[Transition]) -> None:
    kind = value.get("Type")
    if isinstance(kind, str) and kind in _RESULT_TYPES:
        _result_path(site, value)
        check_catchers.runtime_hint(site, value, reads=_is_reading(value))
        _catch_loop(site, arrows)
    if kind == "Action":
        _action(site, value)
    for key in ("Parameters", "Result"):
        _secrets(site, key, value.get(key))


def _result_path(site: Site, value: dict[str, JSON]) -> None:
    if "ResultPath" in value or "Next" not in value:
        return
    path = result_path(str(site.loc[1]))
    remedy = Remedy(f'Add "ResultPath": "{path}"', Put(site.at("ResultPath").loc, path))
    message = f"Without ResultPath the result replaces all run data. Add one, such as {path}."
    site.warn("result-path-default", message, remedy, on_key=True)


def _catch_loop(site: Site, arrows: list[Transition]) -> None:
    for arrow in arrows:
        if arrow.kind == "catch" and arrow.target == site.loc[1]:
            message = (
                "The catcher leads back to its own state: a lasting error repeats it without end or pause."
            )
            site.at(*arrow.loc).warn("catch-loop", f"{message} Go through a Wait and a Choice that counts.")


def _action(site: Site, value: dict[str, JSON]) -> None:
    url, run_as = value.get("ActionUrl"), value.get("RunAs")
    if "Handler" in value and "ActionScope" in value:
        message = "ActionScope belongs to ActionUrl. With Handler, use its Scope."
        site.at("ActionScope").warn("handler-scope", message, *_moved_scope(site, value), on_key=True)
    if isinstance(run_as, str) and run_as not in ("User", "Flow") and run_as.title() in ("User", "Flow"):
        remedy = Remedy(f'Write "{run_as.title()}"', Put(site.at("RunAs").loc, run_as.title()))
        message = f'RunAs {quote(run_as)} is a role of your own. Did you mean "{run_as.title()}"?'
        site.at("RunAs").warn("run-as-spelling", message, remedy)
    if "WaitTime" not in value and isinstance(url, str) and _SLOW_PROVIDERS.fullmatch(url):
        remedy = Remedy('Add "WaitTime": 86400', Put(site.at("WaitTime").loc, 86_400))
        message = "Without WaitTime the action is given up after 300 seconds. It may need longer."
        site.hint("wait-time-default", message, remedy, on_key=True)


def _moved_scope(site: Site, value: dict[str, JSON]) -> tuple[Remedy, ...]:
    """Offer to move ActionScope into the Handler, where that has none."""
    handler = value["Handler"]
    remove = Remove(site.at("ActionScope").loc)
    if not isinstance(handler, dict) or handler.get("Type") != "ActionProvider" or "Scope" in handler:
        return (Remedy("Remove it", remove),)
    return (Remedy("Move it", Put(site.at("Handler", "Scope").loc, value["ActionScope"]), (remove,)),)


def _is_reading(value: dict[str, JSON]) -> bool:
    """Whether the state reads run data, which may be missing."""
    return "InputPath" in value or any(
        isinstance(loc[-1], str) and loc[-1].endswith(SUFFIXES) for loc, _ in _texts(value.get("Parameters"))
    )


def _secrets(site: Site, key: str, value: JSON) -> None:
    for loc, text in _texts(value):
        name = next((step for step in reversed(loc) if isinstance(step, str)), "")
        if name.endswith(SUFFIXES) or not _is_secret(name, text) or PRIVATE in loc:
            continue
        message = (
            f'"{name}" looks like a secret. Whoever may see the flow can read it: take it from the input.'
        )
        site.at(key, *loc).warn("secret-literal", message)


def _is_secret(name: str, text: str) -> bool:
    is_named = len(text) >= 4 and not text.startswith("$") and _is_secret_name(name)
    return is_named or (len(text) >= _SHORTEST_SECRET and _SECRET_VALUE.search(text) is not None)


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.fullmatch(name) is not None


def _texts(value: JSON) -> Iterator[tuple[Loc, str]]:
    """Yield every text below `value`, with its place."""
    stack: list[tuple[Loc, JSON]] = [((), value)]
    while stack:
        loc, inner = stack.pop()
        if isinstance(inner, str) and loc:
            yield loc, inner
        elif isinstance(inner, dict):
            stack += [((*loc, name), member) for name, member in inner.items()]
        elif isinstance(inner, list):
            stack += [((*loc, index), item) for index, item in enumerate(inner)]
