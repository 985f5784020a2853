"""Checks of a Choice state's rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Final

from flowlang.check_fields import fields
from flowlang.findings import Findings, Put, Remedy, Remove, Site, quote
from flowlang.problems import JSON
from flowlang.rules import CONNECTIVES, OPERATORS, RULE, Fields

_written: Final = json.JSONEncoder(sort_keys=True).encode
_NESTED: Final = Fields({name: field for name, field in RULE.items() if name != "Next"})


def rules(site: Site, key: str, value: list[JSON]) -> None:
    """Check the rules of a Choice state."""
    if not value:
        site.at(key).error(
            "choices-empty", "Choices has no rule. Add one, with a Variable, an operator and Next."
        )
    for index, rule in enumerate(value):
        _rule(site.at(key, index), rule)
    _shadowed(site.at(key), value)


def _rule(site: Site, rule: JSON) -> None:
    if not isinstance(rule, dict):
        site.error("field-type", f"A rule is {quote(rule)}; it must be an object.", type="type_error.dict")
        return
    if "Next" not in rule:
        message = "A rule has no Next. Name the state that follows when it holds."
        site.error("field-missing", message, type="value_error.missing", on_key=True)
    fields(site, rule, RULE)
    _test(site, rule)


def _nested(site: Site, rule: JSON) -> None:
    if not isinstance(rule, dict):
        site.error("field-type", f"A rule is {quote(rule)}; it must be an object.", type="type_error.dict")
        return
    if "Next" in rule:
        message = "Next stands inside And, Or or Not. Only the outermost rule has one."
        remedy = Remedy("Remove Next", Remove(site.at("Next").loc))
        site.at("Next").error("rule-nested-next", message, remedy, type="value_error.extra", on_key=True)
        rule = {key: value for key, value in rule.items() if key != "Next"}
    fields(site, rule, _NESTED)
    _test(site, rule)


def _test(site: Site, rule: Mapping[str, JSON]) -> None:
    """Check that the rule tests one thing, and the rules inside it."""
    connectives = [key for key in rule if key in CONNECTIVES]
    operators = [key for key in rule if key in OPERATORS]
    tests = [*connectives, *(["Variable"] if "Variable" in rule else operators[:1])]
    if len(tests) > 1:
        message = f"A rule tests {' and '.join(tests)} at once. Join them as rules of an And or Or."
        site.at(tests[1]).error("rule-mixed", message, *_joined(site, rule), on_key=True)
    elif not tests and rule.keys() <= RULE.keys():
        message = "A rule tests nothing. It needs Variable and an operator, or And, Or, Not."
        site.error("rule-no-operator", message, on_key=True)
    if connectives:
        _inside(site, connectives[0], rule[connectives[0]])
    elif tests:
        _comparison(site, rule, operators)


def _inside(site: Site, key: str, value: JSON) -> None:
    if key == "Not":
        if isinstance(value, dict):
            _nested(site.at(key), value)
        return
    parts = value if isinstance(value, list) else []
    if value == []:
        site.at(key).error("rule-empty", f"{key} has no rules. Add one at least.")
    for index, part in enumerate(parts):
        _nested(site.at(key, index), part)


def _comparison(site: Site, rule: Mapping[str, JSON], operators: list[str]) -> None:
    if "Variable" not in rule:
        message = f"A rule with {operators[0]} has no Variable: the path of the value to compare."
        site.error("field-missing", message, type="value_error.missing", on_key=True)
    elif not operators and rule.keys() <= RULE.keys():
        message = "A rule has no operator. Add one, such as StringEquals or IsPresent, beside Variable."
        remedy = Remedy('Add "IsPresent": true', Put(site.at("IsPresent").loc, True))
        site.error("rule-no-operator", message, remedy, on_key=True)
    elif len(operators) > 1:
        message = f"A rule has the operators {', '.join(operators)}; only one is allowed. Join two with And."
        remedy = Remedy(f"Remove {operators[1]}", Remove(site.at(operators[1]).loc))
        site.at(operators[1]).error("rule-operators", message, *_joined(site, rule), remedy, on_key=True)


def _joined(site: Site, rule: Mapping[str, JSON]) -> tuple[Remedy, ...]:
    """Offer the tests of a rule as rules of an And."""
    if any(key not in RULE for key in rule):
        return ()
    variable = {key: rule[key] for key in ("Variable",) if key in rule}
    parts: list[JSON] = [
        {key: value} if key in CONNECTIVES else {**variable, key: value}
        for key, value in rule.items()
        if key in CONNECTIVES or (key in OPERATORS and variable)
    ]
    rest = {key: value for key, value in rule.items() if key == "Next"}
    return (Remedy("Join them by And", Put(site.loc, {"And": parts, **rest})),) if len(parts) > 1 else ()


def _shadowed(site: Site, rules: list[JSON]) -> None:
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        test = _written({key: value for key, value in rule.items() if key != "Next"})
        if test in seen:
            message = f"This rule can never hold: rule {seen[test] + 1} tests the same and comes first."
            site.at(index).warn(
                "rule-shadowed", message, Remedy("Remove it", Remove(site.at(index).loc)), on_key=True
            )
        seen.setdefault(test, index)


def no_default(site: Site, state: Mapping[str, JSON], close_by: str | None) -> None:
    """Warn of a Choice state whose rules may all fail. `close_by` is a state to suggest as Default."""
    rules = state.get("Choices")
    if "Default" in state or not isinstance(rules, list) or _covers_all(rules):
        return
    remedies = (
        (Remedy(f'Add "Default": "{close_by}"', Put(site.at("Default").loc, close_by)),) if close_by else ()
    )
    message = "There is no Default: when no rule holds, the run fails with States.NoChoiceMatched."
    site.warn("choice-no-default", message, *remedies, on_key=True)


def covered(findings: Findings, names: Collection[str]) -> None:
    """Take back what was said of these Choice states by `no_default`: some rule of theirs always holds."""
    kept = [
        each
        for each in findings.found
        if each.problem.code != "choice-no-default" or each.problem.loc[1] not in names
    ]
    if len(kept) < len(findings.found):
        findings.counts["warning"] -= len(findings.found) - len(kept)
        findings.found = kept


def _covers_all(rules: list[JSON]) -> bool:
    """Whether two rules are each other's opposite, such as IsPresent true and false of one variable."""
    tests = {
        (str(rule.get("Variable")), operator, value)
        for rule in rules
        if isinstance(rule, dict)
        for operator, value in rule.items()
        if isinstance(value, bool) and operator in OPERATORS
    }
    return any((variable, operator, not value) in tests for variable, operator, value in tests)
