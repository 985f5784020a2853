"""What is said of rules that always or never hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowlang.dataflow.scene import Note
from flowlang.dataflow.wording import steps_of
from flowlang.findings import Site
from flowlang.path_syntax import Step
from flowlang.problems import JSON

_STATUS: Final = (
    ' An action that fails raises an exception instead: catch that, or set "ExceptionOnActionFailure": false.'
)


def tell(site: Site, note: Note, rule: JSON, choices: JSON, statuses: frozenset[tuple[Step, ...]]) -> None:
    """Report what a note says of `rule`, one of `choices`.

    statuses  where the status of an action is stored that raises an exception when it fails
    """
    truth, reason, text = note.text.split("\n")
    on_key = not (isinstance(rule, dict) and "Variable" in rule)
    here = site if on_key else site.at("Variable")
    because = f": {text}" if text else ""
    advice = _STATUS if any(steps_of(path) in statuses for path in _variables(rule)) else ""
    if truth == "True":
        message = f"This rule always holds{because}. What comes after it is never tried.{advice}"
        here.hint("rule-constant", message, on_key=on_key)
    elif reason == "taken":
        _taken(here, note.at, rule, choices, on_key=on_key)
    elif reason == "kind":
        here.warn("rule-never", f"This rule can never hold{because}.", on_key=on_key)
    else:
        here.hint("rule-constant", f"This rule never holds{because}.{advice}", on_key=on_key)


def _variables(rule: JSON) -> Iterator[str]:
    """Yield the paths that a rule tests, also in And, Or and Not."""
    if isinstance(rule, list):
        for part in rule:
            yield from _variables(part)
    elif isinstance(rule, dict):
        variable = rule.get("Variable")
        if isinstance(variable, str):
            yield variable
        for name in ("And", "Or", "Not"):
            yield from _variables(rule.get(name))


def _taken(here: Site, at: int, rule: JSON, choices: JSON, *, on_key: bool) -> None:
    """Warn of a rule whose cases go to those before it, unless it is one of them word by word."""
    before = choices[:at] if isinstance(choices, list) else []
    if _test(rule) not in map(_test, before):
        message = "This rule can never hold: whenever it would, a rule before it holds."
        here.warn("rule-taken", message, on_key=on_key)


def _test(rule: JSON) -> JSON:
    """Return what a rule tests, without where it leads."""
    return {key: value for key, value in rule.items() if key != "Next"} if isinstance(rule, dict) else rule
